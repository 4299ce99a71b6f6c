"""A record of a file of buildings: a space with its floor and its building."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from shared.buildings.models import Country, Latitude, Longitude, TotalFloors
from shared.buildings.traits import Amenities, UsageType
from shared.imports.cells import DEGREES, FLAG, NUMBER, PARTS, UPPER, WHOLE
from shared.imports.faults import Faulty, fault, parsed
from shared.imports.models import Fault
from shared.kit.countries import alpha2
from shared.kit.fields import Count, Flag, Label, Money
from shared.kit.zones import TimeZone
from shared.maths.currencies import WHOLE_CURRENCIES
from shared.spaces.models import Currency, Gross, Usable

PLACE = ("latitude", "longitude")
ADDRESS = ("street", "city", "state", "country", "postal_code")
_CACHED = 1000
"""Buildings whose cells need not be read again: their rows mostly follow each other."""


class _Row(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", defer_build=True, frozen=True)


class HouseRow(_Row):
    """What a record says of the building."""

    building_external_id: Label
    building_name: Label
    street: Label | None = None
    city: Label | None = None
    state: Label | None = None
    country: Country
    postal_code: Annotated[Label, Field(max_length=20)] | None = None
    latitude: Annotated[Latitude, DEGREES] | None = None
    longitude: Annotated[Longitude, DEGREES] | None = None
    timezone: TimeZone | None = None
    total_floors: Annotated[TotalFloors, WHOLE]


class SpaceRow(_Row):
    """What a record says of the space."""

    floor_number: Annotated[Count, Field(ge=1), WHOLE]
    space_external_id: Label
    space_name: Label
    gross_sqft: Annotated[Gross, NUMBER]
    usable_sqft: Annotated[Usable, NUMBER]
    usage_type: Annotated[UsageType, UPPER]
    is_leasable: Annotated[Flag, FLAG] = True
    base_price_monthly: Annotated[Money, NUMBER] | None = None
    currency: Annotated[Currency, UPPER]
    amenities: Annotated[Amenities, PARTS] = []


_HOUSE, _SPACE = tuple(HouseRow.model_fields), tuple(SpaceRow.model_fields)


class House(NamedTuple):
    """A building as it is to be. What the file has no column for is in neither `address` nor `place`."""

    external_id: str
    name: str
    address: dict[str, str | None]
    country_code: str | None
    place: dict[str, Decimal | None]
    """Latitude and longitude."""
    timezone: str | None
    """None leaves a known building where it is; a new one has that of its coordinates."""
    total_floors: int


class Unit(NamedTuple):
    """A space as it is to be, and where: the row of the file that says so."""

    row: int
    house: House
    floor_number: int
    values: dict[str, Any]


def unit_of(row: int, cells: Mapping[str, str]) -> Unit:
    """The space that a record describes. Raises Faulty with everything that is wrong with it."""
    given = {name: cell for name, cell in cells.items() if cell}
    house, faults = _house_of(tuple(cells.get(name) for name in _HOUSE))
    space = None
    try:
        space = parsed(SpaceRow, {name: given[name] for name in _SPACE if name in given})
    except Faulty as refused:
        faults = [*faults, *refused.faults]
    if space is not None:
        faults = [*faults, *_wrong(space, house, given)]
    if faults or space is None or house is None:
        raise Faulty(*faults)
    values = {
        "external_id": space.space_external_id,
        "name": space.space_name,
        "gross_sqft": space.gross_sqft,
        "usable_sqft": space.usable_sqft,
        "usage_type": space.usage_type,
        # Columns that the file lacks leave a known space as it is.
        **({"is_leasable": space.is_leasable} if "is_leasable" in cells else {}),
        **({"base_price_monthly": space.base_price_monthly} if "base_price_monthly" in cells else {}),
        "currency": space.currency,
        **({"amenities": space.amenities} if "amenities" in cells else {}),
    }
    return Unit(row, house, space.floor_number, values)


@lru_cache(_CACHED)
def _house_of(cells: tuple[str | None, ...]) -> tuple[House | None, list[Fault]]:
    """The building, or what is wrong with it; a column that the file lacks has None for a cell."""
    named = {name: cell for name, cell in zip(_HOUSE, cells, strict=True) if cell is not None}
    try:
        row = parsed(HouseRow, {name: cell for name, cell in named.items() if cell})
    except Faulty as refused:
        return None, refused.faults
    if (row.latitude is None) != (row.longitude is None):
        missing = "latitude" if row.latitude is None else "longitude"
        return None, [fault(missing, "REQUIRED", "is required with the other coordinate")]
    house = House(
        external_id=row.building_external_id,
        name=row.building_name,
        address={name: getattr(row, name) for name in ADDRESS if name in named},
        country_code=alpha2(row.country),
        place={name: getattr(row, name) for name in PLACE if name in named},
        timezone=row.timezone,
        total_floors=row.total_floors,
    )
    return house, []


def _wrong(space: SpaceRow, house: House | None, given: Mapping[str, str]) -> list[Fault]:
    """What each cell for itself does not show."""
    found = []
    if space.usable_sqft > space.gross_sqft:
        found.append(fault("usable_sqft", "TOO_LARGE", "must not be larger than gross_sqft", given["usable_sqft"]))
    price = space.base_price_monthly
    if price is not None and space.currency in WHOLE_CURRENCIES and price % 1:
        message = f"must be a whole number: {space.currency} has no decimals"
        found.append(fault("base_price_monthly", "WRONG_FORMAT", message, given["base_price_monthly"]))
    if house is not None and space.floor_number > house.total_floors:
        message = f"must be at most {house.total_floors}: the building has no more floors"
        found.append(fault("floor_number", "TOO_LARGE", message, given["floor_number"]))
    return found
