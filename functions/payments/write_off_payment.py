"""Write off a debt.

The owner's organization no longer expects an invoiced amount, or a part of it, to be paid. What is wholly written off
is cancelled and takes no more money; the invoice stays as it was. With `relieve_tax` the tax in it is reclaimed.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import losses, queries, rules
from shared.payments.access import visible_payment
from shared.payments.models import Payment
from shared.payments.moves import WritingOff


@endpoint(
    "POST /payments/{payment_id}/write-off",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(rules.WrittenOff, rules.AlreadyPaid, rules.NotPayable, rules.InvoiceMissing, rules.MoreThanOwed),
)
def write_off_payment(caller: Caller, payment_id: UUID, writing_off: WritingOff) -> Payment:
    with transaction(caller) as tx:
        before, contract, _ = visible_payment(tx, caller, payment_id)
        amount = rules.check_writing_off(before, contract, writing_off)
        tax = rules.relieved_tax(before, amount) if writing_off.relieve_tax else None
        losses.insert_write_off(tx, payment_id, amount, tax, contract, writing_off.reason)
        [payment] = queries.select_many(tx, [payment_id])
        tx.emit("payment.written_off", payment, before=before, write_off_amount=amount)
    return payment
