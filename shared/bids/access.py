"""The only way from a caller's id to a bid that it may change."""

from uuid import UUID

from shared.bids import queries
from shared.bids.models import Bid, SpaceNow
from shared.kit.db import Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller


def visible_bid(tx: Tx, caller: Caller, bid_id: UUID) -> tuple[Bid, SpaceNow]:
    """The caller's own bid and the state of its space, both locked. Raises NotFound."""
    bid, space = queries.lock_bid(tx, caller, bid_id)
    if bid is None or space is None:
        raise NotFound()
    return Bid.of(bid), SpaceNow(**space)
