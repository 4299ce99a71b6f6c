"""A payment as GET /payments/{payment_id} answers it."""

from uuid import UUID

from shared.kit.db import Reading
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.payments import queries
from shared.payments.models import Payment


def payment_of(tx: Reading, caller: Caller, payment_id: UUID) -> Payment:
    """The payment. Raises NotFound."""
    payment = queries.select_payment(tx, caller, payment_id)
    if payment is None:
        raise NotFound()
    return Payment.of(payment)
