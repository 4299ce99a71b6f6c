"""Extend leases that hold over.

Runs hourly. A lease that goes on after its last day gets an installment for each month, some weeks before it begins.
"""

from typing import Any

from shared.contracts.queries import select_deal
from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH
from shared.payments import holdover, indexes


@job("rate(1 hour)", emits=False)
def extend_holdovers(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = holdover.lock_lasting(tx, holdover.DAYS_AHEAD, BATCH)
        for row in found:
            values = indexes.select_known(tx, row["id"])
            holdover.extend(tx, select_deal(tx, row["id"]), row, values, holdover.DAYS_AHEAD)
    return len(found) == BATCH
