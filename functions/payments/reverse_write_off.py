"""Reverse a write-off.

Takes back the latest write-off of a payment, for example because money came after all. So much is owed again, as of the
current day at the building.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import losses, queries, rules
from shared.payments.access import visible_payment
from shared.payments.credit import apply_credit
from shared.payments.models import Payment, Reversing


@endpoint(
    "POST /payments/{payment_id}/write-off/reverse",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(rules.NothingWrittenOff,),
)
def reverse_write_off(caller: Caller, payment_id: UUID, reversing: Reversing) -> Payment:
    with transaction(caller) as tx:
        before, contract, standing = visible_payment(tx, caller, payment_id)
        latest = rules.latest_write_off(standing)
        queries.insert_reversal(tx, latest["id"], reversing.reason, contract["today"])
        losses.update_expected(tx, payment_id, latest["amount"], contract)
        settled = {one.id: one for one in apply_credit(tx, before.contract_id, today=contract["today"])}
        payment = settled.get(payment_id) or queries.select_many(tx, [payment_id])[0]
        tx.emit("payment.write_off_reversed", payment, before=before, write_off_amount=latest["amount"])
        for moved in settled.values():
            tx.emit("payment.credit_applied", moved)
    return payment
