"""Accept a contractor's quote.

The contractor is assigned, and has accepted the work; the other quotes are declined. A contractor whose insurance has
ended is assigned only with `accept_uninsured`.
"""

from uuid import UUID

from shared.contractors.access import ask_contractors_of
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.maintenance import offers, queries, rules
from shared.maintenance.access import visible_ticket
from shared.maintenance.answer import ticket_of_row
from shared.maintenance.models import Ticket
from shared.maintenance.offered import QuoteAcceptance
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /maintenance/{ticket_id}/quotes/{quote_id}/accept",
    access=may(Right.ACCEPT_QUOTES),
    writes=True,
    raises=(rules.TicketNotOpen, rules.QuoteClosed, rules.ContractorGone, rules.InsuranceExpired),
)
def accept_quote(caller: Caller, ticket_id: UUID, quote_id: UUID, acceptance: QuoteAcceptance) -> Reply[Ticket]:
    with transaction(caller) as tx:
        # Locked before its quotes are read: they change only while it is.
        queries.hold_ticket(tx, caller, ticket_id)
        asked_quote = offers.ask_quote(tx, caller, ticket_id, quote_id)
        asked_contractors = ask_contractors_of(tx, quote_id)
        before = visible_ticket(tx, caller, ticket_id).row
        quote = asked_quote.answer()
        if quote is None:
            raise NotFound()
        rules.check_unresolved(before)
        contractor = rules.chosen(quote, asked_contractors.answer())
        rules.check_insured(contractor, acceptance.accept_uninsured)
        offers.accept_quote(tx, caller, ticket_id, quote_id)
        own = contractor["organization_id"]
        queries.insert_history(tx, caller, before, "OWNER", "QUOTE_ACCEPTED", contractor=own)
        row = queries.update_assigned(tx, caller, ticket_id, contractor, before["now"])
        after, was = ticket_of_row(row, caller), ticket_of_row(before, caller)
        previous = before["contractor_organization_id"]
        if previous not in (None, own):
            queries.insert_history(tx, caller, before, "OWNER", "UNASSIGNED", contractor=previous)
            tx.emit("maintenance.unassigned", after, before=was, previous_organization_id=previous)
        tx.emit(
            "maintenance.quote_accepted",
            after,
            before=was,
            contractor_organization_id=own,
            quote_id=quote_id,
            amount=quote["amount"],
            currency=quote["currency"],
        )
    return Reply(ticket_of_row(row, caller), version=row["updated_at"])
