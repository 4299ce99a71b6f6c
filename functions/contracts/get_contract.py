"""Retrieve a contract.

Both sides see the contract with its payment schedule and its signatures.
"""

from uuid import UUID

from shared.contracts import queries
from shared.contracts.models import Contract
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /contracts/{contract_id}", access=may(Right.READ_LEASES))
def get_contract(caller: Caller, contract_id: UUID) -> Contract:
    with reading(caller) as tx:
        contract = queries.select_contract(tx, caller, contract_id)
    if contract is None:
        raise NotFound()
    return Contract.of(contract)
