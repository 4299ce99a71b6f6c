"""Charge for late payments.

Runs hourly. Late or missing payments are charged the fee and interest of the lease's late policy. Where money turns out
to have come earlier, interest is credited.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH
from shared.payments import charges, crediting, late


@job("rate(1 hour)")
def charge_late(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = late.lock_late(tx, BATCH)
        added, fallen = late.calculated(tx, found)
        charges.add(tx, added)
        for one in fallen:
            crediting.correct_interest(tx, one)
    return len(found) == BATCH
