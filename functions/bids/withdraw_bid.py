"""Withdraw a bid.

The client, or a broker acting for them, withdraws their bid. Their organization may then place a new bid on the
space. Over WebSocket, the same operation is `bid:withdraw`.
"""

from uuid import UUID

from shared.bids import rules
from shared.bids.access import visible_bid
from shared.bids.decision import decide
from shared.bids.models import Bid, ClientDecision
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.kit.socket import Socket
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /bids/{bid_id}/withdraw",
    access=may(Right.BID),
    rate="bidding",
    writes=True,
    raises=(rules.BidNotOpen, rules.TermsChanged),
    socket=Socket("bid:withdraw", answers="bid:withdrawn", fields={"bid_id": "id", "status": "status"}),
)
def withdraw_bid(caller: Caller, bid_id: UUID, decision: ClientDecision) -> Bid:
    with transaction(caller) as tx:
        before, _ = visible_bid(tx, caller, bid_id, decision.on_behalf_of)
        rules.check_terms_unchanged(before, decision.version)
        bid = decide(tx, caller, before, "withdraw", decision.notes)
        tx.emit("bid.withdrawn", bid, before=before)
    return bid
