"""The SQL of buildings and their floors."""

from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from shared.buildings.access import reach
from shared.buildings.models import BuildingFilter, NewBuilding
from shared.kit.catalog import Role
from shared.kit.countries import alpha2
from shared.kit.db import Reading, Row, Tx
from shared.kit.errors import Detail, Invalid
from shared.kit.ids import new_id
from shared.kit.paging import Paged
from shared.kit.request import Caller

# An agent lists for its owner: owner_id is a person who may sign. app.today() refuses a zone that the
# database does not know, which would break every deal there.
_INSERT_BUILDING = """
WITH building AS (
    INSERT INTO buildings (id, owner_organization_id, owner_id, name, address, latitude, longitude, timezone,
                           category, external_id, total_floors, amenities, country_code, created_by, updated_by)
    VALUES (%(id)s, %(organization_id)s,
            coalesce((SELECT u.id FROM users u
                      WHERE %(for_owner)s AND u.organization_id = %(organization_id)s AND u.role = 'OWNER'
                        AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
                      ORDER BY u.created_at, u.id LIMIT 1), %(user_id)s),
            %(name)s, %(address)s, %(latitude)s, %(longitude)s, %(timezone)s, %(category)s, %(external_id)s,
            %(total_floors)s, %(amenities)s, %(country_code)s, %(user_id)s, %(user_id)s)
    RETURNING id, owner_organization_id, owner_id, name, address, trim_scale(latitude) AS latitude,
              trim_scale(longitude) AS longitude, timezone, category, external_id, total_floors, amenities,
              created_at, updated_at, app.today(timezone)
), floor AS (
    INSERT INTO floors (id, building_id, owner_organization_id, floor_number, created_by, updated_by)
    SELECT f.id, b.id, b.owner_organization_id, f.number, %(user_id)s, %(user_id)s
    FROM building b, unnest(%(floor_ids)s::uuid[]) WITH ORDINALITY AS f (id, number)
    RETURNING id, floor_number, total_sqft, common_area_sqft, net_leasable_sqft, amenities, floor_plan_url
)
SELECT b.id, b.owner_organization_id, b.owner_id, b.name, b.address, b.latitude, b.longitude, b.timezone,
       b.category, b.external_id, b.total_floors, b.amenities, b.created_at, b.updated_at,
       (SELECT jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email, 'phone', u.phone)
        FROM users u WHERE u.id = b.owner_id) AS owner,
       (SELECT jsonb_agg(jsonb_build_object(
                   'id', f.id, 'floor_number', f.floor_number, 'total_sqft', f.total_sqft,
                   'common_area_sqft', f.common_area_sqft, 'net_leasable_sqft', f.net_leasable_sqft,
                   'amenities', f.amenities, 'floor_plan_url', f.floor_plan_url, 'spaces', '[]'::jsonb
               ) ORDER BY f.floor_number)
        FROM floor f) AS floors,
       0 AS occupancy_rate, 0 AS total_spaces, 0 AS available_spaces
FROM building b
"""

# The rate of spec 26. A space is OCCUPIED exactly while a commenced contract holds it (spec 37), so the
# rate can be told to people who may not see a contract. The counters are app.count_spaces()'s.
_OCCUPANCY = """
trim_scale(coalesce(round(b.occupied_sqft / nullif(b.leasable_sqft, 0), 4), 0)) AS occupancy_rate,
b.available_spaces
"""

_SPACES_ON_FLOOR = """(
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'id', s.id, 'name', s.name, 'gross_sqft', s.gross_sqft, 'usable_sqft', s.usable_sqft,
               'usage_type', s.usage_type, 'is_leasable', s.is_leasable,
               'base_price_monthly', s.base_price_monthly, 'currency', s.currency,
               'availability_status', s.availability_status, 'amenities', s.amenities, 'images', s.images
           ) ORDER BY s.name, s.id), '[]')
    FROM spaces s
    WHERE s.floor_id = f.id AND s.deleted_at IS NULL
      AND (s.is_leasable OR s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
)"""

_IS_OWN = "(coalesce(b.owner_organization_id = %(own_organization_id)s::uuid, false) OR %(sees_all)s)"

_SELECT_BUILDING = f"""
SELECT b.id, b.owner_organization_id, b.owner_id, b.name, b.address, trim_scale(b.latitude) AS latitude,
       trim_scale(b.longitude) AS longitude, b.timezone, b.category, b.external_id, b.total_floors, b.amenities,
       b.created_at, b.updated_at,
       (SELECT jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email, 'phone', u.phone)
        FROM users u WHERE u.id = b.owner_id) AS owner,
       {_IS_OWN} AS is_own,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'id', f.id, 'floor_number', f.floor_number, 'total_sqft', f.total_sqft,
                   'common_area_sqft', f.common_area_sqft, 'net_leasable_sqft', f.net_leasable_sqft,
                   'amenities', f.amenities, 'floor_plan_url', f.floor_plan_url, 'spaces', {_SPACES_ON_FLOOR}
               ) ORDER BY f.floor_number), '[]')
        FROM floors f WHERE f.building_id = b.id AND f.deleted_at IS NULL) AS floors,
       CASE WHEN {_IS_OWN} THEN b.total_spaces ELSE b.listed_spaces END AS total_spaces, {_OCCUPANCY}
FROM buildings b
WHERE b.id = %(building_id)s AND b.deleted_at IS NULL
"""

_SELECT_BUILDINGS = f"""
SELECT b.id, b.owner_organization_id, b.owner_id, b.name, b.address, trim_scale(b.latitude) AS latitude,
       trim_scale(b.longitude) AS longitude, b.timezone, b.category, b.external_id, b.total_floors, b.amenities,
       b.created_at, b.updated_at, b.total_spaces, {_OCCUPANCY}
FROM buildings b
WHERE b.deleted_at IS NULL
  AND (%(sees_all)s OR b.owner_organization_id = %(own_organization_id)s)
  AND (%(owner_id)s::uuid IS NULL OR b.owner_id = %(owner_id)s)
  AND (%(before)s::timestamptz IS NULL OR (b.created_at, b.id) < (%(before)s, %(before_id)s::uuid))
ORDER BY b.created_at DESC, b.id DESC
LIMIT %(limit)s
"""

# Weaker than FOR UPDATE: a new space's foreign key does not have to wait.
_LOCK_BUILDING = f"""
SELECT b.id, b.owner_organization_id, b.owner_id, b.name, b.address, trim_scale(b.latitude) AS latitude,
       trim_scale(b.longitude) AS longitude, b.timezone, b.category, b.external_id, b.total_floors, b.amenities,
       b.updated_at
FROM buildings b
WHERE b.id = %(building_id)s AND b.deleted_at IS NULL AND {_IS_OWN}
FOR NO KEY UPDATE
"""

# The clock, not the transaction's beginning: versions then follow each other as the lock was had.
_UPDATE_BUILDING = """
UPDATE buildings
SET name = %(name)s, address = %(address)s, latitude = %(latitude)s, longitude = %(longitude)s,
    timezone = %(timezone)s, category = %(category)s, external_id = %(external_id)s,
    total_floors = %(total_floors)s, amenities = %(amenities)s, country_code = %(country_code)s,
    updated_at = clock_timestamp(), updated_by = %(user_id)s
WHERE id = %(id)s
RETURNING app.today(timezone)
"""

_SELECT_FLOORS_WITH_SPACES = """
SELECT f.floor_number
FROM floors f
WHERE f.building_id = %(building_id)s AND f.floor_number > %(total_floors)s AND f.deleted_at IS NULL
  AND EXISTS (SELECT FROM spaces s WHERE s.floor_id = f.id AND s.deleted_at IS NULL)
ORDER BY f.floor_number
"""

_DELETE_FLOORS = """
UPDATE floors
SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = %(user_id)s
WHERE building_id = %(building_id)s AND deleted_at IS NULL
  AND (%(total_floors)s::integer IS NULL OR floor_number > %(total_floors)s)
"""

_INSERT_FLOORS = """
INSERT INTO floors (id, building_id, owner_organization_id, floor_number, created_by, updated_by)
SELECT f.id, b.id, b.owner_organization_id, %(first)s - 1 + f.number, %(user_id)s, %(user_id)s
FROM buildings b, unnest(%(floor_ids)s::uuid[]) WITH ORDINALITY AS f (id, number)
WHERE b.id = %(building_id)s
"""

_LOCK_SPACES = """
SELECT s.id FROM spaces s
WHERE s.building_id = %(building_id)s AND s.deleted_at IS NULL
  AND (s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
ORDER BY s.id
FOR UPDATE
"""

_DELETE_SPACES = """
UPDATE spaces
SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = %(user_id)s
WHERE building_id = %(building_id)s AND deleted_at IS NULL
RETURNING id, name, floor_id, building_id, owner_organization_id, availability_status, external_id
"""

_DELETE_BUILDING = """
UPDATE buildings
SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = %(user_id)s
WHERE id = %(building_id)s
"""

_FLOOR = f"""
SELECT f.id, f.building_id, f.owner_organization_id, f.floor_number, f.total_sqft, f.common_area_sqft,
       f.net_leasable_sqft, f.amenities, f.floor_plan_url, f.created_at, f.updated_at, {_SPACES_ON_FLOOR} AS spaces,
       (SELECT max(every.updated_at) FROM floors every
        WHERE every.building_id = f.building_id AND every.deleted_at IS NULL) AS list_updated_at
FROM floors f
JOIN buildings b ON b.id = f.building_id
WHERE f.deleted_at IS NULL AND b.deleted_at IS NULL AND {_IS_OWN}
"""

_SELECT_OWN = f"SELECT b.id FROM buildings b WHERE b.id = %(building_id)s AND b.deleted_at IS NULL AND {_IS_OWN}"

_SELECT_FLOORS = (
    _FLOOR
    + """
  AND b.id = %(building_id)s
  AND (%(after)s::integer IS NULL OR f.floor_number > %(after)s)
ORDER BY f.floor_number
LIMIT %(limit)s
"""
)

_SELECT_FLOOR = _FLOOR + " AND f.id = %(floor_id)s"

_LOCK_FLOOR = f"""
SELECT f.id
FROM floors f
JOIN buildings b ON b.id = f.building_id
WHERE f.id = %(floor_id)s AND f.deleted_at IS NULL AND b.deleted_at IS NULL AND {_IS_OWN}
FOR NO KEY UPDATE OF f
"""

_UPDATE_FLOOR = """
UPDATE floors
SET total_sqft = %(total_sqft)s, common_area_sqft = %(common_area_sqft)s, amenities = %(amenities)s,
    floor_plan_url = %(floor_plan_url)s, updated_at = clock_timestamp(), updated_by = %(user_id)s
WHERE id = %(id)s
"""


def insert_building(tx: Tx, owner: Caller, new: NewBuilding, timezone: str) -> Row:
    """The new building with its floors 1..N, in one statement. Raises Invalid on `timezone`."""
    values = {
        **new.model_dump(include={"name", "latitude", "longitude", "category", "external_id", "total_floors"}),
        "id": new_id(),
        "organization_id": owner.organization_id,
        "user_id": owner.user_id,
        "for_owner": owner.role is Role.AGENT,
        "address": Jsonb(new.address.model_dump()),
        "country_code": alpha2(new.address.country),
        "timezone": timezone,
        "amenities": Jsonb(new.amenities),
        "floor_ids": [new_id() for _ in range(new.total_floors)],
    }
    return _read(tx, _INSERT_BUILDING, values)


def select_building(tx: Reading, building_id: UUID) -> Row | None:
    """The building as the caller may see it; `is_own` says whether that is all of it."""
    return tx.one(_SELECT_BUILDING, {"building_id": building_id, **reach(tx.caller)})


def select_buildings(tx: Reading, query: BuildingFilter) -> list[Row]:
    """One row more than the page holds, newest first."""
    before, before_id = query.key_before(datetime.fromisoformat, UUID)
    return tx.all(
        _SELECT_BUILDINGS,
        {
            **reach(tx.caller),
            "owner_id": query.owner_id,
            "before": before,
            "before_id": before_id,
            "limit": query.limit + 1,
        },
    )


def lock_building(tx: Tx, building_id: UUID) -> Row | None:
    """The caller's own building, kept as it is until the end of the transaction."""
    return tx.one(_LOCK_BUILDING, {"building_id": building_id, **reach(tx.caller)})


def update_building(tx: Tx, by: Caller, before: Row, row: Row) -> Row:
    """The building with the values of `row`: as many floors, new ones on top or the top ones gone.

    Raises Invalid on `timezone`.
    """
    stored = {
        "address": Jsonb(row["address"]),
        "country_code": alpha2(row["address"].get("country") or ""),
        "amenities": Jsonb(row["amenities"]),
        "user_id": by.user_id,
    }
    tx.run(_UPDATE_BUILDING, row | stored)
    floors = {"building_id": row["id"], "user_id": by.user_id, "total_floors": row["total_floors"]}
    tx.run(_DELETE_FLOORS, floors)
    added = range(before["total_floors"], row["total_floors"])
    tx.run(_INSERT_FLOORS, floors | {"first": before["total_floors"] + 1, "floor_ids": [new_id() for _ in added]})
    return _read(tx, _SELECT_BUILDING, {"building_id": row["id"], "timezone": row["timezone"], **reach(by)})


def select_floors_with_spaces(tx: Tx, building_id: UUID, total_floors: int) -> list[int]:
    """The numbers of the floors above `total_floors` that have spaces."""
    rows = tx.all(_SELECT_FLOORS_WITH_SPACES, {"building_id": building_id, "total_floors": total_floors})
    return [row["floor_number"] for row in rows]


def lock_building_with_spaces(tx: Tx, building_id: UUID) -> tuple[Row | None, list[UUID]]:
    """The caller's own building and the ids of its spaces, all locked."""
    values = {"building_id": building_id, **reach(tx.caller)}
    # Spaces before their building, as everybody locks them; then those that came while we waited for it.
    [_, buildings, spaces] = tx.batch((_LOCK_SPACES, values), (_LOCK_BUILDING, values), (_LOCK_SPACES, values))
    return (buildings[0] if buildings else None), [row["id"] for row in spaces]


def delete_building(tx: Tx, by: Caller, building_id: UUID) -> list[Row]:
    """Delete the building softly with its floors and spaces; the spaces that went with it."""
    values = {"building_id": building_id, "user_id": by.user_id, "total_floors": None}
    [spaces] = tx.batch((_DELETE_SPACES, values))
    tx.run(_DELETE_FLOORS, values)
    tx.run(_DELETE_BUILDING, values)
    return spaces


def select_floors(tx: Reading, building_id: UUID, query: Paged) -> list[Row] | None:
    """One row more than the page holds, from the lowest up; None where the building is not the caller's."""
    (after,) = query.key_before(int)
    values = {**reach(tx.caller), "building_id": building_id, "after": after, "limit": query.limit + 1}
    own, floors = tx.batch((_SELECT_OWN, values), (_SELECT_FLOORS, values))
    return floors if own else None


def select_floor(tx: Reading, floor_id: UUID) -> Row | None:
    """A floor of the caller's own."""
    return tx.one(_SELECT_FLOOR, {"floor_id": floor_id, **reach(tx.caller)})


def lock_floor(tx: Tx, floor_id: UUID) -> Row | None:
    """The caller's own floor, kept as it is until the end of the transaction."""
    values = {"floor_id": floor_id, **reach(tx.caller)}
    # The lock is a statement of its own: the second one then reads the row as the wait has left it.
    [own, rows] = tx.batch((_LOCK_FLOOR, values), (_SELECT_FLOOR, values))
    return rows[0] if own and rows else None


def update_floor(tx: Tx, by: Caller, row: Row) -> Row:
    """The floor with the values of `row`."""
    tx.run(_UPDATE_FLOOR, row | {"amenities": Jsonb(row["amenities"]), "user_id": by.user_id})
    return tx.all(_SELECT_FLOOR, {"floor_id": row["id"], **reach(by)})[0]


def _read(tx: Tx, statement: str, values: Row) -> Row:
    """The row, of a building that was written with it or just before it."""
    try:
        return tx.all(statement, values)[0]
    except psycopg.errors.InvalidParameterValue:
        raise Invalid(Detail("timezone", f"{values['timezone']} is not a known time zone")) from None
