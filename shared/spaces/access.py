"""The only way from a caller's id to a space."""

from uuid import UUID

from shared.kit.db import Reading
from shared.kit.errors import NotFound
from shared.spaces.models import SpaceAtHand


def visible_space(tx: Reading, space_id: UUID, *, lock: bool = False) -> SpaceAtHand:
    """The space, if the caller may see it: listed ones all, others only their owner's side.

    `lock` keeps it as it is until the end of the transaction; it takes no further round trip.
    Raises NotFound.
    """
    values = {"space_id": space_id}
    if lock:
        # The lock is its own statement: the row that the second one reads is the one that was waited for.
        [_, rows] = tx.batch((_LOCK_SPACE, values), (_SELECT_SPACE, values))
    else:
        [rows] = tx.batch((_SELECT_SPACE, values))
    if not rows:
        raise NotFound()
    return SpaceAtHand(**rows[0])


_LOCK_SPACE = "SELECT app.lock_space(%(space_id)s)"

_SELECT_SPACE = """
SELECT s.id, s.name, s.building_id, s.floor_id, b.owner_id, s.owner_organization_id,
       s.availability_status, s.is_leasable, s.usage_type, s.currency, s.base_price_monthly,
       s.gross_sqft, s.usable_sqft, f.floor_number, b.name AS building_name,
       b.address AS building_address, b.timezone, app.today(b.timezone) AS today
FROM spaces s
JOIN floors f ON f.id = s.floor_id
JOIN buildings b ON b.id = s.building_id
WHERE s.id = %(space_id)s
  AND s.deleted_at IS NULL AND f.deleted_at IS NULL AND b.deleted_at IS NULL
  AND (s.is_leasable OR s.owner_organization_id = app.organization_id() OR app.reads_all())
"""
