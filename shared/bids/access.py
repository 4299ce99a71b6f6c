"""The only way from an id that a caller sends to a bid that they may change."""

from uuid import UUID

from shared.bids import queries
from shared.bids.models import Bid, SpaceNow
from shared.kit.catalog import Role
from shared.kit.db import Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller


def visible_bid(tx: Tx, caller: Caller, bid_id: UUID, on_behalf_of: UUID | None = None) -> tuple[Bid, SpaceNow]:
    """A bid of the caller's side, owner's or client's, and the state of its space, both locked. A broker's side are all
    the clients whom they represent, or only the client `on_behalf_of`. Raises NotFound."""
    row, space = queries.lock_bid(tx, caller, bid_id)
    if row is None or space is None:
        raise NotFound()
    bid = Bid.of(row)
    if on_behalf_of not in (None, bid.client_organization_id):
        raise NotFound()
    if caller.role is Role.BROKER and bid.client_organization_id != caller.organization_id:
        tx.on_behalf_of = bid.client_organization_id
    return bid, SpaceNow(**space)
