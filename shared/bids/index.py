"""The published values of the index that a bid follows."""

from uuid import UUID

from shared.kit.db import Asked, Tx
from shared.maths.terms import IndexValue
from shared.terms.index import index_values, with_known_codes
from shared.terms.offered import OfferedTerms

_INDEX_OF_BID = """
SELECT v.day, v.value, v.final, v.version
FROM bids b
JOIN index_values v ON v.organization_id = b.owner_organization_id
    AND v.name = CASE WHEN %(named)s THEN %(name)s ELSE b.terms #>> '{escalation,index,name}' END
WHERE b.id = %(bid_id)s
"""


def index_of_bid(tx: Tx, bid_id: UUID, offered: OfferedTerms) -> Asked[list[IndexValue]]:
    """As `index_of_space`, for an answer to a bid: where it leaves the escalation out, of the index that stands."""
    named = "escalation" in offered.model_fields_set
    values = {"bid_id": bid_id, "named": named, "name": offered.index_name()}
    found = tx.later(_INDEX_OF_BID, values).then(index_values)
    return with_known_codes(tx, "bid", bid_id, offered, found)
