"""Retrieve the occupancy report.

Shows how full the buildings are as of a given day: what is leased, what is occupied, and the rent charged compared
with the asking rent. The response is JSON, or CSV with `Accept: text/csv`, with one row per building and currency.
"""

from typing import Annotated

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File, Reply
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may
from shared.reports import queries
from shared.reports.answer import answer, check_size
from shared.reports.figures import by_currency, occupancy
from shared.reports.models import Occupancy, ReportFilter
from shared.reports.portfolio import holdings


@endpoint("GET /reports/occupancy", access=may(Right.READ_REPORTS), timeout=25, memory=1024, raises=(NotFound,))
def show_occupancy(
    caller: Caller, query: ReportFilter, request: Request
) -> Reply[Occupancy | Annotated[File, "text/csv"]]:
    with reading(caller) as tx:
        scope = queries.scope_of(caller, query.building_id, query.as_of)
        as_of, spaces, leases = queries.select_portfolio(tx, scope)
    check_size(spaces)
    report = occupancy(list(holdings(spaces, leases, as_of)), as_of)
    return answer(request, "occupancy", report, by_currency(report))
