"""The saga asks both sides to sign, and leaves its token (encrypted) with the contract that it waits for."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from shared.kit.aws import call
from shared.kit.db import transaction
from shared.kit.settings import resource
from shared.kit.task import step
from shared.leasing import queries, rules


@step(uses=("token_key.encrypt",))
def request_signatures(task: dict[str, Any]) -> None:
    encrypted = _encrypted(task["task_token"])
    with transaction() as tx:
        before = queries.lock_contract(tx, UUID(task["contract_id"]))
        rules.check_alive(before)
        contract = queries.update_waiting(tx, before.id, encrypted)
        if before.status == "DRAFT":
            tx.emit("contract.signature_requested", contract, before=before)
        if contract.signature_status == "FULLY_SIGNED":
            # Signed while an earlier execution waited: this one has nothing left to wait for.
            tx.emit("contract.unheard", contract, task_token=encrypted)


def _encrypted(token: str) -> str:
    plain = b64encode(token.encode()).decode()
    answer = call("kms", "TrentService.Encrypt", {"KeyId": resource("token_key"), "Plaintext": plain})
    return str(answer["CiphertextBlob"])
