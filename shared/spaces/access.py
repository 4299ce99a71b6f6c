"""The only way from a caller's id to a space."""

from uuid import UUID

from shared.kit.db import Reading
from shared.kit.errors import NotFound
from shared.spaces import queries
from shared.spaces.models import SpaceAtHand


def visible_space(tx: Reading, space_id: UUID, *, lock: bool = False) -> SpaceAtHand:
    """The space, if the caller may see it: listed ones all, others only their owner's side.

    `lock` keeps it as it is until the end of the transaction; it takes no further round trip.
    Raises NotFound.
    """
    row = queries.select_space_at_hand(tx, space_id, lock)
    if row is None:
        raise NotFound()
    return SpaceAtHand(**row)
