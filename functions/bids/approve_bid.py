"""Approve a bid.

The owner or their agent approves a bid. The space is held, a draft contract is created for as long as the hold
lasts, and the lease is prepared for signature. If a space has several bids, only one can be approved; the others
stay open as backups until the contract is executed.
"""

from uuid import UUID

from shared.bids import rules
from shared.bids.access import visible_bid
from shared.bids.models import ApprovedBid, Decision
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.leasing.approval import approve
from shared.organizations.parties import PartyIncomplete
from shared.organizations.roles import Right, may

# The committed `bid.approved` starts the saga, leasing.asl.json: functions/leasing/start_saga.py.


@endpoint(
    "PUT /bids/{bid_id}/approve",
    access=may(Right.DECIDE_BIDS),
    rate="bidding",
    writes=True,
    verified=True,
    raises=(
        rules.BidNotOpen,
        rules.TermsChanged,
        rules.NotYourTurn,
        rules.OfferExpired,
        rules.SpaceNotAvailable,
        PartyIncomplete,
    ),
)
def approve_bid(caller: Caller, bid_id: UUID, decision: Decision) -> ApprovedBid:
    with transaction(caller) as tx:
        before, space = visible_bid(tx, caller, bid_id)
        rules.check_terms_unchanged(before, decision.version)
        bid, answer = approve(tx, caller, before, space, "approve", decision.notes)
        tx.emit("bid.approved", bid, before=before)
    return answer
