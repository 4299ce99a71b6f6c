"""How an export is written: CSV, JSON, JSON Lines, or a spreadsheet; a little at a time, however much there is.

Where PostgreSQL can make the text itself, it does: a million rows in Python would take ten times as long.
"""

import csv
import io
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from shared.exports import columns
from shared.exports.kinds import ExportFormat
from shared.exports.sources import Source
from shared.kit import wire
from shared.kit.cells import safe
from shared.kit.db import Row
from shared.kit.snapshot import Snapshot

CSV = "(FORMAT csv)"
# JSON holds neither of these two signs: nothing of it is ever quoted.
LINES = r"(FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"

_BOM = b"\xef\xbb\xbf"
_BLOCK = 500
_SHEET_ROWS = 1_048_576
"""As many as a sheet of a spreadsheet has."""
_CELL = 32_767
"""Characters in a cell at most."""


Item = TypeVar("Item")


class TooLong(Exception):
    """A text is longer than a spreadsheet's cell may be."""


class Output(Protocol):
    """What is written to."""

    def write(self, content: bytes, /) -> int: ...


def write(form: ExportFormat, tx: Snapshot, source: Source, order: Row, out: Output) -> int:
    """Write the rows; how many they are. Raises TooLong."""
    return _WRITERS[form](tx, source, order, out)


def _write_csv(tx: Snapshot, source: Source, order: Row, out: Output) -> int:
    listed = source.columns
    out.write((_BOM if order["bom"] else b"") + (",".join(column.name for column in listed) + "\n").encode())
    if source.is_made_by_sql and source.statement:
        blocks = tx.blocks(columns.cells(source.statement, listed), source.values(order), CSV)
    else:
        blocks = _sheet(source.sheet(tx, order))
    return _written(blocks, out)


def _blocks(rows: Iterable[Item]) -> Iterator[list[Item]]:
    following = iter(rows)
    while block := list(islice(following, _BLOCK)):
        yield block


def _sheet(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, bytes]]:
    for block in _blocks(rows):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([[_cell(value) for value in row] for row in block])
        yield len(block), text.getvalue().encode()


def _cell(value: Any) -> Any:
    match value:
        case str():
            return safe(value)
        case bool():
            return "true" if value else "false"
        case datetime():
            return wire.moment(value)
        case dict() | list() | tuple():
            return wire.render(value)
        case _:
            return value


def lines(tx: Snapshot, source: Source, order: Row) -> Iterator[tuple[int, bytes]]:
    """The rows as JSON, one on each line, block by block with the number of its rows."""
    if source.is_made_by_sql and source.statement:
        yield from tx.blocks(columns.objects(source.statement, source.model), source.values(order), LINES)
        return
    for block in _blocks(source.objects(tx, order)):
        yield len(block), "".join([wire.render(row) + "\n" for row in block]).encode()


def _write_jsonl(tx: Snapshot, source: Source, order: Row, out: Output) -> int:
    return _written(lines(tx, source, order), out)


def _written(blocks: Iterable[tuple[int, bytes]], out: Output) -> int:
    rows = 0
    for count, block in blocks:
        out.write(block)
        rows += count
    return rows


def _write_json(tx: Snapshot, source: Source, order: Row, out: Output) -> int:
    out.write(f'{{"{order["kind"].lower()}":['.encode())
    rows, last = 0, b""
    for count, block in lines(tx, source, order):
        out.write(last)
        # A line's end is the only one in it: JSON writes others as \n.
        last = block.replace(b"\n", b",")
        rows += count
    out.write(last[:-1] + b"]}\n")
    return rows


def _write_xlsx(tx: Snapshot, source: Source, order: Row, out: Output) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        rows = _fill(path, order["kind"], source, source.sheet(tx, order))
        with path.open("rb") as made:
            shutil.copyfileobj(made, out)
    return rows


def _fill(path: Path, title: str, source: Source, rows: Iterator[tuple[Any, ...]]) -> int:
    # Imported here: a CSV does not wait for it.
    from xlsxwriter import Workbook

    settings = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_urls": False}
    names = [column.name for column in source.columns]
    count = 0
    with Workbook(str(path), settings) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        bold = book.add_format({"bold": True})
        for number, page in enumerate(_pages(rows), start=1):
            sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, names, bold)
            for place, row in enumerate(page, start=1):
                for at, value in enumerate(row):
                    _put(sheet, place, at, value, day, moment)
                count += 1
    return count


def _pages(rows: Iterator[tuple[Any, ...]]) -> Iterator[Iterator[tuple[Any, ...]]]:
    """The rows, as many together as a sheet holds; one page at least."""
    following = next(rows, None)
    yield _page(following, rows)
    while (following := next(rows, None)) is not None:
        yield _page(following, rows)


def _page(first: tuple[Any, ...] | None, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    if first is not None:
        yield first
        for _, row in zip(range(_SHEET_ROWS - 2), rows, strict=False):
            yield row


def _put(sheet: Any, row: int, at: int, value: Any, day: Any, moment: Any) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, at, value)
        case int() | Decimal():
            sheet.write_number(row, at, value)
        case datetime():
            # As exact as on the wire.
            exact = value.replace(microsecond=value.microsecond // 1000 * 1000)
            sheet.write_datetime(row, at, exact.astimezone(UTC).replace(tzinfo=None), moment)
        case date():
            sheet.write_datetime(row, at, value, day)
        case _:
            text = wire.render(value) if isinstance(value, dict | list | tuple) else str(value)
            if len(text) > _CELL:
                raise TooLong()
            # A text is a text here, whatever it begins with.
            sheet.write_string(row, at, text)


_WRITERS: dict[ExportFormat, Callable[[Snapshot, Source, Row, Output], int]] = {
    "CSV": _write_csv,
    "JSON": _write_json,
    "JSONL": _write_jsonl,
    "XLSX": _write_xlsx,
}
