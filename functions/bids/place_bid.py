"""Place a bid.

A client, or a broker acting for them, offers a monthly rent (or, for a sale, a price) for an available space. The
bid stays open until it is withdrawn, rejected or approved, or until the client accepts a counter-offer. An approval
or an accepted counter-offer starts the leasing process. Over WebSocket, the same operation is `bid:place`.
"""

from shared.bids import queries, rules
from shared.bids.models import Bid
from shared.bids.offer import Offer
from shared.bids.proposal import offered
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.kit.socket import Socket
from shared.organizations.access import acting_for
from shared.organizations.roles import Right, may
from shared.spaces.access import visible_space
from shared.terms.calculation import InconsistentTerms
from shared.terms.index import index_of_space

# `bid.approved` starts the saga: functions/leasing/leasing.asl.json.


@endpoint(
    "POST /bids",
    access=may(Right.BID),
    returns=201,
    rate="bidding",
    writes=True,
    verified=True,
    raises=(
        rules.SpaceNotAvailable,
        rules.BidAlreadyOpen,
        rules.StartInThePast,
        rules.ExpiryInThePast,
        InconsistentTerms,
    ),
    socket=Socket("bid:place", answers="bid:placed", fields={"bid_id": "id", "status": "status"}),
)
def place_bid(caller: Caller, offer: Offer) -> Bid:
    with transaction(caller) as tx:
        asked_client = acting_for(tx, caller, offer.on_behalf_of)
        asked_index = index_of_space(tx, offer.space_id, offer)
        # Locked, so that no bid is placed while an approval is taking the space.
        space = visible_space(tx, offer.space_id, lock=True)
        organization_id = asked_client.answer()
        proposal = offered(space, offer, asked_index.answer())
        bid = Bid.of(queries.insert_bid(tx, caller, organization_id, offer.space_id, proposal))
        tx.emit("bid.placed", bid)
    return bid
