"""Send payment reminders.

Runs hourly. Payers are reminded seven days, three days and one day before a payment is due.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.payments import days, queries, rules


@job("rate(1 hour)")
def remind_payers(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = days.lock_unreminded(tx, rules.REMINDERS, BATCH)
        rows = {row["id"]: row for row in found}
        claimed = claim(tx, "remind", {row["id"]: row["day"] for row in found})
        for payment in queries.select_many(tx, claimed) if claimed else ():
            tx.emit(
                "payment.due_soon",
                payment,
                payment_id=payment.id,
                open_amount=rows[payment.id]["open_amount"],
                days_until_due=rows[payment.id]["days_until_due"],
            )
    return len(claimed) == BATCH
