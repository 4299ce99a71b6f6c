"""A lease that an owner draws up for a client without a bid before it."""

from collections.abc import Callable
from uuid import UUID

from shared.bids.offer import OfferedTerms
from shared.kit.db import Tx
from shared.kit.errors import NotFound
from shared.kit.fields import Id, PositiveMoney

_SELECT_CLIENT = "SELECT c.organization_id FROM app.client(%(client_id)s) AS c"


class NewLease(OfferedTerms):
    """A lease to be drawn up: for whom, on what terms. `client_id` is the id that the client gave to the owner."""

    space_id: Id
    client_id: Id
    bid_amount: PositiveMoney


def known_client(tx: Tx, client_id: UUID) -> Callable[[], None]:
    """Asked together with the transaction's next query, and told after it: raises NotFound for anybody but a client."""
    asked = tx.later(_SELECT_CLIENT, {"client_id": client_id})

    def answer() -> None:
        if not asked():
            raise NotFound()

    return answer
