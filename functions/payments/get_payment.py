"""One instalment, for both sides' finance."""

from uuid import UUID

from shared.kit.catalog import Role
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.payments import queries
from shared.payments.models import Payment


@endpoint("GET /payments/{payment_id}", access={Role.OWNER, Role.CLIENT, Role.BROKER, Role.FINANCIAL_OFFICER})
def get_payment(caller: Caller, payment_id: UUID) -> Payment:
    with reading(caller) as tx:
        payment = queries.select_payment(tx, caller, payment_id)
    if payment is None:
        raise NotFound()
    return Payment.of(payment)
