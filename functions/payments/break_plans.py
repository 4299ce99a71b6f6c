"""Report broken payment plans.

Runs hourly. Both sides are notified on the day after a due date of a payment plan that the money received does not
cover.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.payments import plans


@job("rate(1 hour)")
def break_plans(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = plans.select_broken(tx, BATCH)
        claimed = claim(tx, "break_plan", {row["id"]: row["day"] for row in found})
        for plan_id in claimed:
            tx.emit("plan.broken", plans.select_plan(tx, plan_id))
    return len(claimed) == BATCH
