"""Charge for late payments.

Runs hourly. Late or missing payments are charged the fee and interest of the lease's late policy.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH
from shared.payments import charges, late


@job("rate(1 hour)")
def charge_late(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = late.lock_late(tx, BATCH)
        charges.add(tx, late.calculated(tx, found))
    return len(found) == BATCH
