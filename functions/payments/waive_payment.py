"""Waive a late fee or interest.

The owner's organization waives a charge for being late, in full or in part. A credit note for its invoice says so; what
was already paid of it becomes credit.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import rules
from shared.payments.access import visible_payment
from shared.payments.crediting import credit
from shared.payments.models import Crediting, Payment


@endpoint(
    "POST /payments/{payment_id}/waive",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(rules.NotWaivable, rules.MoreThanInvoiced),
)
def waive_payment(caller: Caller, payment_id: UUID, waiving: Crediting) -> Payment:
    with transaction(caller) as tx:
        payment, contract, _ = visible_payment(tx, caller, payment_id)
        if payment.charge not in ("LATE_FEE", "INTEREST"):
            raise rules.NotWaivable()
        _, payment = credit(tx, caller, contract["invoice_id"], waiving.amount, waiving.reason)
    return payment
