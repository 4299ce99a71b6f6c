"""Record a payment.

The owner's organization records money received outside the platform. The installment becomes PAID when it is
settled in full. Any excess becomes credit and settles the contract's other installments, oldest first; more than the
contract still asks for needs `allow_credit`. If the installment has no invoice yet, one is issued. The receipt becomes
available to both sides. A debt can be paid after its lease has ended. Money that proves to have come in time lowers
the late fee that was charged, by a credit note.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import queries, rules
from shared.payments.access import visible_payment
from shared.payments.credit import apply_credit
from shared.payments.crediting import correct_fees
from shared.payments.models import Payment, Recorded, Recording


@endpoint(
    "POST /payments/{payment_id}/record",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(rules.AlreadyPaid, rules.NotPayable, rules.WrittenOff, rules.AmountAboveOpen, rules.ReferenceSeen),
)
def record_payment(caller: Caller, payment_id: UUID, recording: Recording) -> Recorded:
    with transaction(caller) as tx:
        before, contract, _ = visible_payment(tx, caller, payment_id, recording.transaction_reference)
        rules.check_recording(before, contract, recording)
        settled, credit = rules.split(contract["open_amount"], recording.amount)
        row = queries.record_money(tx, caller, before, recording, settled, credit, contract["today"])
        payment = Payment.of(row)
        tx.emit(
            "payment.recorded", payment, before=before, received_amount=settled + credit, credit_amount=credit or None
        )
        changed = {payment.id}
        if credit:
            day = recording.paid_date
            for moved in apply_credit(tx, payment.contract_id, today=contract["today"], day=day):
                tx.emit("payment.credit_applied", moved)
                changed.add(moved.id)
        if contract["has_fees"] and recording.paid_date < contract["today"]:
            correct_fees(tx, payment.contract_id, changed, contract["today"])
    return Recorded.of(row | {"applied": settled, "credit": credit, "warnings": rules.warnings(contract)})
