"""Start contracts.

Runs hourly. An executed lease comes into force when its first day begins at the building. Its space becomes
OCCUPIED.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.leasing import queries


@job("rate(1 hour)")
def start_contracts(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = queries.lock_starting(tx, BATCH)
        claimed = claim(tx, "start_contract", {row["id"]: row["day"] for row in found})
        for contract in queries.update_started(tx, claimed) if claimed else ():
            tx.emit("contract.started", contract, before=contract.model_copy(update={"status": "SIGNED"}))
    return len(claimed) == BATCH
