"""When a building's data is complete, and how it may change."""

from decimal import Decimal

from shared.buildings.models import BuildingChanges, FloorChanges, NewBuilding
from shared.kit.db import Row
from shared.kit.errors import Conflict, Detail, Invalid


class ExternalIdTaken(Conflict):
    message = "Your organization already has a building with this external_id."
    constraint = "buildings_external_id_key"


class FloorsNotEmpty(Conflict):
    message = "Floors with spaces cannot be removed. Delete their spaces first."


def check_coordinates(latitude: Decimal | None, longitude: Decimal | None) -> None:
    """Raises Invalid where one of the two coordinates is missing."""
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        raise Invalid(Detail(missing, "is required with the other coordinate", "REQUIRED"))


def time_zone(new: NewBuilding) -> str:
    """The zone whose midnight decides the building's days: as given, else where it stands, else UTC."""
    if new.timezone is not None:
        return new.timezone
    if new.latitude is None or new.longitude is None:
        return "UTC"
    return zone_at(new.latitude, new.longitude)


def zone_at(latitude: Decimal, longitude: Decimal) -> str:
    """The time zone of a place; UTC where there is none."""
    from tzfpy import get_tz  # loading its map takes 80 ms: only requests that need it pay for it

    return get_tz(float(longitude), float(latitude)) or "UTC"


def changed_building(before: Row, changes: BuildingChanges) -> Row:
    """The building's row as it will be. Raises Invalid where only one coordinate would be left."""
    after = before | changes.model_dump(include=changes.model_fields_set)
    check_coordinates(after["latitude"], after["longitude"])
    return after | {"amenities": after["amenities"] or []}


def check_empty(floors: list[int]) -> None:
    """Raises FloorsNotEmpty naming the `floors` that a lower `total_floors` would take away with their spaces."""
    if floors:
        raise FloorsNotEmpty(*(Detail("total_floors", f"floor {number} has spaces", "IN_USE") for number in floors))


def check_areas(values: Row) -> None:
    """Raises Invalid if the common area exceeds the total area, as far as `values` has both."""
    total = values.get("total_sqft")
    if total is not None and (values.get("common_area_sqft") or 0) > total:
        raise Invalid(Detail("common_area_sqft", "must not be larger than total_sqft"))


def changed_floor(before: Row, changes: FloorChanges) -> Row:
    """The floor's row as it will be. Raises what `check_areas` raises."""
    after = before | changes.model_dump(include=changes.model_fields_set)
    after |= {"common_area_sqft": after["common_area_sqft"] or Decimal(0), "amenities": after["amenities"] or []}
    check_areas(after)
    return after
