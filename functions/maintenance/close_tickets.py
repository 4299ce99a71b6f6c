"""Close tickets that were resolved.

Runs hourly. A ticket that was resolved 14 days ago, and that the tenant has not reopened since, is closed.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.maintenance import due, rules


@job("rate(1 hour)")
def close_tickets(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = due.lock_resolved(tx, rules.CLOSES_AFTER_DAYS, BATCH)
        claimed = claim(tx, "close_ticket", {row["id"]: row["day"] for row in found})
        for ticket in due.close(tx, claimed) if claimed else ():
            tx.emit("maintenance.closed", ticket)
    return len(claimed) == BATCH
