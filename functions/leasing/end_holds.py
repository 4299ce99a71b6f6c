"""End expired holds.

Runs hourly. Ends a hold that has expired before both sides signed, and its saga undoes the deal.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.leasing import queries

_BATCH = 500


@job("rate(1 hour)")
def end_holds(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        ended = queries.update_holds_ended(tx, _BATCH)
        for contract, task_token in ended:
            tx.emit("contract.hold_ended", contract, task_token=task_token)
    return len(ended) == _BATCH
