"""Retrieve the tax report.

Shows the net amounts and the tax of invoices, less credit notes and less write-offs that relieve tax, by tax code, rate
and currency. `from` and `to` are days of posting, both included: what a closed month showed stays. Deposits are no
supply and not included.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.taxes import queries, rules
from shared.taxes.models import TaxFilter, TaxReport, TaxRow, TaxTotal


@endpoint("GET /reports/tax", access=may(Right.READ_REPORTS), timeout=25, memory=1024)
def show_tax(caller: Caller, query: TaxFilter) -> TaxReport:
    with reading(caller) as tx:
        rows = rules.rows_of(*queries.select_tax(tx, caller, query))
    totals = [TaxTotal.of(total) for total in rules.totals_of(rows)]
    return TaxReport.of({"data": [TaxRow.of(row) for row in rows], "totals": totals})
