"""Release the tickets of a contractor who is gone.

A contractor who has left, was suspended or has another role does no work: their open tickets go to a colleague, or back
to the owner's side.
"""

from uuid import UUID

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.maintenance import due


@consumer("user.deleted", "member.removed", "user.suspended", "user.role_changed")
def release_tickets(event: Event, tx: Tx) -> None:
    left = {row["id"]: row for row in due.lock_left(tx, UUID(str(event.data["user_id"])))}
    if not left:
        return
    due.hand_on(tx, list(left.values()))
    for ticket in due.select_many(tx, list(left)):
        if ticket.assigned_contractor_id:
            tx.emit("maintenance.assigned", ticket)
        else:
            gone = left[ticket.id]["contractor_organization_id"]
            tx.emit("maintenance.unassigned", ticket, previous_organization_id=gone)
