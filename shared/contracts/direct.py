"""A lease that an owner drafts for a client without a bid."""

from uuid import UUID

from shared.kit.db import Asked, Row, Tx
from shared.kit.errors import NotFound
from shared.kit.fields import Id, PositiveMoney
from shared.terms.offered import FirstTerms

_SELECT_CLIENT = "SELECT c.organization_id FROM app.client(%(client_id)s) AS c"


class NewLease(FirstTerms):
    """A lease to be drafted: for whom, and on what terms. `client_id` is the ID that the client gave to the owner."""

    space_id: Id
    client_id: Id
    """The ID that the client gave to the owner."""
    bid_amount: PositiveMoney


def organization_of_client(tx: Tx, client_id: UUID) -> Asked[UUID]:
    """The client's organization; the answer raises NotFound where the id is nobody's, or no client's."""

    def found(rows: list[Row]) -> UUID:
        if not rows:
            raise NotFound()
        organization_id: UUID = rows[0]["organization_id"]
        return organization_id

    return tx.later(_SELECT_CLIENT, {"client_id": client_id}).then(found)
