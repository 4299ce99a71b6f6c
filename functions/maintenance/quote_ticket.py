"""Quote for a maintenance ticket.

A contractor who was asked, or who is assigned, says for how much they would do the work. No contractor sees another's
quote, nor does the tenant see any.
"""

from uuid import UUID

from shared.expenses.rules import check_amounts
from shared.files.access import ask_attachments, attach
from shared.files.purposes import Purpose
from shared.files.rules import FileGone, FileNotReady
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.maintenance import offers, queries, rules
from shared.maintenance.access import visible_ticket
from shared.maintenance.answer import ticket_of_row
from shared.maintenance.offered import NewQuote, Quote
from shared.organizations.roles import Right, may


@endpoint(
    "POST /maintenance/{ticket_id}/quotes",
    access=may(Right.DO_MAINTENANCE),
    returns=201,
    rate="bidding",
    writes=True,
    raises=(rules.TicketNotOpen, FileNotReady, FileGone),
)
def quote_ticket(caller: Caller, ticket_id: UUID, new: NewQuote) -> Quote:
    check_amounts(new.currency, amount=new.amount)
    quote_id = new_id()
    with transaction(caller) as tx:
        asked = ask_attachments(tx, caller, Purpose.TICKET_ATTACHMENT, new.attachments)
        ticket, side, _ = visible_ticket(tx, caller, ticket_id)
        rules.check_unresolved(ticket)
        file_ids = attach(tx, caller, "ticket_quote", quote_id, asked.answer())
        own = caller.organization_id
        queries.insert_history(tx, caller, ticket, side, "QUOTED", contractor=own)
        row = offers.insert_quote(tx, caller, ticket, new, file_ids, quote_id)
        tx.emit(
            "maintenance.quoted",
            ticket_of_row(ticket, caller),
            quote_id=quote_id,
            quoting_organization_id=own,
            amount=new.amount,
            currency=new.currency,
        )
    return Quote.of(row)
