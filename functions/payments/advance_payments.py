"""Mark payments as due and overdue.

Runs hourly. An open payment becomes DUE at the midnight that starts its due date at the building, and OVERDUE at
the next. Payments that were settled before then become neither; partial payments do.
"""

from typing import Any

from shared.kit.db import Row, Tx, transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.payments import days, queries
from shared.payments.models import PaymentStatus


@job("rate(1 hour)")
def advance_payments(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        due = _advance(tx, days.lock_fallen_due(tx, BATCH), "make_due", "SCHEDULED", "DUE", "payment.due")
        # After days that were missed, a payment becomes first the one and then the other.
        overdue = _advance(tx, days.lock_fallen_overdue(tx, BATCH), "make_overdue", "DUE", "OVERDUE", "payment.overdue")
    return BATCH in (due, overdue)


def _advance(tx: Tx, found: list[Row], work: str, old: PaymentStatus, new: PaymentStatus, name: str) -> int:
    claimed = claim(tx, work, {row["id"]: row["day"] for row in found})
    if claimed:
        days.update_status(tx, claimed, new)
        for payment in queries.select_many(tx, claimed):
            tx.emit(name, payment, before=payment.model_copy(update={"status": old}))
    return len(claimed)
