"""The owner approves a bid: the space is held, a draft contract stands for the hold, the saga starts.

Of several bids on one space one wins; the others stay open as backups until the contract is executed.
What happens next is functions/leasing/leasing.asl.json, started by the committed `bid.approved`.
"""

from uuid import UUID

from shared.bids import rules
from shared.bids.access import visible_bid
from shared.bids.models import Bid, Decision
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.leasing.approval import approve
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /bids/{bid_id}/approve",
    access=may(Right.DECIDE_BIDS),
    rate="bidding",
    writes=True,
    verified=True,
    raises=(rules.BidNotOpen, rules.NotYourTurn, rules.OfferExpired, rules.SpaceNotAvailable),
)
def approve_bid(caller: Caller, bid_id: UUID, decision: Decision) -> Bid:
    with transaction(caller) as tx:
        before, space = visible_bid(tx, caller, bid_id)
        bid = approve(tx, caller, before, space, "approve", decision.notes)
        tx.emit("bid.approved", bid, before=before)
    return bid
