"""Retrieve a payment.

Available to both sides of the contract, including their finance officers.
"""

from uuid import UUID

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments.answer import payment_of
from shared.payments.models import Payment


@endpoint("GET /payments/{payment_id}", access=may(Right.READ_MONEY))
def get_payment(caller: Caller, payment_id: UUID) -> Payment:
    with reading(caller) as tx:
        return payment_of(tx, caller, payment_id)
