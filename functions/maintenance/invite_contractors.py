"""Ask contractors for quotes.

The contractors who are named, and their colleagues, see the ticket from then on, without the tenant and without each
other. Whoever was asked before and is not named no longer sees it.
"""

from uuid import UUID

from shared.contractors.access import ask_contractors
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Detail, Invalid, Stale
from shared.kit.request import Caller
from shared.kit.versions import check_version
from shared.maintenance import offers, queries, rules
from shared.maintenance.access import visible_ticket
from shared.maintenance.answer import ticket_of_row
from shared.maintenance.offered import AskedContractors, Invited, InvitedList
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /maintenance/{ticket_id}/invite",
    access=may(Right.MANAGE_MAINTENANCE),
    writes=True,
    raises=(Stale, rules.TicketNotOpen),
)
def invite_contractors(caller: Caller, ticket_id: UUID, asked: AskedContractors) -> InvitedList:
    with transaction(caller) as tx:
        queries.hold_ticket(tx, caller, ticket_id)
        asked_contractors = ask_contractors(tx, asked.contractor_ids)
        asked_before = offers.ask_invited(tx, caller, ticket_id)
        ticket = visible_ticket(tx, caller, ticket_id).row
        check_version(ticket["updated_at"])
        contractors = asked_contractors.answer()
        organization_ids = [one["organization_id"] for one in contractors]
        if len(set(organization_ids)) < len(organization_ids):
            raise Invalid(Detail("contractor_ids", "must not name two people of one organization"))
        rules.check_unresolved(ticket)
        before = {row["organization_id"] for row in asked_before.answer()}
        new = [one for one in organization_ids if one not in before]
        for organization_id in new:
            queries.insert_history(tx, caller, ticket, "OWNER", "INVITED", contractor=organization_id)
        rows = offers.replace_invitations(tx, caller, ticket, contractors)
        if new or len(rows) < len(before):
            tx.emit("maintenance.invited", ticket_of_row(ticket, caller), invited_organization_ids=new)
    return InvitedList.of({"id": ticket_id, "data": [Invited.of(row) for row in rows]})
