"""The only way from a caller's id to a payment that it may settle."""

from uuid import UUID

from shared.kit.db import Row, Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.payments import queries
from shared.payments.models import Payment


def visible_payment(tx: Tx, caller: Caller, payment_id: UUID) -> tuple[Payment, Row]:
    """The caller's payment, locked, and its contract's `status` and `today` there. Raises NotFound."""
    payment, contract = queries.lock_payment(tx, caller, payment_id)
    if payment is None or contract is None:
        raise NotFound()
    return Payment.of(payment), contract
