"""The SQL that makes a batch of buildings, floors and spaces what a file says: a statement for each kind of change,
however many rows have it.

Spaces are locked before their buildings, as everybody locks them, and an organization's imports wait for each other.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.buildings.rules import zone_at
from shared.imports.faults import fault
from shared.imports.houses import ADDRESS, House, Unit
from shared.imports.models import Fault
from shared.kit.db import Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import current

_LOCK_SPACES = """
SELECT s.id, s.external_id, s.building_id, f.floor_number, b.external_id AS building_external_id, s.name, s.gross_sqft,
       s.usable_sqft, s.usage_type, s.is_leasable, s.base_price_monthly, s.currency, s.amenities
FROM spaces s
JOIN floors f ON f.id = s.floor_id
JOIN buildings b ON b.id = s.building_id
WHERE s.owner_organization_id = %(organization_id)s::uuid AND s.external_id = ANY(%(external_ids)s::text[])
  AND s.deleted_at IS NULL
ORDER BY s.id
FOR UPDATE OF s
"""

_LOCK_BUILDINGS = """
SELECT b.id, b.external_id, b.name, b.address, b.latitude, b.longitude, b.timezone, b.total_floors, b.country_code
FROM buildings b
WHERE b.owner_organization_id = %(organization_id)s::uuid AND b.external_id = ANY(%(external_ids)s::text[])
  AND b.deleted_at IS NULL
ORDER BY b.id
FOR NO KEY UPDATE
"""

_SELECT_GONE = """
SELECT b.external_id
FROM buildings b
WHERE b.owner_organization_id = %(organization_id)s::uuid AND b.external_id = ANY(%(external_ids)s::text[])
  AND b.deleted_at >= %(asked_at)s
"""

_SELECT_UNKNOWN_ZONES = """
SELECT z.name FROM unnest(%(zones)s::text[]) AS z (name)
WHERE z.name <> 'UTC' AND NOT EXISTS (SELECT FROM pg_timezone_names n WHERE n.name = z.name)
"""

_SELECT_FLOORS_WITH_SPACES = """
SELECT f.building_id, max(f.floor_number) AS floor_number
FROM unnest(%(ids)s::uuid[], %(floors)s::integer[]) AS n (building_id, total_floors)
JOIN floors f ON f.building_id = n.building_id AND f.floor_number > n.total_floors AND f.deleted_at IS NULL
WHERE EXISTS (SELECT FROM spaces s WHERE s.floor_id = f.id AND s.deleted_at IS NULL)
GROUP BY f.building_id
"""

# Buildings belong to a person who may sign: to the owner who imports, else to the organization's first.
_INSERT_BUILDINGS = """
WITH added AS (
    INSERT INTO buildings (id, owner_organization_id, owner_id, name, address, latitude, longitude, timezone,
                           external_id, total_floors, country_code, created_by, updated_by)
    SELECT n.id, %(organization_id)s::uuid,
           coalesce((SELECT u.id FROM users u
                     WHERE u.organization_id = %(organization_id)s::uuid AND u.role = 'OWNER' AND u.status = 'ACTIVE'
                       AND u.deleted_at IS NULL
                     ORDER BY u.id <> %(user_id)s::uuid, u.created_at, u.id LIMIT 1), %(user_id)s::uuid),
           n.name, n.address, n.latitude, n.longitude, n.timezone, n.external_id, n.total_floors, n.country_code,
           %(user_id)s::uuid, %(user_id)s::uuid
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (
        id uuid, name text, address jsonb, latitude numeric, longitude numeric, timezone text, external_id text,
        total_floors integer, country_code text)
    RETURNING id, name, address, latitude, longitude, timezone, category, external_id, total_floors, amenities,
              owner_id, owner_organization_id
)
SELECT a.id AS object_id, NULL::jsonb AS before, to_jsonb(a) - 'id' AS after FROM added a
"""

_UPDATE_BUILDINGS = """
UPDATE buildings b
SET name = n.name, address = n.address, latitude = n.latitude, longitude = n.longitude, timezone = n.timezone,
    total_floors = n.total_floors, country_code = n.country_code, updated_at = clock_timestamp(),
    updated_by = %(user_id)s::uuid
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (id uuid, name text, address jsonb, latitude numeric, longitude numeric,
                                        timezone text, total_floors integer, country_code text)
WHERE b.id = n.id
"""

_INSERT_FLOORS = """
INSERT INTO floors (id, building_id, owner_organization_id, floor_number, created_by, updated_by)
SELECT f.id, f.building_id, %(organization_id)s::uuid, f.number, %(user_id)s::uuid, %(user_id)s::uuid
FROM unnest(%(ids)s::uuid[], %(building_ids)s::uuid[], %(numbers)s::integer[]) AS f (id, building_id, number)
"""

_DELETE_FLOORS = """
UPDATE floors f
SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = %(user_id)s::uuid
FROM unnest(%(ids)s::uuid[], %(floors)s::integer[]) AS n (building_id, total_floors)
WHERE f.building_id = n.building_id AND f.floor_number > n.total_floors AND f.deleted_at IS NULL
"""

_SELECT_FLOORS = """
SELECT f.id, f.building_id, f.floor_number
FROM unnest(%(building_ids)s::uuid[], %(numbers)s::integer[]) AS n (building_id, number)
JOIN floors f ON f.building_id = n.building_id AND f.floor_number = n.number AND f.deleted_at IS NULL
"""

_INSERT_SPACES = """
WITH n AS MATERIALIZED (
    SELECT n.* FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (
        id uuid, audit_id uuid, floor_id uuid, building_id uuid, name text, gross_sqft numeric, usable_sqft numeric,
        usage_type text, is_leasable boolean, base_price_monthly numeric, currency text, amenities jsonb,
        external_id text)
), added AS (
    INSERT INTO spaces (id, floor_id, building_id, owner_organization_id, name, gross_sqft, usable_sqft, usage_type,
                        is_leasable, base_price_monthly, currency, amenities, external_id, created_by, updated_by)
    SELECT n.id, n.floor_id, n.building_id, %(organization_id)s::uuid, n.name, n.gross_sqft, n.usable_sqft,
           n.usage_type, coalesce(n.is_leasable, true), n.base_price_monthly, n.currency,
           coalesce(n.amenities, '[]'), n.external_id, %(user_id)s::uuid, %(user_id)s::uuid
    FROM n
    RETURNING id, name, floor_id, building_id, owner_organization_id, gross_sqft, usable_sqft, usage_type, is_leasable,
              base_price_monthly, currency, availability_status, amenities, images, external_id
)
INSERT INTO audit_logs (id, user_id, organization_id, action, operation, resource_type, resource_id, after,
                        response_status, correlation_id)
SELECT n.audit_id, %(user_id)s::uuid, %(organization_id)s::uuid, 'space.created', %(operation)s::text, 'space', a.id,
       to_jsonb(a) - 'id', 200, %(correlation_id)s::text
FROM added a
JOIN n ON n.id = a.id
"""

_UPDATE_SPACES = """
UPDATE spaces s
SET name = n.name, gross_sqft = n.gross_sqft, usable_sqft = n.usable_sqft, usage_type = n.usage_type,
    is_leasable = n.is_leasable, base_price_monthly = n.base_price_monthly, currency = n.currency,
    amenities = n.amenities, updated_at = clock_timestamp(), updated_by = %(user_id)s::uuid
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (
    id uuid, name text, gross_sqft numeric, usable_sqft numeric, usage_type text, is_leasable boolean,
    base_price_monthly numeric, currency text, amenities jsonb)
WHERE s.id = n.id
"""

_INSERT_AUDITS = """
INSERT INTO audit_logs (id, user_id, organization_id, action, operation, resource_type, resource_id, before, after,
                        response_status, correlation_id)
SELECT n.id, %(user_id)s::uuid, %(organization_id)s::uuid, %(action)s::text, %(operation)s::text,
       split_part(%(action)s::text, '.', 1), n.object_id, n.before, n.after, 200, %(correlation_id)s::text
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (id uuid, object_id uuid, before jsonb, after jsonb)
"""


class Writer(NamedTuple):
    """For whom a batch is written, and in whose name."""

    tx: Tx
    organization_id: UUID
    user_id: UUID
    asked_at: datetime
    """When the import was asked for."""

    def values(self, **more: Any) -> Row:
        """What the statements say of both, and of the work at hand."""
        request = current()
        return {
            "organization_id": self.organization_id,
            "user_id": self.user_id,
            "operation": request.operation.name,
            "correlation_id": request.correlation_id,
            **more,
        }

    def audit(self, action: str, changed: Iterable[Row]) -> None:
        """Account for changes, each with an `object_id`, and what it was `before` and `after`."""
        if rows := [row | {"id": new_id()} for row in changed]:
            self.tx.run(_INSERT_AUDITS, self.values(action=action, rows=Jsonb(rows)))


def write(writer: Writer, units: list[Unit]) -> dict[int, list[Fault]]:
    """Make the inventory what the records say (their external ids are different ones); what is wrong, by row."""
    houses = {unit.house.external_id: unit.house for unit in units}
    spaces, buildings, gone, zones = writer.tx.batch(
        (_LOCK_SPACES, writer.values(external_ids=[unit.values["external_id"] for unit in units])),
        (_LOCK_BUILDINGS, writer.values(external_ids=list(houses))),
        (_SELECT_GONE, writer.values(external_ids=list(houses), asked_at=writer.asked_at)),
        (_SELECT_UNKNOWN_ZONES, {"zones": sorted({house.timezone for house in houses.values() if house.timezone})}),
    )
    refused = _deleted_houses(houses, buildings, {row["external_id"] for row in gone})
    refused |= _refused_houses(writer, houses, buildings, {row["name"] for row in zones})
    faults = {unit.row: [refused[unit.house.external_id]] for unit in units if unit.house.external_id in refused}
    taken = {key: house for key, house in houses.items() if key not in refused}
    places = _write_houses(writer, taken, {row["external_id"]: row for row in buildings})
    left = [unit for unit in units if unit.row not in faults]
    return faults | _write_spaces(writer, left, {row["external_id"]: row for row in spaces}, places)


def _deleted_houses(houses: dict[str, House], buildings: list[Row], gone: set[str]) -> dict[str, Fault]:
    """Buildings that somebody deleted while the import ran: a part of their spaces would bring them back."""
    message = "is of a building that was deleted during the import: import the row again to create the building again"
    left = houses.keys() & gone - {row["external_id"] for row in buildings}
    return {key: fault("building_external_id", "INVALID", message, key) for key in left}


def _refused_houses(
    writer: Writer, houses: dict[str, House], buildings: list[Row], unknown_zones: set[str]
) -> dict[str, Fault]:
    """Buildings in time zones that the database does not know, or that would lose floors with spaces."""
    found = {
        key: fault("timezone", "WRONG_FORMAT", "is not a known time zone", house.timezone)
        for key, house in houses.items()
        if house.timezone and house.timezone in unknown_zones
    }
    lower = [row for row in buildings if houses[row["external_id"]].total_floors < row["total_floors"]]
    if lower:
        values = {
            "ids": [row["id"] for row in lower],
            "floors": [houses[row["external_id"]].total_floors for row in lower],
        }
        used = {row["building_id"]: row["floor_number"] for row in writer.tx.all(_SELECT_FLOORS_WITH_SPACES, values)}
        for row in lower:
            if row["id"] in used:
                floors = str(houses[row["external_id"]].total_floors)
                message = f"must be at least {used[row['id']]}: that floor has spaces"
                found[row["external_id"]] = fault("total_floors", "IN_USE", message, floors)
    return found


Places = dict[str, tuple[UUID, dict[int, UUID]]]
"""By a building's external id: its own, and those of the floors that were added to it."""


def _write_houses(writer: Writer, houses: dict[str, House], known: dict[str, Row]) -> Places:
    added = {key: _new_building(house) for key, house in houses.items() if key not in known}
    changed = {}
    for key, house in houses.items():
        if key in known and (after := _changed_building(known[key], house)) != known[key]:
            changed[key] = after
    if added:
        rows = writer.tx.all(_INSERT_BUILDINGS, writer.values(rows=Jsonb(list(added.values()))))
        writer.audit("building.created", rows)
    if changed:
        writer.tx.run(_UPDATE_BUILDINGS, writer.values(rows=Jsonb(list(changed.values()))))
        writer.audit(
            "building.updated",
            [{"object_id": row["id"], "before": _account(known[key]), "after": row} for key, row in changed.items()],
        )
    floors = {key: range(1, row["total_floors"] + 1) for key, row in added.items()}
    floors |= {key: range(known[key]["total_floors"] + 1, row["total_floors"] + 1) for key, row in changed.items()}
    ids = {key: row["id"] for key, row in {**known, **added}.items() if key in houses}
    new_floors = _write_floors(writer, floors, ids)
    lower = [row for key, row in changed.items() if row["total_floors"] < known[key]["total_floors"]]
    if lower:
        values = {"ids": [row["id"] for row in lower], "floors": [row["total_floors"] for row in lower]}
        writer.tx.run(_DELETE_FLOORS, writer.values(**values))
    return {key: (building_id, new_floors.get(key, {})) for key, building_id in ids.items()}


def _account(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "id"}


def _write_floors(writer: Writer, floors: dict[str, range], ids: dict[str, UUID]) -> dict[str, dict[int, UUID]]:
    made = {key: {number: new_id() for number in numbers} for key, numbers in floors.items() if numbers}
    flat = [(floor_id, ids[key], number) for key, one in made.items() for number, floor_id in one.items()]
    if flat:
        columns = dict(zip(("ids", "building_ids", "numbers"), map(list, zip(*flat, strict=True)), strict=True))
        writer.tx.run(_INSERT_FLOORS, writer.values(**columns))
    return made


def _new_building(house: House) -> Row:
    latitude, longitude = house.place.get("latitude"), house.place.get("longitude")
    there = zone_at(latitude, longitude) if latitude is not None and longitude is not None else "UTC"
    return {
        "id": new_id(),
        "external_id": house.external_id,
        "name": house.name,
        "address": dict.fromkeys(ADDRESS) | house.address,
        "country_code": house.country_code,
        "latitude": latitude,
        "longitude": longitude,
        "timezone": house.timezone or there,
        "total_floors": house.total_floors,
    }


def _changed_building(before: Row, house: House) -> Row:
    return before | {
        "name": house.name,
        "address": before["address"] | house.address,
        "country_code": house.country_code,
        **house.place,
        "timezone": house.timezone or before["timezone"],
        "total_floors": house.total_floors,
    }


def _write_spaces(writer: Writer, units: list[Unit], known: dict[str, Row], places: Places) -> dict[int, list[Fault]]:
    floors = _floors_of(writer, units, places)
    faults: dict[int, list[Fault]] = {}
    added, changed = [], []
    for unit in units:
        before = known.get(unit.values["external_id"])
        floor_id = floors.get((unit.house.external_id, unit.floor_number))
        if before is not None:
            if moved := _moved(unit, before):
                faults[unit.row] = [moved]
            elif (after := before | unit.values) != before:
                changed.append((before, after))
        elif floor_id is None:
            message = "the building has no such floor: another row says how many it has"
            faults[unit.row] = [fault("floor_number", "TOO_LARGE", message, str(unit.floor_number))]
        else:
            building_id = places[unit.house.external_id][0]
            ids = {"id": new_id(), "audit_id": new_id(), "floor_id": floor_id, "building_id": building_id}
            added.append({**ids, **unit.values})
    if added:
        writer.tx.run(_INSERT_SPACES, writer.values(rows=Jsonb(added)))
    if changed:
        writer.tx.run(_UPDATE_SPACES, writer.values(rows=Jsonb([after for _, after in changed])))
        writer.audit(
            "space.updated",
            [{"object_id": old["id"], "before": _account(old), "after": _account(new)} for old, new in changed],
        )
    return faults


def _moved(unit: Unit, before: Row) -> Fault | None:
    """A space stays where it is."""
    if before["building_external_id"] != unit.house.external_id:
        there = before["building_external_id"] or "another building"
        message = f"must be {there}: a space cannot move to another building"
        return fault("building_external_id", "IN_USE", message, unit.house.external_id, there)
    if before["floor_number"] != unit.floor_number:
        message = f"must be {before['floor_number']}: a space cannot move to another floor"
        return fault("floor_number", "IN_USE", message, str(unit.floor_number), str(before["floor_number"]))
    return None


def _floors_of(writer: Writer, units: list[Unit], places: Places) -> dict[tuple[str, int], UUID]:
    found: dict[tuple[str, int], UUID] = {}
    asked: dict[tuple[UUID, int], tuple[str, int]] = {}
    for unit in units:
        key = (unit.house.external_id, unit.floor_number)
        building_id, new = places[unit.house.external_id]
        if unit.floor_number in new:
            found[key] = new[unit.floor_number]
        else:
            asked[building_id, unit.floor_number] = key
    if asked:
        values = {"building_ids": [one for one, _ in asked], "numbers": [number for _, number in asked]}
        for row in writer.tx.all(_SELECT_FLOORS, values):
            found[asked[row["building_id"], row["floor_number"]]] = row["id"]
    return found
