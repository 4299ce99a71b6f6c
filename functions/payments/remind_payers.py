"""Send payment reminders.

Runs hourly. A payer hears once of each stage of an installment: three days before it is due, on the day, when it is
overdue, and, seven days after it was due, that it still is. Those on the day and a day later come from
functions/payments/advance_payments.py.
"""

from typing import Any

from shared.kit.db import Row, Tx, transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.payments import days, queries, rules


@job("rate(1 hour)")
def remind_payers(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        soon = _remind(tx, days.lock_due_soon(tx, rules.DUE_SOON_DAYS, BATCH), "remind", "payment.due_soon")
        late = _remind(tx, days.lock_late(tx, rules.LATE_DAYS, BATCH), "remind_late", "payment.reminded")
    return BATCH in (soon, late)


def _remind(tx: Tx, found: list[Row], work: str, name: str) -> int:
    rows = {row["id"]: row for row in found}
    claimed = claim(tx, work, {row["id"]: row["day"] for row in found})
    for payment in queries.select_many(tx, claimed) if claimed else ():
        row = rows[payment.id]
        told = {"open_amount": row["open_amount"], "days_until_due": row["days_until_due"]}
        tx.emit(name, payment, payment_id=payment.id, **told)
    return len(claimed)
