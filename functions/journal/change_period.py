"""Close or open a month.

What belongs in a closed month is posted on the first day of the first open one, whatever its own date: payments,
invoices, credit notes, reversals. Closing a month closes all before it; opening one opens all after it. A month can be
closed once it is over at every building of the caller's organization. What is just being posted comes first, or finds
the month closed.
"""

from shared.journal import periods, rules
from shared.journal.models import Period, PeriodChange
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("PUT /periods/{period}", access=may(Right.KEEP_BOOKS), writes=True, raises=(rules.PeriodNotOver,))
def change_period(caller: Caller, period: str, change: PeriodChange) -> Period:
    month = rules.month_of(period)
    with transaction(caller) as tx:
        before = periods.lock_books(tx, caller.organization_id)
        open_from = rules.opened_from(month, change.status, before["open_from"], before["today"])
        after = Period.of(rules.period_of(month, before | {"open_from": open_from}))
        if open_from != before["open_from"]:
            periods.update_open_from(tx, caller.organization_id, open_from)
            name = "period.closed" if change.status == "CLOSED" else "period.opened"
            tx.emit(name, after, before=Period.of(rules.period_of(month, before)))
    return after
