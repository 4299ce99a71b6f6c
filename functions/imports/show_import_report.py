"""Retrieve an import's report.

What was wrong with each row that failed, from the top of the file down: the row, the column, what stands there and, if
it is one slip away, what was probably meant. The response is JSON, or CSV with `Accept: text/csv`. With `failed_rows`,
it is the failed rows themselves, as a CSV file to correct and to import again. A `Link` header names the next page of a
CSV file that is too long for one response.
"""

from typing import Annotated
from uuid import UUID

from shared.imports.access import visible_import
from shared.imports.models import ImportReport, ReportFilter
from shared.imports.report import answer, place_before
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.reply import File, Reply
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may


@endpoint(
    "GET /imports/{import_id}/report",
    access=may(Right.IMPORT),
    alias="/admin/imports/{import_id}/report",
    timeout=29,
    memory=1024,
)
def show_import_report(
    caller: Caller, import_id: UUID, query: ReportFilter, request: Request
) -> Reply[ImportReport | Annotated[File, "text/csv"]]:
    place_before(query)
    with reading(caller) as tx:
        return answer(tx, visible_import(tx, caller, import_id), query, request)
