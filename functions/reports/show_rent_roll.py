"""Retrieve the rent roll.

Lists every leasable space as of a given day, vacant ones included: who leases it, until when, at what rent, what they
owe and what they have paid ahead. The areas of a building's rows add up to its leasable area. A roll of more than
20,000 spaces (5,000 without `Accept-Encoding: gzip`) comes in pages; the totals are the whole roll's on each of them.
The response is JSON, or CSV with `Accept: text/csv`, whose next page a `Link` header names.
"""

from typing import Annotated

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File, Reply
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may
from shared.reports import queries
from shared.reports.answer import accepts_gzip, answer
from shared.reports.models import RentRoll, RentRollFilter
from shared.reports.money import select_rent_roll
from shared.reports.portfolio import holdings
from shared.reports.roll import PLAIN_PAGE, day_of, page_of, rent_roll


@endpoint("GET /reports/rent-roll", access=may(Right.READ_REPORTS), timeout=25, memory=1024, raises=(NotFound,))
def show_rent_roll(
    caller: Caller, query: RentRollFilter, request: Request
) -> Reply[RentRoll | Annotated[File, "text/csv"]]:
    with reading(caller) as tx:
        scope = queries.scope_of(caller, query.building_id, day_of(query))
        day, spaces, leases = select_rent_roll(tx, scope, query.basis)
    whole = rent_roll(holdings(spaces, leases, day.as_of), day)
    report = page_of(whole, query, most=queries.LARGEST if accepts_gzip(request) else PLAIN_PAGE)
    return answer(request, "rent-roll", report, report["data"])
