"""Reject a bid.

The owner or their agent rejects a bid, whether the latest terms are the client's offer or their own counter-offer.
"""

from uuid import UUID

from shared.bids import rules
from shared.bids.access import visible_bid
from shared.bids.decision import decide
from shared.bids.models import Bid, Decision
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /bids/{bid_id}/reject",
    access=may(Right.DECIDE_BIDS),
    rate="bidding",
    writes=True,
    raises=(rules.BidNotOpen, rules.TermsChanged),
)
def reject_bid(caller: Caller, bid_id: UUID, decision: Decision) -> Bid:
    with transaction(caller) as tx:
        before, _ = visible_bid(tx, caller, bid_id)
        rules.check_terms_unchanged(before, decision.version)
        bid = decide(tx, caller, before, "reject", decision.notes)
        tx.emit("bid.rejected", bid, before=before)
    return bid
