"""Waive a late fee or interest.

The owner's organization waives a charge for being late, in full or in part. A credit note for its invoice says so; what
was already paid of it becomes credit. The opening balance of an imported lease has no invoice here: what is still open
of it is written off.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import losses, queries, rules
from shared.payments.access import visible_payment
from shared.payments.crediting import credit
from shared.payments.models import Crediting, Payment


@endpoint(
    "POST /payments/{payment_id}/waive",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(
        rules.NotWaivable,
        rules.MoreThanInvoiced,
        rules.WrittenOff,
        rules.AlreadyPaid,
        rules.NotPayable,
        rules.MoreThanOwed,
    ),
)
def waive_payment(caller: Caller, payment_id: UUID, waiving: Crediting) -> Payment:
    with transaction(caller) as tx:
        payment, contract, _ = visible_payment(tx, caller, payment_id)
        if payment.charge == "OPENING_BALANCE":
            amount = rules.check_writing_off(payment, contract, waiving)
            losses.insert_write_off(tx, payment_id, amount, None, contract, waiving.reason)
            [waived] = queries.select_many(tx, [payment_id])
            tx.emit("payment.written_off", waived, before=payment, write_off_amount=amount)
            return waived
        if payment.charge not in ("LATE_FEE", "INTEREST"):
            raise rules.NotWaivable()
        _, waived = credit(tx, caller, contract["invoice_id"], waiving.amount, waiving.reason)
    return waived
