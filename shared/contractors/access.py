"""The only way from an id that a caller sends to a contractor."""

from collections.abc import Sequence
from uuid import UUID

from shared.contractors import queries
from shared.kit.db import Asked, Row, Tx
from shared.kit.errors import NotFound


def ask_contractors_of(tx: Tx, quote_id: UUID) -> Asked[list[Row]]:
    """The contractors of the organization that made the quote, as in ask_contractors; none if the caller does not see
    it."""
    return queries.ask_contractors_of(tx, quote_id)


def ask_contractors(tx: Tx, ids: Sequence[UUID]) -> Asked[list[Row]]:
    """The contractors with these user ids, in order, as in queries.ask_contractors. The answer raises NotFound."""

    def found(rows: list[Row]) -> list[Row]:
        if len(rows) < len(ids):
            raise NotFound()
        return rows

    return queries.ask_contractors(tx, ids).then(found)
