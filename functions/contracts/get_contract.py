"""Retrieve a contract.

Both sides see the contract with its payment schedule and its signatures.
"""

from uuid import UUID

from shared.contracts.answer import contract_of
from shared.contracts.models import Contract
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /contracts/{contract_id}", access=may(Right.READ_LEASES))
def get_contract(caller: Caller, contract_id: UUID) -> Contract:
    with reading(caller) as tx:
        return contract_of(tx, caller, contract_id)
