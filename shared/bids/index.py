"""The published values of the index that an offer follows."""

from uuid import UUID

from shared.bids.offer import OfferedTerms
from shared.kit.db import Asked, Reading, Row, Tx, known
from shared.maths.terms import IndexValue

# What an owner's organization publishes of its indexes, everybody may read.
_INDEX_OF_SPACE = """
SELECT v.day, v.value, v.final, v.version
FROM spaces s
JOIN index_values v ON v.organization_id = s.owner_organization_id AND v.name = %(name)s
WHERE s.id = %(space_id)s
"""

_INDEX_OF_BID = """
SELECT v.day, v.value, v.final, v.version
FROM bids b
JOIN index_values v ON v.organization_id = b.owner_organization_id
    AND v.name = CASE WHEN %(named)s THEN %(name)s ELSE b.terms #>> '{escalation,index,name}' END
WHERE b.id = %(bid_id)s
"""


def index_of_space(tx: Reading, space_id: UUID, asked: OfferedTerms) -> Asked[list[IndexValue]]:
    """The published values of the index that the offer names; none where it names none."""
    if (name := asked.index_name()) is None:
        return known([])
    values = {"space_id": space_id, "name": name}
    rows = tx.later(_INDEX_OF_SPACE, values) if isinstance(tx, Tx) else known(tx.all(_INDEX_OF_SPACE, values))
    return rows.then(_values)


def index_of_bid(tx: Tx, bid_id: UUID, asked: OfferedTerms) -> Asked[list[IndexValue]]:
    """As `index_of_space`, for an answer to a bid: where it leaves the escalation out, of the index that stands."""
    named = "escalation" in asked.model_fields_set
    return tx.later(_INDEX_OF_BID, {"bid_id": bid_id, "named": named, "name": asked.index_name()}).then(_values)


def _values(rows: list[Row]) -> list[IndexValue]:
    return [IndexValue(**row) for row in rows]
