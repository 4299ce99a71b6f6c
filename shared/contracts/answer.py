"""A contract as GET /contracts/{contract_id} answers it."""

from uuid import UUID

from shared.contracts import queries
from shared.contracts.models import Contract
from shared.kit.db import Reading
from shared.kit.errors import NotFound
from shared.kit.request import Caller


def contract_of(tx: Reading, caller: Caller, contract_id: UUID) -> Contract:
    """The contract with its payments and signatures. Raises NotFound."""
    contract = queries.select_contract(tx, caller, contract_id)
    if contract is None:
        raise NotFound()
    return Contract.of(contract)
