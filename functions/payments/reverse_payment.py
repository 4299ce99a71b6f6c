"""Reverse a payment.

Takes back the latest transaction when recorded money did not arrive after all, together with its credit and
whatever that credit settled elsewhere. History is kept: the reversal is a separate entry. The payment is open
again, as of the current day at the building. Credit that was refunded, transferred or returned with a deposit
since stays where it went, and so does a deposit that was applied, returned or taken along by a renewal: the client owes
it, as a payment of its own with the charge RECLAIM, due today.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import queries, rules
from shared.payments.access import visible_payment
from shared.payments.credit import reclaim_deposit, take_back_credit
from shared.payments.models import Payment, Reversing


@endpoint(
    "POST /payments/{payment_id}/reverse",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(rules.NothingToReverse,),
)
def reverse_payment(caller: Caller, payment_id: UUID, reversing: Reversing) -> Payment:
    with transaction(caller) as tx:
        before, contract, standing = visible_payment(tx, caller, payment_id)
        reversal = rules.reversal_of(before, contract, standing, reversing.reason)
        payment = Payment.of(queries.reverse_money(tx, caller, before, reversal, contract["today"]))
        if reversal.spent:
            payment = reclaim_deposit(tx, payment, reversal.spent, today=contract["today"])
        tx.emit("payment.reversed", payment, before=before)
        if reversal.leaves_credit_short or contract["credit"]:
            for moved in take_back_credit(tx, payment.contract_id, today=contract["today"], reclaims=True):
                tx.emit("payment.credit_applied", moved)
                payment = moved if moved.id == payment_id else payment
    return payment
