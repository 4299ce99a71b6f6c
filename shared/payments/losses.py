"""The SQL of debts that are no longer expected to be paid, or are expected again."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.kit.db import Row, Tx
from shared.kit.ids import new_id
from shared.payments.settling import settle

_INSERT_WRITE_OFF = """
INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, kind,
                                  amount, currency, paid_date, reason, relieved_tax, created_by)
SELECT %(id)s, p.id, p.contract_id, p.owner_organization_id, p.client_organization_id, 'WRITE_OFF', %(amount)s,
       p.currency, %(today)s, %(reason)s, %(relieved_tax)s, %(by)s
FROM payments p
WHERE p.id = %(payment_id)s
"""

# Nothing is expected any more of what is wholly written off; a part that was paid before leaves it PAID.
_UPDATE_WRITTEN_OFF = """
UPDATE payments p
SET written_off_amount = p.written_off_amount + %(amount)s, updated_at = now(), updated_by = %(by)s,
    status = CASE WHEN p.owed = %(amount)s THEN 'CANCELLED' ELSE p.status END
WHERE p.id = %(payment_id)s
"""

# Settled until now, one way or the other: settle() gives it the state of the day.
_UPDATE_EXPECTED = """
UPDATE payments p
SET written_off_amount = p.written_off_amount - %(amount)s, status = 'PAID', updated_at = now(), updated_by = %(by)s
WHERE p.id = %(payment_id)s
"""


def insert_write_off(
    tx: Tx, payment_id: UUID, amount: Decimal, relieved_tax: Decimal | None, state: Row, reason: str
) -> None:
    """So much of the payment (locked before, `state` as `queries.lock_payment` returns it) is written off."""
    values: dict[str, Any] = {
        "id": new_id(),
        "payment_id": payment_id,
        "amount": amount,
        "relieved_tax": relieved_tax,
        "today": state["today"],
        "reason": reason,
        "by": tx.caller.user_id if tx.caller else None,
    }
    tx.run(_INSERT_WRITE_OFF, values)
    tx.run(_UPDATE_WRITTEN_OFF, values)
    settle(tx, [payment_id], today=state["today"])


def update_expected(tx: Tx, payment_id: UUID, amount: Decimal, state: Row) -> None:
    """So much of the payment is expected again, after its write-off was reversed."""
    by = tx.caller.user_id if tx.caller else None
    tx.run(_UPDATE_EXPECTED, {"payment_id": payment_id, "amount": amount, "by": by})
    settle(tx, [payment_id], today=state["today"])
