"""The only way from an id that a caller sends to a payment that they may settle."""

from uuid import UUID

from shared.kit.db import Row, Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.payments import queries
from shared.payments.models import Payment


def visible_payment(
    tx: Tx, caller: Caller, payment_id: UUID, reference: str | None = None
) -> tuple[Payment, Row, list[Row]]:
    """The caller's payment, locked; its `open_amount` with the state of its contract, whose money nobody else moves
    meanwhile; and its transactions that stand, the latest first (`queries.lock_payment`). Raises NotFound."""
    payment, contract, standing = queries.lock_payment(tx, caller, payment_id, reference)
    if payment is None or contract is None:
        raise NotFound()
    return Payment.of(payment), contract, standing
