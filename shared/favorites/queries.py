"""The SQL of favorite spaces."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared.buildings.access import reach
from shared.kit.db import Reading, Row, Tx
from shared.kit.paging import Paged
from shared.kit.request import Caller

# `clock_timestamp`, so that favorites of one transaction's moment have an order.
_INSERT_FAVORITE = """
INSERT INTO favorites (user_id, space_id) VALUES (%(user_id)s, %(space_id)s)
ON CONFLICT DO NOTHING
RETURNING space_id
"""

_SELECT_FAVORITE = """
SELECT f.space_id, f.user_id, f.created_at FROM favorites f
WHERE f.user_id = %(user_id)s AND f.space_id = %(space_id)s
"""

_DELETE_FAVORITE = """
DELETE FROM favorites f WHERE f.user_id = %(user_id)s AND f.space_id = %(space_id)s
RETURNING f.space_id, f.user_id, f.created_at
"""

_SELECT_FAVORITES = """
SELECT s.id, s.name, s.gross_sqft, s.usable_sqft, s.usage_type, s.is_leasable, s.base_price_monthly,
       s.currency, s.availability_status, s.amenities, s.images, s.created_at, s.updated_at,
       kept.created_at AS favorite_since,
       jsonb_build_object('id', f.id, 'floor_number', f.floor_number, 'building',
                          jsonb_build_object('id', b.id, 'name', b.name, 'address', b.address)) AS floor
FROM favorites kept
JOIN spaces s ON s.id = kept.space_id
JOIN floors f ON f.id = s.floor_id
JOIN buildings b ON b.id = s.building_id
WHERE kept.user_id = %(user_id)s
  AND s.deleted_at IS NULL AND (s.is_leasable OR s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
  AND (%(after_id)s::uuid IS NULL
       OR (kept.created_at, kept.space_id) < (%(after_time)s::timestamptz, %(after_id)s::uuid))
ORDER BY kept.created_at DESC, kept.space_id DESC
LIMIT %(limit)s
"""


def insert_favorite(tx: Tx, person: Caller, space_id: UUID) -> tuple[Row, bool]:
    """The person's favorite, and whether it is new."""
    values = {"user_id": person.user_id, "space_id": space_id}
    inserted, [row] = tx.batch((_INSERT_FAVORITE, values), (_SELECT_FAVORITE, values))
    return row, bool(inserted)


def delete_favorite(tx: Tx, person: Caller, space_id: UUID) -> Row | None:
    """The favorite that the person had."""
    return tx.one(_DELETE_FAVORITE, {"user_id": person.user_id, "space_id": space_id})


def select_favorites(tx: Reading, person: Caller, query: Paged) -> list[Row]:
    """One row more than the page holds."""
    after_time, after_id = query.key_before(datetime.fromisoformat, UUID)
    values = {"user_id": person.user_id, "after_time": after_time, "after_id": after_id, "limit": query.limit + 1}
    return tx.all(_SELECT_FAVORITES, values | reach(person))
