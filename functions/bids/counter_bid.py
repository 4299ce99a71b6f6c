"""Make a counter-offer.

The owner or their agent names the rent, and any other terms, that they would accept instead. They may counter again
before the client answers. The space does not need to be available: a backup bid can be negotiated while the deal on
another bid is being signed. Availability is checked when the client accepts.
"""

from uuid import UUID

from shared.bids import queries, rules
from shared.bids.access import visible_bid
from shared.bids.index import index_of_bid
from shared.bids.models import Bid
from shared.bids.offer import Counter
from shared.bids.proposal import countered
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.terms.calculation import InconsistentTerms


@endpoint(
    "PUT /bids/{bid_id}/counter",
    access=may(Right.DECIDE_BIDS),
    rate="bidding",
    writes=True,
    verified=True,
    raises=(rules.BidNotOpen, rules.StartInThePast, rules.ExpiryInThePast, InconsistentTerms),
)
def counter_bid(caller: Caller, bid_id: UUID, counter: Counter) -> Bid:
    with transaction(caller) as tx:
        asked_index = index_of_bid(tx, bid_id, counter)
        before, space = visible_bid(tx, caller, bid_id)
        proposal = countered(before, counter, space, asked_index.answer())
        bid = Bid.of(queries.update_terms(tx, caller, before, proposal))
        tx.emit("bid.countered", bid, before=before)
    return bid
