"""Retrieve the journal.

Shows everything that was invoiced, credited, received or moved as double entry, in the order in which it was entered.
Each entry is a document whose debits and credits are equal. `from` and `to` are days of posting. Further entries
follow with `after`, the last `entry_id` of the answer: `meta.has_more` says whether there are any, and the header
`Link` names the next answer. Money that came before its invoice is tenant credit until the invoice's day: its entry
then has lines on both days. The response is JSON, or CSV with `Accept: text/csv`.
"""

from typing import Annotated

from shared.journal import queries
from shared.journal.answer import answer
from shared.journal.models import Journal, JournalFilter
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.reply import File, Reply
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may


@endpoint("GET /journal", access=may(Right.READ_REPORTS), timeout=25, memory=1024)
def show_journal(
    caller: Caller, query: JournalFilter, request: Request
) -> Reply[Journal | Annotated[File, "text/csv"]]:
    with reading(caller) as tx:
        rows = queries.select_lines(tx, caller, query)
    return answer(request, query, rows)
