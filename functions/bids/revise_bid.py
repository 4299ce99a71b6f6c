"""The client answers a counter-offer with an offer of its own: the bid is PENDING again, and the owner's turn."""

from uuid import UUID

from shared.bids import queries, rules
from shared.bids.access import visible_bid
from shared.bids.models import Bid, Revision
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /bids/{bid_id}/revise",
    access=may(Right.BID),
    rate="bidding",
    writes=True,
    verified=True,
    raises=(rules.BidNotOpen, rules.NotYourTurn, rules.StartInThePast, rules.ExpiryInThePast, rules.TotalTooLarge),
)
def revise_bid(caller: Caller, bid_id: UUID, revision: Revision) -> Bid:
    with transaction(caller) as tx:
        before, space = visible_bid(tx, caller, bid_id, revision.on_behalf_of)
        terms = rules.revised(before, revision, space.today)
        bid = Bid.of(queries.update_terms(tx, caller, before, terms))
        tx.emit("bid.revised", bid, before=before)
    return bid
