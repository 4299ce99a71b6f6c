"""Retrieve the lease expiration report.

Shows in which years leases expire as of a given day, with the area and rent of each year. The response is JSON, or
CSV with `Accept: text/csv`.
"""

from typing import Annotated

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File, Reply
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may
from shared.reports import queries
from shared.reports.answer import answer, check_size, table_of
from shared.reports.figures import expirations
from shared.reports.models import Expirations, ExpiryRow, ReportFilter
from shared.reports.portfolio import holdings


@endpoint("GET /reports/expirations", access=may(Right.READ_REPORTS), timeout=25, memory=1024, raises=(NotFound,))
def show_expirations(
    caller: Caller, query: ReportFilter, request: Request
) -> Reply[Expirations | Annotated[File, "text/csv"]]:
    with reading(caller) as tx:
        scope = queries.scope_of(caller, query.building_id, query.as_of)
        as_of, spaces, leases = queries.select_portfolio(tx, scope)
    check_size(spaces)
    report = expirations(list(holdings(spaces, leases, as_of)), as_of)
    return answer(request, "expirations", report, table_of(ExpiryRow.model_fields, report["data"]))
