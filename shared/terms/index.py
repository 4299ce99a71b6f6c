"""The published values of the index that an offer follows."""

from uuid import UUID

from shared.kit.db import Asked, Reading, Row, Tx, known
from shared.maths.terms import IndexValue
from shared.terms.offered import OfferedTerms

# What an owner's organization publishes of its indexes, everybody may read.
_INDEX_OF_SPACE = """
SELECT v.day, v.value, v.final, v.version
FROM spaces s
JOIN index_values v ON v.organization_id = s.owner_organization_id AND v.name = %(name)s
WHERE s.id = %(space_id)s
"""


def index_of_space(tx: Reading, space_id: UUID, offered: OfferedTerms) -> Asked[list[IndexValue]]:
    """The published values of the index that the offer names; none where it names none."""
    if (name := offered.index_name()) is None:
        return known([])
    values = {"space_id": space_id, "name": name}
    rows = tx.later(_INDEX_OF_SPACE, values) if isinstance(tx, Tx) else known(tx.all(_INDEX_OF_SPACE, values))
    return rows.then(index_values)


def index_values(rows: list[Row]) -> list[IndexValue]:
    """The values of an index, from rows with a `day`, `value`, `final` and `version`."""
    return [IndexValue(row["day"], row["value"], row["final"], row["version"]) for row in rows]
