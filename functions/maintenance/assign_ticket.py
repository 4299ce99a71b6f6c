"""Assign a maintenance ticket.

The contractor and their colleagues see the ticket from then on; they accept or decline it, or begin. Null takes the
ticket back from whoever has it. A contractor whose insurance has ended is assigned only with `accept_uninsured`; one
who has told of no insurance is assigned like any other.
"""

from uuid import UUID

from shared.contractors.access import ask_contractors
from shared.kit.db import Row, Tx, transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Stale
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.versions import check_version
from shared.maintenance import queries, rules
from shared.maintenance.access import visible_ticket
from shared.maintenance.answer import ticket_of_row
from shared.maintenance.models import NewAssignment, Ticket
from shared.organizations.roles import Right, may


@endpoint(
    "PATCH /maintenance/{ticket_id}/assign",
    access=may(Right.MANAGE_MAINTENANCE),
    writes=True,
    raises=(Stale, rules.TicketNotOpen, rules.InsuranceExpired),
)
def assign_ticket(caller: Caller, ticket_id: UUID, new: NewAssignment) -> Reply[Ticket]:
    with transaction(caller) as tx:
        asked = ask_contractors(tx, [new.contractor_id] if new.contractor_id else [])
        before = visible_ticket(tx, caller, ticket_id).row
        check_version(before["updated_at"])
        contractor = next(iter(asked.answer()), None)
        rules.check_unresolved(before)
        if contractor:
            rules.check_insured(contractor, new.accept_uninsured)
        row = before
        if new.contractor_id != before["assigned_contractor_id"]:
            row = _assign(tx, caller, before, contractor)
    return Reply(ticket_of_row(row, caller), version=row["updated_at"])


def _assign(tx: Tx, caller: Caller, before: Row, contractor: Row | None) -> Row:
    previous = before["contractor_organization_id"]
    if previous:
        queries.insert_history(tx, caller, before, "OWNER", "UNASSIGNED", contractor=previous)
    if contractor:
        queries.insert_history(tx, caller, before, "OWNER", "ASSIGNED", contractor=contractor["organization_id"])
    row = queries.update_assigned(tx, caller, before["id"], contractor)
    after, was = ticket_of_row(row, caller), ticket_of_row(before, caller)
    if previous:
        tx.emit("maintenance.unassigned", after, before=was, previous_organization_id=previous)
    if contractor:
        assigned = {"contractor_organization_id": contractor["organization_id"]}
        tx.emit("maintenance.assigned", after, before=was, **assigned)
    return row
