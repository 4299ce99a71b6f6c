"""Maintenance tickets as they are answered: what of one a reader may not see is null."""

from typing import Any
from uuid import UUID

from shared.expenses.models import Expense
from shared.kit.db import Reading, Row
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.maintenance import queries
from shared.maintenance.models import Thread, Ticket, TicketDetail, TicketEvent
from shared.maintenance.offered import Invited, Quote, Rating
from shared.maintenance.rules import is_assigned, side_of

_TENANTS = ("client_id", "client")
"""What a contractor does not need."""
_PEOPLES = (*_TENANTS, "reported_by", "reporter", "assigned_contractor_id", "contractor", "assignment")
"""What somebody who is only asked for a quote does not, either."""


def shown(row: Row, caller: Caller) -> dict[str, Any]:
    """The fields of a ticket, as the caller sees them."""
    fields = {name: row[name] for name in Ticket.model_fields}
    side = side_of(caller.role)
    if side == "CONTRACTOR":
        hidden = _TENANTS if is_assigned(row, side, caller.organization_id) else _PEOPLES
        fields |= dict.fromkeys(hidden)
    return fields


def ticket_of_row(row: Row, caller: Caller) -> Ticket:
    """A ticket in a list."""
    return Ticket.of(shown(row, caller))


def ticket_of(tx: Reading, caller: Caller, ticket_id: UUID) -> TicketDetail:
    """A ticket as GET /maintenance/{ticket_id} answers it. Raises NotFound."""
    row, beside = queries.select_ticket(tx, caller, ticket_id)
    if row is None:
        raise NotFound()
    return TicketDetail.of(
        {
            **shown(row, caller),
            "threads": [Thread.of(one) for one in beside["threads"]],
            "invited": [Invited.of(one) for one in beside["invited"]],
            "costs": [Expense.of(one) for one in beside["costs"]],
            "quotes": [Quote.of(one) for one in beside["quotes"]],
            "rating": Rating.of(beside["ratings"][0]) if beside["ratings"] else None,
            "history": [TicketEvent.of(one) for one in beside["history"]],
        }
    )
