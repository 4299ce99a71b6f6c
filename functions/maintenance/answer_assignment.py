"""Accept or decline an assigned ticket.

The contractor who is assigned, or a colleague, says whether they take the work. Declining gives the ticket back to the
owner's side. Beginning the work accepts it, too.
"""

from uuid import UUID

from shared.kit.db import Row, Tx, transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Forbidden
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.maintenance import queries, rules
from shared.maintenance.access import visible_ticket
from shared.maintenance.answer import ticket_of_row
from shared.maintenance.models import AssignmentAnswer, Ticket
from shared.organizations.roles import Right, may


@endpoint(
    "PATCH /maintenance/{ticket_id}/answer",
    access=may(Right.DO_MAINTENANCE),
    writes=True,
    raises=(rules.NotAssigned, rules.TicketNotOpen),
)
def answer_assignment(caller: Caller, ticket_id: UUID, answer: AssignmentAnswer) -> Reply[Ticket]:
    with transaction(caller) as tx:
        before, _, is_at_work = visible_ticket(tx, caller, ticket_id)
        if not is_at_work:
            raise Forbidden()
        rules.check_unresolved(before)
        if before["assignment"] != "PENDING":
            raise rules.NotAssigned()
        action = "ACCEPTED" if answer.accept else "DECLINED"
        own = before["contractor_organization_id"]
        queries.insert_history(tx, caller, before, "CONTRACTOR", action, reason=answer.reason, contractor=own)
        row = _accept(tx, caller, before) if answer.accept else _decline(tx, before)
        tx.emit(
            "maintenance.accepted" if answer.accept else "maintenance.declined",
            ticket_of_row(row, caller),
            before=ticket_of_row(before, caller),
            reason=answer.reason,
            previous_organization_id=own,
        )
    return Reply(ticket_of_row(row, caller), version=row["updated_at"])


def _accept(tx: Tx, caller: Caller, before: Row) -> Row:
    replied_at = before["replied_at"] or before["now"]
    return queries.update_ticket(tx, caller, before | {"accepted_at": before["now"], "replied_at": replied_at})


def _decline(tx: Tx, before: Row) -> Row:
    """The ticket as the contractor saw it last: it is no longer theirs."""
    queries.decline(tx, before["id"])
    return before | {"assigned_contractor_id": None, "contractor": None, "assignment": None}
