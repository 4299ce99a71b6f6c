"""Accept a counter-offer.

The client, or a broker acting for them, accepts the owner's counter-offer. What follows is the same as when an
owner approves a bid: the space is held, a draft contract is created and everyone concerned is notified.
"""

from uuid import UUID

from shared.bids import rules
from shared.bids.access import visible_bid
from shared.bids.models import ApprovedBid, ClientDecision
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.leasing.approval import approve
from shared.organizations.parties import PartyIncomplete
from shared.organizations.roles import Right, may

# Emits the same `bid.approved` as approve_bid, so the saga and all other consumers treat it as any other approval.


@endpoint(
    "PUT /bids/{bid_id}/accept-counter",
    access=may(Right.BID),
    rate="bidding",
    writes=True,
    verified=True,
    raises=(
        rules.BidNotOpen,
        rules.TermsChanged,
        rules.NotYourTurn,
        rules.OfferExpired,
        rules.SpaceNotAvailable,
        PartyIncomplete,
    ),
)
def accept_counter(caller: Caller, bid_id: UUID, decision: ClientDecision) -> ApprovedBid:
    with transaction(caller) as tx:
        before, space = visible_bid(tx, caller, bid_id, decision.on_behalf_of)
        rules.check_terms_unchanged(before, decision.version)
        bid, answer = approve(tx, caller, before, space, "accept", decision.notes)
        tx.emit("bid.approved", bid, before=before)
    return answer
