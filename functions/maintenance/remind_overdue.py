"""Remind of overdue tickets.

Runs hourly. The owner's side and the contractor are told once a day of the building's, until the ticket is resolved.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.maintenance import due


@job("rate(1 hour)")
def remind_overdue(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = due.lock_overdue(tx, BATCH)
        claimed = claim(tx, "remind_overdue", {row["id"]: row["day"] for row in found})
        for ticket in due.select_many(tx, claimed) if claimed else ():
            tx.emit("maintenance.overdue", ticket)
    return len(claimed) == BATCH
