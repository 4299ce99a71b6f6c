"""Revise a bid.

The client, or a broker acting for them, answers a counter-offer with a new offer. The bid becomes PENDING again,
and it is the owner's turn.
"""

from uuid import UUID

from shared.bids import queries, rules
from shared.bids.access import visible_bid
from shared.bids.index import index_of_bid
from shared.bids.models import Bid
from shared.bids.offer import Revision
from shared.bids.proposal import revised
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.terms.calculation import InconsistentTerms


@endpoint(
    "PUT /bids/{bid_id}/revise",
    access=may(Right.BID),
    rate="bidding",
    writes=True,
    verified=True,
    raises=(rules.BidNotOpen, rules.NotYourTurn, rules.StartInThePast, rules.ExpiryInThePast, InconsistentTerms),
)
def revise_bid(caller: Caller, bid_id: UUID, revision: Revision) -> Bid:
    with transaction(caller) as tx:
        asked_index = index_of_bid(tx, bid_id, revision)
        before, space = visible_bid(tx, caller, bid_id, revision.on_behalf_of)
        proposal = revised(before, revision, space, asked_index.answer())
        bid = Bid.of(queries.update_terms(tx, caller, before, proposal))
        tx.emit("bid.revised", bid, before=before)
    return bid
