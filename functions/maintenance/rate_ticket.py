"""Rate how a ticket was resolved.

The tenant rates, once, a ticket that is resolved or closed. Owners see a contractor's average.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.maintenance import offers, queries, rules
from shared.maintenance.access import visible_ticket
from shared.maintenance.answer import ticket_of_row
from shared.maintenance.offered import NewRating, Rating
from shared.organizations.roles import Right, may


@endpoint(
    "POST /maintenance/{ticket_id}/rating",
    access=may(Right.RATE_MAINTENANCE),
    returns=201,
    writes=True,
    raises=(rules.NoTenant, rules.NotResolved, rules.AlreadyRated),
)
def rate_ticket(caller: Caller, ticket_id: UUID, new: NewRating) -> Rating:
    with transaction(caller) as tx:
        ticket, side, _ = visible_ticket(tx, caller, ticket_id)
        rules.check_rated(ticket)
        queries.insert_history(tx, caller, ticket, side, "RATED")
        row = offers.insert_rating(tx, caller, ticket, new)
        tx.emit("maintenance.rated", ticket_of_row(ticket, caller), stars=new.stars)
    return Rating.of(row)
