"""Open the tickets of maintenance plans.

Runs hourly. Each day of a plan's rule opens one ticket, once, also after days on which this did not run.
"""

from typing import Any

from shared.kit.db import Row, Tx, transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.maintenance import due, planning, plans
from shared.maintenance.recurrence import following_day


@job("rate(1 hour)", layers=("recurrence",))
def open_planned(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = {row["id"]: row for row in plans.lock_due(tx, BATCH)}
        claimed = claim(tx, "open_planned", {plan_id: row["next_on"] for plan_id, row in found.items()})
        opened = [_open(tx, found[plan_id]) for plan_id in claimed]
        for ticket in due.select_many(tx, opened) if opened else ():
            tx.emit("maintenance.created", ticket)
            if ticket.assigned_contractor_id:
                tx.emit("maintenance.assigned", ticket)
    # A plan may have missed several days: one at a time, until none is due.
    return bool(claimed)


def _open(tx: Tx, plan: Row) -> Any:
    following = following_day(plan["rrule"], plan["starts_on"], plan["next_on"])
    return plans.open_ticket(tx, plan, planning.planned_due(plan), following)
