"""Transfer credit to another contract.

The owner's organization moves credit to another contract with the same client. What settles installments that are not
invoiced yet moves as well: the last of them are open again. There it settles whatever is open, oldest first.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import account, rules
from shared.payments.credit import apply_credit, free_prepaid
from shared.payments.moves import CreditTransfer, Transferring


@endpoint(
    "POST /contracts/{contract_id}/credit-transfers",
    access=may(Right.RECORD_PAYMENTS),
    returns=201,
    writes=True,
    raises=(rules.AmountAboveCredit, rules.NotTheSameSides, rules.NotPayable),
)
def transfer_credit(caller: Caller, contract_id: UUID, transferring: Transferring) -> CreditTransfer:
    with transaction(caller) as tx:
        found, other = account.lock_accounts(tx, caller, contract_id, transferring.to_contract_id)
        if found is None:
            raise NotFound()
        short = transferring.amount - found["credit"]
        if short > 0:
            freed = free_prepaid(tx, contract_id, short, today=found["today"], day=found["today"])
            for payment in freed:
                tx.emit("payment.credit_applied", payment)
            found = account.lock_account_on(tx, caller, contract_id, found["today"]) or found
        other = rules.check_transferring(found, other, transferring)
        asked = account.insert_transfer(tx, contract_id, transferring.to_contract_id, transferring.amount)
        settled = apply_credit(tx, transferring.to_contract_id, today=other["today"])
        transfer = asked.answer()
        tx.emit("transfer.made", transfer)
        for moved in settled:
            tx.emit("payment.credit_applied", moved)
    return transfer
