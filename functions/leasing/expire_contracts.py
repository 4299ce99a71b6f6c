"""Expire contracts.

Runs hourly. A lease ends when its last day ends at the building, or when its early end date has come. Its space can
then be leased again.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.leasing import queries


@job("rate(1 hour)")
def expire_contracts(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = queries.lock_expiring(tx, BATCH)
        expired = claim(tx, "expire_contract", {row["id"]: row["day"] for row in found})
        for contract in queries.update_expired(tx, expired) if expired else ():
            tx.emit("contract.expired", contract, before=contract.model_copy(update={"status": "ACTIVE"}))
        found = queries.lock_terminating(tx, BATCH)
        terminated = claim(tx, "terminate_contract", {row["id"]: row["day"] for row in found})
        for contract in queries.update_terminated(tx, terminated) if terminated else ():
            tx.emit("contract.terminated", contract)
    return BATCH in (len(expired), len(terminated))
