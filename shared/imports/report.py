"""What was wrong with an import, to read or as a file; and the rows that failed, to correct and import again."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from shared.imports import queries
from shared.imports.models import ReportedFault, ReportFilter
from shared.kit.accept import preferred
from shared.kit.cells import safe
from shared.kit.db import Reading, Row
from shared.kit.reply import File, Reply
from shared.kit.request import Request
from shared.reports.answer import CSV, JSON

_COLUMNS = ("row", "column", "code", "message", "value", "suggestion")
_MOST_ROWS = 5000
_MOST_BYTES = 4_000_000
"""Lambda answers 6 MB at most, in base64."""
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?", re.ASCII)


def place_before(query: ReportFilter) -> tuple[Any, ...]:
    """The row, and the fault within it, that this page begins after. Raises Invalid on a `cursor` that is not ours."""
    return query.key_before(int) if query.failed_rows else query.key_before(int, int)


def answer(tx: Reading, row: Row, query: ReportFilter, request: Request) -> Reply[Any]:
    """The part of the import's report that was asked for."""
    if query.failed_rows:
        return _failed_rows(tx, row, query, request)
    as_file = preferred(request, JSON, CSV) == CSV
    limit = _MOST_ROWS if as_file else query.limit
    found = queries.select_faults(tx, row["id"], place_before(query), limit + 1)
    shown, meta = query.model_copy(update={"limit": limit}).page(found, "row", "place")
    headers = {"vary": "Accept"}
    if not as_file:
        data = [ReportedFault.of({name: one[name] for name in ReportedFault.model_fields}) for one in shown]
        return Reply({"data": data, "meta": meta}, headers=headers)
    kept, more = _fitting(_COLUMNS, [[_cell(one[name]) for name in _COLUMNS] for one in shown])
    if more < len(shown):
        meta = query.more_after(shown[more - 1]["row"], shown[more - 1]["place"])
    return _file(kept, f"import-{row['id']}-report.csv", headers | _link(request, meta))


def _failed_rows(tx: Reading, row: Row, query: ReportFilter, request: Request) -> Reply[Any]:
    found = queries.select_failed_rows(tx, row["id"], place_before(query)[0], _MOST_ROWS + 1)
    shown = found[:_MOST_ROWS]
    form = row["form"] or {}
    rows = [[_cell(cell) for cell in one["cells"]] for one in shown]
    # A workbook has no delimiter.
    kept, more = _fitting(form.get("header", []), rows, form.get("delimiter") or ",")
    meta = query.more_after(shown[more - 1]["row"]) if more < len(found) else {}
    return _file(kept, f"import-{row['id']}-failed-rows.csv", _link(request, meta))


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    # A number below zero is none of a formula's.
    return text if _NUMBER.fullmatch(text) else safe(text)


def _fitting(header: Iterable[str], rows: Sequence[Sequence[str]], delimiter: str = ",") -> tuple[str, int]:
    """RFC 4180: the header and as many of the rows as one response takes, and how many these are."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow([safe(name) for name in header])
    for number, row in enumerate(rows):
        if written.tell() > _MOST_BYTES:
            return written.getvalue(), number
        writer.writerow(row)
    return written.getvalue(), len(rows)


def _link(request: Request, meta: dict[str, Any]) -> dict[str, str]:
    """Relative to the request: its own parameters, with another cursor (RFC 8288)."""
    if not meta.get("cursor"):
        return {}
    asked = request.event.get("queryStringParameters") or {}
    return {"link": f'<?{urlencode(asked | {"cursor": meta["cursor"]})}>; rel="next"'}


def _file(text: str, name: str, headers: dict[str, str]) -> Reply[Any]:
    # With the mark that Excel knows UTF-8 by.
    return Reply(File(f"\ufeff{text}".encode(), f"{CSV}; charset=utf-8", name), headers=headers)
