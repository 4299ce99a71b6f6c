"""What an offer names of the owner's: the index that it follows, whose published values are read, and tax codes."""

from typing import TypeVar
from uuid import UUID

from shared.kit.db import Asked, Reading, Row, Tx, known
from shared.kit.errors import Detail, Invalid
from shared.maths.terms import IndexValue
from shared.terms.offered import OfferedTerms

T = TypeVar("T")

# What an owner's organization publishes of its indexes, everybody may read.
_INDEX_OF_SPACE = """
SELECT v.day, v.value, v.final, v.version
FROM spaces s
JOIN index_values v ON v.organization_id = s.owner_organization_id AND v.name = %(name)s
WHERE s.id = %(space_id)s
"""


_CODES_OF_SPACE = """
SELECT x.code FROM spaces s
JOIN tax_codes x ON x.organization_id = s.owner_organization_id AND x.code = ANY(%(codes)s)
WHERE s.id = %(id)s
"""

_CODES_OF_BID = """
SELECT x.code FROM bids b
JOIN tax_codes x ON x.organization_id = b.owner_organization_id AND x.code = ANY(%(codes)s)
WHERE b.id = %(id)s
"""

_CODES_OF_CONTRACT = """
SELECT x.code FROM contracts c
JOIN tax_codes x ON x.organization_id = c.owner_organization_id AND x.code = ANY(%(codes)s)
WHERE c.id = %(id)s
"""

_CODES = {"space": _CODES_OF_SPACE, "bid": _CODES_OF_BID, "contract": _CODES_OF_CONTRACT}


def with_known_codes(tx: Reading, what: str, id: UUID, offered: OfferedTerms, index: Asked[T]) -> Asked[T]:
    """What an offer for a `space`, or an answer to a `bid` or on a `contract`, asks of an index, provided that the
    owner has the tax codes that it names: the answer may raise Invalid on `tax_codes`."""
    if not (codes := offered.tax_code_names()):
        return index
    values = {"id": id, "codes": codes}
    rows = tx.later(_CODES[what], values) if isinstance(tx, Tx) else known(tx.all(_CODES[what], values))

    def checked(found: T) -> T:
        missing = set(codes) - {row["code"] for row in rows.answer()}
        if missing:
            raise Invalid(Detail("tax_codes", f"must be codes of the owner; there is no {', '.join(sorted(missing))}"))
        return found

    return index.then(checked)


def index_of_space(tx: Reading, space_id: UUID, offered: OfferedTerms) -> Asked[list[IndexValue]]:
    """The published values of the index that the offer names; none where it names none."""
    found: Asked[list[IndexValue]] = known([])
    if (name := offered.index_name()) is not None:
        values = {"space_id": space_id, "name": name}
        rows = tx.later(_INDEX_OF_SPACE, values) if isinstance(tx, Tx) else known(tx.all(_INDEX_OF_SPACE, values))
        found = rows.then(index_values)
    return with_known_codes(tx, "space", space_id, offered, found)


def index_values(rows: list[Row]) -> list[IndexValue]:
    """The values of an index, from rows with a `day`, `value`, `final` and `version`."""
    return [IndexValue(row["day"], row["value"], row["final"], row["version"]) for row in rows]
