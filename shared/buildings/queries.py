"""The SQL of buildings and their floors."""

from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from shared.buildings.access import reach
from shared.buildings.models import BuildingFilter, NewBuilding
from shared.kit.catalog import Role
from shared.kit.db import Reading, Row, Tx
from shared.kit.errors import Detail, Invalid
from shared.kit.ids import new_id
from shared.kit.request import Caller

# An agent lists for its owner: owner_id is a person who may sign. app.today() refuses a zone that the
# database does not know, which would break every deal there.
_INSERT_BUILDING = """
WITH building AS (
    INSERT INTO buildings (id, owner_organization_id, owner_id, name, address, latitude, longitude, timezone,
                           category, external_id, total_floors, amenities, created_by, updated_by)
    VALUES (%(id)s, %(organization_id)s,
            coalesce((SELECT u.id FROM users u
                      WHERE %(for_owner)s AND u.organization_id = %(organization_id)s AND u.role = 'OWNER'
                        AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
                      ORDER BY u.created_at, u.id LIMIT 1), %(user_id)s),
            %(name)s, %(address)s, %(latitude)s, %(longitude)s, %(timezone)s, %(category)s, %(external_id)s,
            %(total_floors)s, %(amenities)s, %(user_id)s, %(user_id)s)
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

# A space is OCCUPIED exactly while a commenced contract holds it (decision 37), so the rate of
# decision 26 can be told to people who may not see a contract.
_SELECT_BUILDING = """
SELECT b.id, b.owner_organization_id, b.owner_id, b.name, b.address, trim_scale(b.latitude) AS latitude,
       trim_scale(b.longitude) AS longitude, b.timezone, b.category, b.external_id, b.total_floors, b.amenities,
       b.created_at, b.updated_at,
       (SELECT jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email, 'phone', u.phone)
        FROM users u WHERE u.id = b.owner_id) AS owner,
       coalesce(b.owner_organization_id = %(own_organization_id)s::uuid, false) OR %(sees_all)s AS is_own,
       coalesce(floors.list, '[]') AS floors,
       counts.occupancy_rate, counts.total_spaces, counts.available_spaces
FROM buildings b
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
               'id', f.id, 'floor_number', f.floor_number, 'total_sqft', f.total_sqft,
               'common_area_sqft', f.common_area_sqft, 'net_leasable_sqft', f.net_leasable_sqft,
               'amenities', f.amenities, 'floor_plan_url', f.floor_plan_url,
               'spaces', coalesce(spaces.list, '[]')
           ) ORDER BY f.floor_number) AS list
    FROM floors f
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object(
                   'id', s.id, 'name', s.name, 'gross_sqft', s.gross_sqft, 'usable_sqft', s.usable_sqft,
                   'usage_type', s.usage_type, 'is_leasable', s.is_leasable,
                   'base_price_monthly', s.base_price_monthly, 'currency', s.currency,
                   'availability_status', s.availability_status, 'amenities', s.amenities, 'images', s.images
               ) ORDER BY s.name, s.id) AS list
        FROM spaces s
        WHERE s.floor_id = f.id AND s.deleted_at IS NULL
          AND (s.is_leasable OR s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
    ) AS spaces
    WHERE f.building_id = b.id AND f.deleted_at IS NULL
) AS floors
CROSS JOIN LATERAL (
    SELECT count(*) AS total_spaces,
           count(*) FILTER (WHERE s.is_leasable AND s.availability_status = 'AVAILABLE') AS available_spaces,
           trim_scale(coalesce(round(
               sum(s.gross_sqft) FILTER (WHERE s.is_leasable AND s.availability_status = 'OCCUPIED')
               / sum(s.gross_sqft) FILTER (WHERE s.is_leasable), 4), 0)) AS occupancy_rate
    FROM spaces s
    WHERE s.building_id = b.id AND s.deleted_at IS NULL
      AND (s.is_leasable OR s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
) AS counts
WHERE b.id = %(building_id)s AND b.deleted_at IS NULL
"""

_SELECT_BUILDINGS = """
WITH page AS MATERIALIZED (
    SELECT b.id, b.owner_organization_id, b.owner_id, b.name, b.address, b.latitude, b.longitude, b.timezone,
           b.category, b.external_id, b.total_floors, b.amenities, b.created_at, b.updated_at
    FROM buildings b
    WHERE b.deleted_at IS NULL
      AND (%(sees_all)s OR b.owner_organization_id = %(own_organization_id)s)
      AND (%(owner_id)s::uuid IS NULL OR b.owner_id = %(owner_id)s)
      AND (%(before)s::timestamptz IS NULL OR (b.created_at, b.id) < (%(before)s, %(before_id)s::uuid))
    ORDER BY b.created_at DESC, b.id DESC
    LIMIT %(limit)s
)
SELECT p.id, p.owner_organization_id, p.owner_id, p.name, p.address, trim_scale(p.latitude) AS latitude,
       trim_scale(p.longitude) AS longitude, p.timezone, p.category, p.external_id, p.total_floors, p.amenities,
       p.created_at, p.updated_at, counts.occupancy_rate, counts.total_spaces, counts.available_spaces
FROM page p
CROSS JOIN LATERAL (
    SELECT count(*) AS total_spaces,
           count(*) FILTER (WHERE s.is_leasable AND s.availability_status = 'AVAILABLE') AS available_spaces,
           trim_scale(coalesce(round(
               sum(s.gross_sqft) FILTER (WHERE s.is_leasable AND s.availability_status = 'OCCUPIED')
               / sum(s.gross_sqft) FILTER (WHERE s.is_leasable), 4), 0)) AS occupancy_rate
    FROM spaces s
    WHERE s.building_id = p.id AND s.deleted_at IS NULL
) AS counts
ORDER BY p.created_at DESC, p.id DESC
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
        "timezone": timezone,
        "amenities": Jsonb(new.amenities),
        "floor_ids": [new_id() for _ in range(new.total_floors)],
    }
    try:
        return tx.all(_INSERT_BUILDING, values)[0]
    except psycopg.errors.InvalidParameterValue:
        raise Invalid(Detail("timezone", f"{timezone} is not known here")) from None


def select_building(tx: Reading, building_id: UUID) -> Row | None:
    """The building as the caller may see it; `is_own` says whether that is all of it."""
    return tx.one(_SELECT_BUILDING, {"building_id": building_id, **reach(tx.caller)})


def select_buildings(tx: Reading, asked: BuildingFilter) -> list[Row]:
    """One row more than the page holds, newest first."""
    before, before_id = asked.key_before(datetime.fromisoformat, UUID)
    return tx.all(
        _SELECT_BUILDINGS,
        {
            **reach(tx.caller),
            "owner_id": asked.owner_id,
            "before": before,
            "before_id": before_id,
            "limit": asked.limit + 1,
        },
    )
