"""Restart stalled sagas.

Runs hourly. Nudges deals whose saga should have moved on; with `{"all": true}`, every unfinished one. A running
saga is not disturbed (its execution's name is taken); a lost one starts again, and its steps find their work done.
One transaction for each batch.
"""

from typing import Any
from uuid import UUID

from shared.kit.db import transaction
from shared.kit.task import job
from shared.leasing import queries

_BATCH = 500


@job("rate(1 hour)")
def restart_sagas(event: dict[str, Any]) -> None:
    last: UUID | None = UUID(int=0)
    while last:
        last = _restart_batch(last, everything=event.get("all") is True)


def _restart_batch(after: UUID, *, everything: bool) -> UUID | None:
    """Restart the next deals after the one with that id. Returns the last one's id, None where there were no more."""
    with transaction() as tx:
        stalled = queries.select_stalled(tx, after, _BATCH, everything=everything)
        for contract, task_token in stalled:
            tx.emit("contract.stalled", contract, contract_id=str(contract.id))
            # Its saga waits for a signature or a refusal that has come.
            if contract.termination_reason is not None or contract.signature_status == "FULLY_SIGNED":
                tx.emit("contract.unheard", contract, task_token=task_token)
    return stalled[-1][0].id if len(stalled) == _BATCH else None
