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
        ended, freed = queries.update_expired(tx, expired) if expired else ([], [])
        for contract in ended:
            tx.emit("contract.expired", contract, before=contract.model_copy(update={"status": "ACTIVE"}))
        found = queries.lock_terminating(tx, BATCH)
        terminated = claim(tx, "terminate_contract", {row["id"]: row["day"] for row in found})
        left, vacated = queries.update_terminated(tx, terminated) if terminated else ([], [])
        for contract in left:
            tx.emit("contract.terminated", contract)
        for space in (*freed, *vacated):
            tx.emit("space.freed", space)
    return BATCH in (len(expired), len(terminated))
