"""The SQL of spaces."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.buildings.access import reach
from shared.kit.db import Asked, Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.spaces.deal import Ties

if TYPE_CHECKING:
    # Only their names are needed here: an import for a deal should not have to load the models.
    from shared.spaces.models import NewSpace

_LOCK_SPACE = "SELECT app.lock_space(%(space_id)s)"

_SELECT_SPACE_AT_HAND = """
SELECT s.id, s.name, s.building_id, s.floor_id, b.owner_id, s.owner_organization_id,
       s.availability_status, s.is_leasable, s.usage_type, s.currency, s.base_price_monthly,
       s.gross_sqft, s.usable_sqft, f.floor_number, b.name AS building_name,
       b.address AS building_address, b.timezone, app.today(b.timezone) AS today
FROM spaces s
JOIN floors f ON f.id = s.floor_id
JOIN buildings b ON b.id = s.building_id
WHERE s.id = %(space_id)s
  AND s.deleted_at IS NULL AND f.deleted_at IS NULL AND b.deleted_at IS NULL
  AND (s.is_leasable OR s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
"""

_LOCK_OWN = """
SELECT s.id FROM spaces s
WHERE s.id = %(space_id)s AND s.deleted_at IS NULL
  AND (s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
FOR UPDATE
"""

_SELECT_TIES = """
SELECT (SELECT count(*) FROM contracts c
        WHERE c.space_id = ANY(%(space_ids)s::uuid[])
          AND c.status IN ('DRAFT', 'PENDING_SIGNATURE', 'SIGNED', 'ACTIVE')) AS live_contracts,
       (SELECT count(*) FROM bids b
        WHERE b.space_id = ANY(%(space_ids)s::uuid[])
          AND b.status IN ('PENDING', 'COUNTER_OFFERED')) AS open_bids,
       (SELECT count(*) FROM contracts c JOIN payments p ON p.contract_id = c.id
        WHERE c.space_id = ANY(%(space_ids)s::uuid[])
          AND p.status IN ('SCHEDULED', 'DUE', 'OVERDUE')) AS unpaid_payments
"""

# The clock, not the start of the transaction: versions then follow the order in which the lock was obtained.
_UPDATE_SPACE = """
UPDATE spaces
SET name = %(name)s, gross_sqft = %(gross_sqft)s, usable_sqft = %(usable_sqft)s, usage_type = %(usage_type)s,
    is_leasable = %(is_leasable)s, base_price_monthly = %(base_price_monthly)s, currency = %(currency)s,
    availability_status = %(availability_status)s, amenities = %(amenities)s, images = %(images)s,
    external_id = %(external_id)s, updated_at = clock_timestamp(), updated_by = %(user_id)s
WHERE id = %(id)s
"""

_DELETE_SPACE = """
UPDATE spaces
SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = %(user_id)s
WHERE id = %(space_id)s
"""

_LOCK_PLACE = """
SELECT b.id
FROM floors f
JOIN buildings b ON b.id = f.building_id
WHERE f.id = %(floor_id)s
  AND (b.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
FOR NO KEY UPDATE OF b
"""

_INSERT_SPACE = """
WITH place AS (
    SELECT f.id, f.floor_number, f.floor_plan_url, b.id AS building_id, b.owner_organization_id, b.owner_id,
           b.name, b.address, b.latitude, b.longitude, b.timezone
    FROM floors f
    JOIN buildings b ON b.id = f.building_id
    WHERE f.id = %(floor_id)s
      AND f.deleted_at IS NULL AND b.deleted_at IS NULL
      AND (b.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
), space AS (
    INSERT INTO spaces (id, floor_id, building_id, owner_organization_id, name, gross_sqft, usable_sqft,
                        usage_type, is_leasable, base_price_monthly, currency, availability_status, amenities,
                        images, external_id, created_by, updated_by, created_at)
    SELECT %(id)s, p.id, p.building_id, p.owner_organization_id, %(name)s, %(gross_sqft)s, %(usable_sqft)s,
           %(usage_type)s, %(is_leasable)s, %(base_price_monthly)s, %(currency)s, %(availability_status)s,
           %(amenities)s, %(images)s, %(external_id)s, %(user_id)s, %(user_id)s,
           -- Reports of a day ask which spaces were there by then.
           app.now()
    FROM place p
    RETURNING id, floor_id, building_id, owner_organization_id, name, gross_sqft, usable_sqft, usage_type,
              is_leasable, base_price_monthly, currency, availability_status, amenities, images, external_id,
              created_at, updated_at
)
SELECT s.id, s.name, s.gross_sqft, s.usable_sqft, s.usage_type, s.is_leasable, s.base_price_monthly,
       s.currency, s.availability_status, s.amenities, s.images, s.external_id, s.floor_id, s.building_id,
       p.owner_id, s.owner_organization_id, s.created_at, s.updated_at,
       jsonb_build_object('id', p.id, 'floor_number', p.floor_number, 'floor_plan_url', p.floor_plan_url) AS floor,
       jsonb_build_object('id', p.building_id, 'name', p.name, 'address', p.address,
                          'latitude', trim_scale(p.latitude), 'longitude', trim_scale(p.longitude),
                          'timezone', p.timezone) AS building
FROM space s CROSS JOIN place p
"""

_SELECT_SPACE = """
SELECT s.id, s.name, s.gross_sqft, s.usable_sqft, s.usage_type, s.is_leasable, s.base_price_monthly,
       s.currency, s.availability_status, s.amenities, s.images, s.external_id, s.floor_id, s.building_id,
       b.owner_id, s.owner_organization_id, s.created_at, s.updated_at,
       jsonb_build_object('id', f.id, 'floor_number', f.floor_number, 'floor_plan_url', f.floor_plan_url) AS floor,
       jsonb_build_object('id', b.id, 'name', b.name, 'address', b.address,
                          'latitude', trim_scale(b.latitude), 'longitude', trim_scale(b.longitude),
                          'timezone', b.timezone) AS building,
       coalesce(s.owner_organization_id = %(own_organization_id)s::uuid, false) OR %(sees_all)s AS is_own
FROM spaces s
JOIN floors f ON f.id = s.floor_id
JOIN buildings b ON b.id = s.building_id
WHERE s.id = %(space_id)s
  AND s.deleted_at IS NULL AND f.deleted_at IS NULL AND b.deleted_at IS NULL
  AND (s.is_leasable OR s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
"""

# Each factor lies between 0 and 1; their weights in `similarity` add up to 1.
_THIS = """
WITH this AS (
    SELECT s.id, s.building_id, s.gross_sqft, s.gross_sqft_hundredths, s.usage_type, s.currency, s.amenities,
           s.base_price_monthly / s.gross_sqft AS price_per_sqft, f.floor_number, b.latitude, b.longitude
    FROM spaces s
    JOIN floors f ON f.id = s.floor_id
    JOIN buildings b ON b.id = s.building_id
    WHERE s.id = %(space_id)s AND s.deleted_at IS NULL
      AND (s.is_leasable OR s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
"""

_COMPARED = """
), compared AS (
    SELECT s.id, s.name, s.gross_sqft, s.usable_sqft, s.usage_type, s.is_leasable, s.base_price_monthly,
           s.currency, s.availability_status, s.amenities, s.images, s.created_at, s.updated_at,
           jsonb_build_object('id', f.id, 'floor_number', f.floor_number, 'building',
                              jsonb_build_object('id', b.id, 'name', b.name, 'address', b.address)) AS floor,
           round(least(s.gross_sqft, this.gross_sqft) / greatest(s.gross_sqft, this.gross_sqft), 4) AS same_area,
           round(CASE
               WHEN s.base_price_monthly IS NULL OR this.price_per_sqft IS NULL THEN 0
               WHEN greatest(s.base_price_monthly, this.price_per_sqft) = 0 THEN 1
               ELSE least(s.base_price_monthly / s.gross_sqft, this.price_per_sqft)
                  / greatest(s.base_price_monthly / s.gross_sqft, this.price_per_sqft)
           END, 4) AS same_price,
           round(1.0 / (1 + abs(f.floor_number - this.floor_number)), 4) AS same_floor,
           round(CASE
               WHEN s.building_id = this.building_id THEN 1
               WHEN b.latitude IS NULL OR this.latitude IS NULL THEN 0
               ELSE 1 / (1 + 12742 * asin(least(1, sqrt(
                   sin(radians((b.latitude - this.latitude)::float8 / 2)) ^ 2
                   + cos(radians(b.latitude::float8)) * cos(radians(this.latitude::float8))
                   * sin(radians((b.longitude - this.longitude)::float8 / 2)) ^ 2))))
           END::numeric, 4) AS same_place,
           (SELECT round(coalesce(count(*) FILTER (WHERE s.amenities ? label AND this.amenities ? label)::numeric
                                  / nullif(count(*), 0), 1), 4)
            FROM (SELECT jsonb_array_elements_text(s.amenities) UNION
                  SELECT jsonb_array_elements_text(this.amenities)) AS either (label)) AS same_amenities
    FROM this
    CROSS JOIN candidate
    JOIN spaces s ON s.id = candidate.id
    JOIN floors f ON f.id = s.floor_id
    JOIN buildings b ON b.id = s.building_id
)
SELECT c.id, c.name, c.gross_sqft, c.usable_sqft, c.usage_type, c.is_leasable, c.base_price_monthly,
       c.currency, c.availability_status, c.amenities, c.images, c.created_at, c.updated_at, c.floor,
       c.same_area, c.same_price, c.same_floor, c.same_place, c.same_amenities,
       round(0.30 * c.same_area + 0.25 * c.same_price + 0.20 * c.same_place + 0.15 * c.same_amenities
             + 0.10 * c.same_floor, 4) AS similarity
FROM compared c
ORDER BY similarity DESC, c.id
LIMIT 5
"""

# Candidates are the available listed spaces of the same use and currency in the building, and the 50 next
# in size on either side: a bounded number however large the market is. Only what is listed counts, also for the owner.
_SELECT_SIMILAR = (
    _THIS
    + """
), candidate AS (
    SELECT near.id
    FROM this
    CROSS JOIN LATERAL (
        (SELECT s.id FROM spaces s
         WHERE s.building_id = this.building_id AND s.is_leasable AND s.deleted_at IS NULL
           AND s.availability_status = 'AVAILABLE'
           AND s.usage_type = this.usage_type AND s.currency = this.currency
         ORDER BY s.id LIMIT 50)
        UNION
        (SELECT s.id FROM spaces s
         WHERE s.gross_sqft_hundredths >= this.gross_sqft_hundredths AND s.is_leasable AND s.deleted_at IS NULL
           AND s.availability_status = 'AVAILABLE'
           AND s.usage_type = this.usage_type AND s.currency = this.currency
         ORDER BY s.gross_sqft_hundredths, s.id LIMIT 50)
        UNION
        (SELECT s.id FROM spaces s
         WHERE s.gross_sqft_hundredths < this.gross_sqft_hundredths AND s.is_leasable AND s.deleted_at IS NULL
           AND s.availability_status = 'AVAILABLE'
           AND s.usage_type = this.usage_type AND s.currency = this.currency
         ORDER BY s.gross_sqft_hundredths DESC, s.id DESC LIMIT 50)
    ) AS near
    WHERE near.id <> this.id
"""
    + _COMPARED
)

# The spaces that the caller last marked as favorites or bid for, if they may still see them.
_SELECT_LIKED = (
    _THIS
    + """
), candidate AS (
    SELECT liked.space_id AS id
    FROM this
    CROSS JOIN LATERAL (
        (SELECT f.space_id FROM favorites f WHERE f.user_id = %(user_id)s
         ORDER BY f.created_at DESC, f.space_id DESC LIMIT 20)
        UNION
        (SELECT b.space_id FROM bids b
         WHERE b.client_organization_id = %(organization_id)s AND b.client_id = %(user_id)s
         ORDER BY b.created_at DESC, b.id DESC LIMIT 20)
    ) AS liked
    WHERE liked.space_id <> this.id
"""
    + _COMPARED
)


def select_space_at_hand(tx: Reading, space_id: UUID, lock: bool) -> Row | None:
    """What a deal needs to know about the space; `lock` prevents changes until the end of the transaction."""
    values = {"space_id": space_id, **reach(tx.caller)}
    if not lock:
        return tx.one(_SELECT_SPACE_AT_HAND, values)
    # The lock is a separate statement, so that the second one reads the row as it is after the wait.
    [_, rows] = tx.batch((_LOCK_SPACE, values), (_SELECT_SPACE_AT_HAND, values))
    return rows[0] if rows else None


def insert_space(tx: Tx, owner: Caller, new: NewSpace) -> Row | None:
    """The new space, or None if the floor is not the caller's."""
    values = {
        **new.model_dump(),
        **reach(owner),
        "id": new_id(),
        "user_id": owner.user_id,
        "amenities": Jsonb(new.amenities),
        "images": Jsonb(new.images),
    }
    # The building's lock first, in a separate statement: its floors then stay while a space is added to one.
    [_, rows] = tx.batch((_LOCK_PLACE, values), (_INSERT_SPACE, values))
    return rows[0] if rows else None


def lock_space(tx: Tx, space_id: UUID) -> tuple[Row | None, Ties]:
    """The caller's own space, locked, and what depends on it."""
    values = {"space_id": space_id, "space_ids": [space_id], **reach(tx.caller)}
    # The lock is a separate statement, so that the next ones read the state after the wait.
    own, rows, [ties] = tx.batch((_LOCK_OWN, values), (_SELECT_SPACE, values), (_SELECT_TIES, values))
    return (rows[0] if own and rows else None), Ties(**ties)


def select_ties(tx: Tx, space_ids: list[UUID]) -> Ties:
    """What depends on any of the spaces."""
    return Ties(**tx.all(_SELECT_TIES, {"space_ids": space_ids})[0])


def update_space(tx: Tx, by: Caller, row: Row) -> Row:
    """The space with the values of `row`."""
    stored = {"amenities": Jsonb(row["amenities"]), "images": Jsonb(row["images"]), "user_id": by.user_id}
    tx.run(_UPDATE_SPACE, row | stored)
    return tx.all(_SELECT_SPACE, {"space_id": row["id"], **reach(by)})[0]


def delete_space(tx: Tx, by: Caller, space_id: UUID) -> None:
    """Delete the space softly."""
    tx.run(_DELETE_SPACE, {"space_id": space_id, "user_id": by.user_id})


def select_space(tx: Reading, space_id: UUID, *, personal: bool) -> tuple[Row | None, list[Row], list[Row]]:
    """The space as the caller may see it, the available ones most like it, and, if it is `personal`, the ones most like
    it among those that the caller has marked or bid for."""
    values: Row = {"space_id": space_id, **reach(tx.caller)}
    statements = [(_SELECT_SPACE, values), (_SELECT_SIMILAR, values)]
    if tx.caller and personal:
        own = {"user_id": tx.caller.user_id, "organization_id": tx.caller.organization_id}
        statements.append((_SELECT_LIKED, values | own))
    found, similar, *liked = tx.batch(*statements)
    return (found[0] if found else None), similar, liked[0] if liked else []


# One after the other, so that whoever is told last is told what it is now.
_LOCK_TOLD = "SELECT pg_advisory_xact_lock(hashtextextended('told ' || %(space_id)s::text, 0)) IS NULL AS locked"

_SELECT_TOLD = "SELECT s.base_price_monthly, s.availability_status FROM spaces s WHERE s.id = %(space_id)s"


def ask_told(tx: Tx, space_id: UUID) -> Asked[Row]:
    """What is told of a space, for the platform; nobody else tells of it until the transaction ends."""
    values = {"space_id": space_id}
    tx.later(_LOCK_TOLD, values)
    return tx.later(_SELECT_TOLD, values).then(lambda rows: rows[0])
