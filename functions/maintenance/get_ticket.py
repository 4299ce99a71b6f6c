"""Retrieve a maintenance ticket.

The ticket with what was said, quoted and done. Internal notes are for the owner's side. A contractor who was only asked
for a quote sees neither the reporter nor other contractors.
"""

from uuid import UUID

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.maintenance.answer import ticket_of
from shared.maintenance.models import TicketDetail
from shared.organizations.roles import Right, may


@endpoint("GET /maintenance/{ticket_id}", access=may(Right.READ_MAINTENANCE))
def get_ticket(caller: Caller, ticket_id: UUID) -> Reply[TicketDetail]:
    with reading(caller) as tx:
        ticket = ticket_of(tx, caller, ticket_id)
    return Reply(ticket, version=ticket.updated_at)
