"""The client accepts the owner's counter-offer: what follows is what follows an owner's approval.

It tells the same `bid.approved`, so that the saga starts and everybody hears of it as of any other approval.
"""

from uuid import UUID

from shared.bids import rules
from shared.bids.access import visible_bid
from shared.bids.models import Bid, ClientDecision
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.leasing.approval import approve
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /bids/{bid_id}/accept-counter",
    access=may(Right.BID),
    rate="bidding",
    writes=True,
    verified=True,
    raises=(rules.BidNotOpen, rules.NotYourTurn, rules.OfferExpired, rules.SpaceNotAvailable),
)
def accept_counter(caller: Caller, bid_id: UUID, decision: ClientDecision) -> Bid:
    with transaction(caller) as tx:
        before, space = visible_bid(tx, caller, bid_id, decision.on_behalf_of)
        bid = approve(tx, caller, before, space, "accept", decision.notes)
        tx.emit("bid.approved", bid, before=before)
    return bid
