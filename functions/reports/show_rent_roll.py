"""Retrieve the rent roll.

Lists every leasable space as of a given day, vacant ones included: who leases it, until when, at what rent, and
what they owe. The areas of a building's rows add up to its leasable area. The response is JSON, or CSV with
`Accept: text/csv`.
"""

from typing import Annotated

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.reply import File, Reply
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may
from shared.reports import queries
from shared.reports.answer import answer, check_size
from shared.reports.models import RentRoll, ReportFilter
from shared.reports.portfolio import holdings
from shared.reports.roll import rent_roll


@endpoint("GET /reports/rent-roll", access=may(Right.READ_REPORTS), timeout=25, memory=1024)
def show_rent_roll(
    caller: Caller, query: ReportFilter, request: Request
) -> Reply[RentRoll | Annotated[File, "text/csv"]]:
    with reading(caller) as tx:
        scope = queries.scope_of(caller, query.building_id, query.as_of)
        as_of, spaces, leases = queries.select_portfolio(tx, scope, with_money=True)
    check_size(spaces)
    report = rent_roll(holdings(spaces, leases, as_of), as_of)
    return answer(request, "rent-roll", report, report["data"])
