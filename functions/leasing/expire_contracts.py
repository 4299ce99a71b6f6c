"""Hourly: a lease is over when its last day ends at the building; its space can be let again."""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.leasing import queries


@job("rate(1 hour)")
def expire_contracts(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = queries.lock_expiring(tx, BATCH)
        claimed = claim(tx, "expire_contract", {row["id"]: row["day"] for row in found})
        for contract in queries.update_expired(tx, claimed) if claimed else ():
            tx.emit("contract.expired", contract, before=contract.model_copy(update={"status": "ACTIVE"}))
    return len(claimed) == BATCH
