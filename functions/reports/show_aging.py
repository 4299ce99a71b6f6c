"""Retrieve the aging report.

Shows who owes what as of a given day, and for how many days it has been due. Invoiced amounts that are not yet due
count as current. Beside the open amounts stand unapplied credit, what is prepaid, the ledger's balance and the deposit
held, of every contract that ever was, ended ones included. The totals say whether they tie: the ledgers are the open
amounts less unapplied credit less what is prepaid, and the deposits are the journal's account DEPOSITS_HELD. With
`basis=POSTED` everything counts by its day of posting. The response is JSON, or CSV with `Accept: text/csv`.
"""

from typing import Annotated

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File, Reply
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may
from shared.reports import queries
from shared.reports.answer import answer, table_of
from shared.reports.figures import aging
from shared.reports.models import Aging, AgingRow, MoneyFilter
from shared.reports.money import select_accounts


@endpoint("GET /reports/aging", access=may(Right.READ_REPORTS), timeout=25, memory=1024, raises=(NotFound,))
def show_aging(caller: Caller, query: MoneyFilter, request: Request) -> Reply[Aging | Annotated[File, "text/csv"]]:
    with reading(caller) as tx:
        asked, accounts = select_accounts(tx, queries.scope_of(caller, query.building_id, query.as_of), query.basis)
    report = aging(accounts, asked)
    return answer(request, "aging", report, table_of(AgingRow.model_fields, report["data"]))
