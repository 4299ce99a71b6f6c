"""The owner names the rent, and any terms, that it would take instead; it may do so again before the client answers.

Whether the space is still free does not matter here: a backup bid can be negotiated while another one's deal
is being signed. It matters when the client accepts.
"""

from uuid import UUID

from shared.bids import queries, rules
from shared.bids.access import visible_bid
from shared.bids.index import index_of_bid
from shared.bids.models import Bid
from shared.bids.offer import Counter
from shared.bids.proposal import countered
from shared.bids.reckoning import TermsWithoutSense
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /bids/{bid_id}/counter",
    access=may(Right.DECIDE_BIDS),
    rate="bidding",
    writes=True,
    verified=True,
    raises=(rules.BidNotOpen, rules.StartInThePast, rules.ExpiryInThePast, TermsWithoutSense),
)
def counter_bid(caller: Caller, bid_id: UUID, counter: Counter) -> Bid:
    with transaction(caller) as tx:
        asked_index = index_of_bid(tx, bid_id, counter)
        before, space = visible_bid(tx, caller, bid_id)
        proposal = countered(before, counter, space, asked_index.answer())
        bid = Bid.of(queries.update_terms(tx, caller, before, proposal))
        tx.emit("bid.countered", bid, before=before)
    return bid
