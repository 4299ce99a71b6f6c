"""Reads the first sheet of an Excel workbook, with real dates and numbers as the text that a CSV file would have.

A sheet is loaded whole, as a rectangle up to its last filled cell. So the parts that are read are first unpacked into a
workbook of our own, as many bytes as an import may hold and no more, and measured on the way.
"""

import re
import zipfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO, Any
from xml.parsers.expat import ExpatError

from python_calamine import CalamineError, CalamineWorkbook

from shared.imports.rules import Unreadable
from shared.imports.sheet import Sheet, percent_styles, place_of

MOST_BYTES = 256_000_000
"""Of the parts that are read, unpacked: three times a sheet of a hundred thousand spaces."""
# Only what has to be known before the sheet is loaded.
_SHEET = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\s\w+:id="([^"]*)"')
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(\w+)="([^"]*)"')
_STYLES = "xl/styles.xml"
_PARTS = frozenset(
    {
        *("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"),
        *(_STYLES, "xl/sharedStrings.xml"),
    }
)
_MOST_SMALL = 16_000_000
_HOLDS_TOO_MUCH = "The workbook unpacks to more than an import may hold: delete what is not needed, or save it as CSV."
_CHUNK = 1 << 18
_MALFORMED = (
    *(CalamineError, zipfile.BadZipFile, ExpatError, KeyError, ValueError, StopIteration),
    # What zipfile says of a password, and of another compression than Excel's.
    *(RuntimeError, NotImplementedError),
)


def rows_of(path: str) -> Iterator[tuple[int, list[str]]]:
    """The number and the cells of each row of the first sheet. Raises Unreadable."""
    try:
        with NamedTemporaryFile(suffix=".xlsx") as copy:
            percents = _unpacked(path, copy)
            with CalamineWorkbook.from_path(copy.name) as workbook:
                sheet = workbook.get_sheet_by_index(0)
                # Its rows begin with the first column that has a value.
                first = sheet.start[1] + 1 if sheet.start else 1
                for number, cells in enumerate(sheet.iter_rows(), start=1):
                    texts = [text_of(cell) for cell in cells]
                    for index in _percents_in(percents, number, first, len(cells)):
                        texts[index] = percent_of(cells[index])
                    yield number, texts
    except _MALFORMED:
        raise Unreadable("MALFORMED_WORKBOOK", "The workbook cannot be read: save it again as .xlsx.") from None


def text_of(cell: Any) -> str:
    """A cell as text: days in ISO 8601, numbers without an exponent, yes and no."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        # As Excel shows it: fifteen digits, of which nothing is made up.
        return format(Decimal(f"{cell:.15g}"), "f")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell) if isinstance(cell, int | timedelta) else repr(cell)


def percent_of(cell: Any) -> str:
    """A number that the sheet shows as a percentage, as it shows it: 3% of 0.03."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return text_of(cell)
    percent = format(Decimal(f"{cell:.15g}") * 100, "f")
    return f"{percent.rstrip('0').rstrip('.') if '.' in percent else percent}%"


def _percents_in(percents: Sequence[int], row: int, first: int, count: int) -> list[int]:
    """Which of the row's cells, that begin in the column `first`, show percentages."""
    begin = place_of(row, first)
    start, end = bisect_left(percents, begin), bisect_left(percents, begin + count)
    return [place - begin for place in percents[start:end]]


def _unpacked(path: str, copy: IO[bytes]) -> Sequence[int]:
    """Write what is read of the workbook into a copy; the places of the cells that show percentages, in their order.

    The reader gets no other bytes than those that were counted, whatever the workbook says of itself."""
    left = MOST_BYTES
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as unpacked:
        first = _first_sheet(archive)
        names = [name for name in dict.fromkeys(archive.namelist()) if name in _PARTS]
        sheet = Sheet(percent_styles(_small(archive, _STYLES)) if _STYLES in names else frozenset())
        for name in (*names, first):
            with archive.open(name) as source, unpacked.open(name, "w") as target:
                while chunk := source.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise Unreadable("TOO_LARGE", _HOLDS_TOO_MUCH)
                    if name == first:
                        sheet.read(chunk)
                    target.write(chunk)
    copy.flush()
    return sheet.percents()


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part that is looked at as a whole."""
    with archive.open(name) as part:
        content = part.read(_MOST_SMALL + 1)
    if len(content) > _MOST_SMALL:
        raise Unreadable("TOO_LARGE", _HOLDS_TOO_MUCH)
    return content


def _first_sheet(archive: zipfile.ZipFile) -> str:
    [first, *_] = _SHEET.findall(_small(archive, "xl/workbook.xml"))
    relations = _small(archive, "xl/_rels/workbook.xml.rels")
    attributes = (dict(_ATTRIBUTE.findall(one)) for one in _RELATION.findall(relations))
    target = next(one[b"Target"].decode() for one in attributes if one[b"Id"] == first)
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
