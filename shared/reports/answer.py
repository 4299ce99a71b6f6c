"""How a report is answered: as JSON, or as CSV for a spreadsheet, never larger than Lambda allows."""

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from shared.kit import wire
from shared.kit.accept import preferred
from shared.kit.cells import safe
from shared.kit.db import Row
from shared.kit.errors import Detail, Invalid
from shared.kit.reply import File, Reply
from shared.kit.request import Request
from shared.kit.wire import Table
from shared.reports.queries import LARGEST

JSON, CSV = "application/json", "text/csv"

_LARGE = 500
"""From this many rows on, an answer is worth compressing."""
_MOST_BYTES = 4_400_000
"""Lambda answers 6 MB at most, in base64."""


def check_size(spaces: Sequence[Any]) -> None:
    """Raises Invalid if there are more spaces than a report may contain."""
    if len(spaces) > LARGEST:
        raise Invalid(Detail("building_id", f"is required: there are more than {LARGEST:,} spaces"))


def accepts_gzip(request: Request) -> bool:
    """Whether the client takes a compressed answer."""
    return "gzip" in request.headers.get("accept-encoding", "")


def table_of(names: Iterable[str], rows: Iterable[Row]) -> Table:
    """These columns of the rows."""
    names = tuple(names)
    return Table(names, [tuple([row[name] for name in names]) for row in rows])


def answer(request: Request, name: str, report: dict[str, Any], table: Table) -> Reply[Any]:
    """The report in the format asked for; in CSV its table alone."""
    headers = {"vary": "Accept, Accept-Encoding"}
    if cursor := report.get("meta", {}).get("cursor"):
        # Relative to the request: its own parameters, with another cursor (RFC 8288).
        asked = request.event.get("queryStringParameters") or {}
        headers["link"] = f'<?{urlencode(asked | {"cursor": cursor})}>; rel="next"'
    is_large = len(table.rows) >= _LARGE
    if preferred(request, JSON, CSV) == CSV:
        content, content_type = sheet(table).encode(), f"{CSV}; charset=utf-8"
        saved_as = f"{name}-{report['as_of'].isoformat()}.csv"
    elif not is_large:
        return Reply(report, headers=headers)
    else:
        content, content_type, saved_as = wire.render(report).encode(), JSON, None
    if is_large and accepts_gzip(request):
        content, headers = gzip.compress(content, 1), headers | {"content-encoding": "gzip"}
    if len(content) > _MOST_BYTES:
        raise Invalid(
            Detail("building_id", "is required, or Accept-Encoding: gzip: the report is too large for one response")
        )
    return Reply(File(content, content_type, saved_as), headers=headers)


def sheet(table: Table) -> str:
    """RFC 4180, with a heading. Numbers stay numbers, also negative ones; text never becomes a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(table.names)
    writer.writerows([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in table.rows)
    return written.getvalue()
