"""Retrieve a bid.

Both sides see the bid with every version of its terms and the value of each, so that they can compare the offers.
"""

from uuid import UUID

from shared.bids.answer import bid_of
from shared.bids.models import BidDetail
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /bids/{bid_id}", access=may(Right.READ_BIDS))
def get_bid(caller: Caller, bid_id: UUID) -> BidDetail:
    with reading(caller) as tx:
        return bid_of(tx, caller, bid_id)
