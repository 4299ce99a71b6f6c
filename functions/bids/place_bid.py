"""A client offers a monthly rent for one available space.

The bid stays open until it is withdrawn, rejected, approved or concluded on a counter-offer; the last two
start the leasing saga (functions/leasing/leasing.asl.json). Over WebSocket the same operation is `bid:place`.
"""

from shared.bids import queries, rules
from shared.bids.models import Bid, Offer
from shared.kit.catalog import Socket
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.maths.months import first_of_next_month
from shared.organizations.access import acting_for
from shared.organizations.roles import Right, may
from shared.spaces.access import visible_space


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
        rules.TotalTooLarge,
    ),
    socket=Socket("bid:place", answers="bid:placed", fields={"bid_id": "id", "status": "status"}),
)
def place_bid(caller: Caller, offer: Offer) -> Bid:
    with transaction(caller) as tx:
        client = acting_for(tx, caller, offer.on_behalf_of)
        # Locked, so that no bid comes in while an approval is taking the space.
        space = visible_space(tx, offer.space_id, lock=True)
        organization_id = client()
        rules.check_offer(space, offer)
        start = offer.start_date or first_of_next_month(space.today)
        bid = Bid.of(queries.insert_bid(tx, caller, organization_id, offer, start))
        tx.emit("bid.placed", bid)
    return bid
