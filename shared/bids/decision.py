"""A final decision on a bid, by either side."""

from shared.bids import queries, rules
from shared.bids.models import Bid
from shared.kit.db import Tx
from shared.kit.request import Caller


def decide(tx: Tx, caller: Caller, bid: Bid, move: rules.Move, notes: str | None) -> Bid:
    """The bid, with the status that the move brings, and `notes` as its reason. Raises BidNotOpen, NotYourTurn."""
    status = rules.next_status(bid, move)
    return Bid.of(queries.update_decided(tx, caller, bid, status, notes))
