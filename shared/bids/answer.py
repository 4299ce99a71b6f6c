"""A bid as GET /bids/{bid_id} answers it."""

from uuid import UUID

from shared.bids import queries
from shared.bids.models import BidDetail, BidVersion
from shared.kit.db import Reading
from shared.kit.errors import NotFound
from shared.kit.request import Caller


def bid_of(tx: Reading, caller: Caller, bid_id: UUID) -> BidDetail:
    """The bid with its versions. Raises NotFound."""
    bid, versions = queries.select_bid(tx, caller, bid_id)
    if bid is None:
        raise NotFound()
    return BidDetail.of({**bid, "versions": [BidVersion.of(version) for version in versions]})
