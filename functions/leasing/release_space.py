"""Release the space.

The saga releases the space that a cancelled contract held, and only if that contract holds it.
"""

from typing import Any
from uuid import UUID

from shared.kit.db import transaction
from shared.kit.task import step
from shared.leasing import queries
from shared.leasing.models import FreedSpace


@step()
def release_space(task: dict[str, Any]) -> None:
    contract_id = UUID(task["contract_id"])
    with transaction() as tx:
        contract = queries.lock_contract(tx, contract_id)
        space_id = queries.update_space_freed(tx, contract_id)
        if space_id:
            tx.emit("contract.space_released", contract)
            tx.emit("space.freed", FreedSpace(id=space_id))
