"""Retrieve a bid.

Both sides see the bid with every version of its terms and the value of each, so that they can compare the offers.
"""

from uuid import UUID

from shared.bids import queries
from shared.bids.models import BidDetail, BidVersion
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /bids/{bid_id}", access=may(Right.READ_BIDS))
def get_bid(caller: Caller, bid_id: UUID) -> BidDetail:
    with reading(caller) as tx:
        bid, versions = queries.select_bid(tx, caller, bid_id)
    if bid is None:
        raise NotFound()
    return BidDetail.of({**bid, "versions": [BidVersion.of(version) for version in versions]})
