"""The only way from an id that a caller sends to a contract that they may change; and the caller's side of it."""

from uuid import UUID

from shared.contracts import queries
from shared.contracts.models import ContractState, Side
from shared.kit.db import Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller


def visible_contract(tx: Tx, caller: Caller, contract_id: UUID) -> tuple[ContractState, str | None]:
    """The caller's contract, locked, and the token its saga waits with (encrypted). Raises NotFound."""
    row = queries.lock_contract(tx, caller, contract_id)
    if row is None:
        raise NotFound()
    token: str | None = row.pop("task_token")
    return ContractState.of(row), token


def side_of(caller: Caller, contract: ContractState) -> Side | None:
    """The side of the contract that the caller's organization is, if any."""
    if caller.organization_id == contract.client_organization_id:
        return "CLIENT"
    if caller.organization_id == contract.owner_organization_id:
        return "OWNER"
    return None
