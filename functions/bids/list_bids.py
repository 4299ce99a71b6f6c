"""List the caller's bids.

Owners and their agents see the bids on their spaces. Clients see the bids of their own organization.
"""

from shared.bids import queries
from shared.bids.models import Bid, BidFilter, BidList
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /bids", access=may(Right.READ_BIDS))
def list_bids(caller: Caller, query: BidFilter) -> BidList:
    with reading(caller) as tx:
        rows = queries.select_bids(tx, caller, query)
    shown, meta = query.page(rows, "created_at", "id")
    return BidList.of({"data": [Bid.of(row) for row in shown], "meta": PageMeta.of(meta)})
