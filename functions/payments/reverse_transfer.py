"""Reverse a transfer of credit.

Takes back a transfer of credit that was made by mistake. What the credit has settled on the other contract is open
again, and on the first the credit settles whatever is open.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import account, queries, rules
from shared.payments.credit import apply_credit, take_back_credit
from shared.payments.models import Reversing
from shared.payments.moves import CreditTransfer


@endpoint(
    "POST /contracts/{contract_id}/credit-transfers/{transfer_id}/reverse",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(rules.TransferReversed, rules.CreditSpent),
)
def reverse_transfer(caller: Caller, contract_id: UUID, transfer_id: UUID, reversing: Reversing) -> CreditTransfer:
    with transaction(caller) as tx:
        found, other, before = account.lock_transfer(tx, caller, contract_id, transfer_id)
        if found is None or other is None or before is None:
            raise NotFound()
        if before["is_reversed"]:
            raise rules.TransferReversed()
        queries.insert_reversal(tx, before["into_id"], reversing.reason, other["today"])
        queries.insert_reversal(tx, transfer_id, reversing.reason, found["today"])
        settled = take_back_credit(tx, before["other_contract_id"], today=other["today"])
        settled += apply_credit(tx, contract_id, today=found["today"])
        transfer = account.select_transfer(tx, transfer_id)
        tx.emit("transfer.reversed", transfer)
        for moved in settled:
            tx.emit("payment.credit_applied", moved)
    return transfer
