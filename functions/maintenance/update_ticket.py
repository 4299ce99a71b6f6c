"""Change a maintenance ticket.

The owner's side changes everything; the contractor begins and resolves; the tenant closes their ticket, and reopens it
within 14 days after it was resolved. A reopened ticket keeps its contractor and is due by its priority again.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Stale
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.versions import check_version
from shared.maintenance import queries, rules
from shared.maintenance.access import visible_ticket
from shared.maintenance.answer import ticket_of_row
from shared.maintenance.models import Ticket, TicketChanges
from shared.organizations.roles import Right, may

EVENTS = {
    "UPDATED": "maintenance.updated",
    "STARTED": "maintenance.started",
    "RESOLVED": "maintenance.resolved",
    "REOPENED": "maintenance.reopened",
    "CLOSED": "maintenance.closed",
}


@endpoint(
    "PATCH /maintenance/{ticket_id}",
    access=may(Right.HANDLE_MAINTENANCE),
    writes=True,
    raises=(Stale, rules.InvalidStep),
)
def update_ticket(caller: Caller, ticket_id: UUID, changes: TicketChanges) -> Reply[Ticket]:
    with transaction(caller) as tx:
        before, side, is_at_work = visible_ticket(tx, caller, ticket_id)
        check_version(before["updated_at"])
        rules.check_change(before, changes, side, is_at_work)
        after = rules.changed(before, changes, side, before["hours"])
        row, told = before, rules.differences(before, after)
        if told:
            action = rules.ACTIONS.get((before["status"], after["status"]), "UPDATED")
            queries.insert_history(tx, caller, before, side, action, reason=changes.reason, changes=told)
            row = queries.update_ticket(tx, caller, after)
            tx.emit(
                EVENTS[action], ticket_of_row(row, caller), before=ticket_of_row(before, caller), reason=changes.reason
            )
    return Reply(ticket_of_row(row, caller), version=row["updated_at"])
