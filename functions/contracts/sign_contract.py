"""A party signs its contract by typing a name: the client first, then the owner.

The signature stands beside the SHA-256 of the document it belongs to, with time, IP and user agent.
The second signature wakes the waiting saga, which schedules the payments and activates the contract.
"""

from uuid import UUID

from shared.contracts import queries, rules
from shared.contracts.access import side_of, visible_contract
from shared.contracts.models import ContractState, Signing
from shared.kit.catalog import Role
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller


@endpoint(
    "PATCH /contracts/{contract_id}/sign",
    access={Role.OWNER, Role.CLIENT, Role.BROKER},
    writes=True,
    raises=(rules.NotSignable, rules.DealDeclined, rules.NotYourTurn, rules.OtherDocument),
)
def sign_contract(caller: Caller, contract_id: UUID, signing: Signing) -> ContractState:
    with transaction(caller) as tx:
        before, task_token = visible_contract(tx, caller, contract_id)
        side = side_of(caller, before)
        rules.check_signable(before, side, signing.document_sha256)
        assert side is not None  # noqa: S101 (checked above)
        queries.insert_signature(tx, caller, before, side, signing)
        contract = ContractState.of(queries.update_signed(tx, caller, contract_id, rules.SIGNED_BY[side]))
        tx.emit("contract.signed", contract, before=before)
        if contract.signature_status == "FULLY_SIGNED":
            tx.emit("contract.fully_signed", contract, task_token=task_token)
    return contract
