"""Restart stalled sagas.

Runs hourly. Nudges deals whose saga should have moved on; with `{"all": true}`, every unfinished one. A running
saga is not disturbed (its execution's name is taken); a lost one starts again, and its steps find their work done.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.leasing import queries

_BATCH = 500


@job("rate(1 hour)")
def restart_sagas(event: dict[str, Any]) -> None:
    with transaction() as tx:
        for contract, task_token in queries.select_stalled(tx, _BATCH, everything=event.get("all") is True):
            tx.emit("contract.stalled", contract, contract_id=str(contract.id))
            if contract.termination_reason is not None or contract.signature_status == "FULLY_SIGNED":
                tx.emit("contract.unheard", contract, task_token=task_token)
