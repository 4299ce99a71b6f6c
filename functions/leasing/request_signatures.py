"""Request signatures.

The saga asks both sides to sign, and stores its token (encrypted) with the contract that it waits for. The owner's
organization has chosen who collects the signatures, and whether it wants to authorize them.
"""

from typing import Any
from uuid import UUID

from shared.contracts.queries import select_deal
from shared.contracts.signing import PROVIDERS
from shared.kit.db import transaction
from shared.kit.sealed import seal
from shared.kit.task import step
from shared.leasing import queries, rules


@step(uses=("token_key.encrypt",))
def request_signatures(task: dict[str, Any]) -> None:
    encrypted = seal(task["task_token"])
    with transaction() as tx:
        before = queries.lock_contract(tx, UUID(task["contract_id"]))
        rules.check_alive(before)
        contract = queries.update_waiting(tx, before.id, encrypted)
        if before.status == "DRAFT":
            tx.emit("contract.signature_requested", contract, before=before)
        PROVIDERS[contract.signature_provider].ask(tx, contract, select_deal(tx, contract.id))
        if contract.signature_status == "FULLY_SIGNED":
            # Signed while an earlier execution was waiting: this one has nothing left to wait for.
            tx.emit("contract.unheard", contract, task_token=encrypted)
