"""Decline a contract.

Either side may decline before both have signed. The deal is then cancelled and the space is released.
"""

from uuid import UUID

from shared.contracts import queries, rules
from shared.contracts.access import side_of, visible_contract
from shared.contracts.models import ContractState, Declining
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may

# `contract.declined` wakes the waiting saga, which undoes the deal.


@endpoint(
    "PATCH /contracts/{contract_id}/decline",
    access=may(Right.SIGN_LEASES),
    writes=True,
    raises=(rules.AlreadyExecuted, rules.DealDeclined),
)
def decline_contract(caller: Caller, contract_id: UUID, declining: Declining) -> ContractState:
    with transaction(caller) as tx:
        before, task_token = visible_contract(tx, caller, contract_id)
        rules.check_declinable(before)
        contract = ContractState.of(
            queries.update_declined(tx, contract_id, declining.reason, side_of(caller, before), caller.user_id)
        )
        tx.emit("contract.declined", contract, before=before, task_token=task_token)
    return contract
