"""Reverse a refund.

Takes back a refund that did not reach the client. The amount is credit again and settles whatever is open on the
contract.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import account, queries, rules
from shared.payments.credit import apply_credit
from shared.payments.models import Reversing
from shared.payments.moves import Refund


@endpoint(
    "POST /contracts/{contract_id}/refunds/{refund_id}/reverse",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(rules.RefundReversed,),
)
def reverse_refund(caller: Caller, contract_id: UUID, refund_id: UUID, reversing: Reversing) -> Refund:
    with transaction(caller) as tx:
        found, before = account.lock_refund(tx, caller, contract_id, refund_id)
        if found is None or before is None:
            raise NotFound()
        if before.is_reversed:
            raise rules.RefundReversed()
        queries.insert_reversal(tx, refund_id, reversing.reason, found["today"])
        settled = apply_credit(tx, contract_id, today=found["today"])
        asked = account.ask_for_refund(tx, contract_id, refund_id)
        tx.flush()
        refund = asked.answer()
        assert refund is not None  # noqa: S101 (it was there before)
        tx.emit("refund.reversed", refund, before=before)
        for moved in settled:
            tx.emit("payment.credit_applied", moved)
    return refund
