"""The shapes of buildings, in requests and responses: in full for the owner's side, limited for everyone else."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.buildings.traits import LARGEST_AREA, Amenities, Availability, UsageType
from shared.kit.fields import (
    LEFT_OUT,
    Area,
    AskedId,
    Body,
    Count,
    Id,
    Label,
    Like,
    Money,
    Number,
    View,
    WebAddress,
    refuse,
)
from shared.kit.paging import Paged, PageMeta
from shared.kit.zones import TimeZone


def _eighth_decimal(value: Decimal) -> Decimal:
    # A millimetre: what a browser's geolocation adds beyond it says nothing.
    return value.quantize(Decimal("0.00000001"), rounding=ROUND_HALF_UP)


TotalFloors = Annotated[Count, Field(ge=1, le=300)]
Category = Annotated[Label, Field(max_length=64)]
Latitude = Annotated[Number, Field(ge=-90, le=90), AfterValidator(_eighth_decimal)]
Longitude = Annotated[Number, Field(ge=-180, le=180), AfterValidator(_eighth_decimal)]


def _country(value: str) -> str:
    # Imported here: most requests name no country.
    from shared.kit.countries import alpha2

    if alpha2(value) is None:
        raise refuse(f"must be a country's name or its ISO 3166 code of two or three letters: {value} is none")
    return value


Country = Annotated[Label, AfterValidator(_country)]
"""A country by its name or code, as it was given."""


class Address(Body):
    """Where a building is. Not every country has states or postal codes."""

    street: Label
    city: Label
    state: Label | None = None
    country: Country
    postal_code: Annotated[Label, Field(max_length=20)] | None = None


class BuildingAddress(View):
    """Where a building is, as it was given. One that was imported may lack street and city."""

    street: str | None
    city: str | None
    state: str | None
    country: str
    postal_code: str | None


class NewBuilding(Body):
    """A new building. Its floors 1..`total_floors` are created with it."""

    name: Label
    address: Address
    total_floors: TotalFloors
    amenities: Amenities = []
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    timezone: TimeZone | None = None
    """IANA time zone, such as `America/New_York`. By default that of the coordinates, or UTC without any."""
    category: Category = "COMMERCIAL"
    external_id: Label | None = None


class BuildingChanges(Body):
    """Fields that are given are changed, the address as a whole. Null clears a field.

    The time zone stays when the coordinates change, because current leases depend on it.
    """

    name: Label = LEFT_OUT
    address: Address = LEFT_OUT
    total_floors: TotalFloors = LEFT_OUT
    amenities: Amenities | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    timezone: TimeZone = LEFT_OUT
    category: Category = LEFT_OUT
    external_id: Label | None = None


class FloorChanges(Body):
    """The floor's measurements and details. Fields that are given are changed. Null clears a field."""

    total_sqft: Annotated[Area, Field(le=LARGEST_AREA)] | None = None
    common_area_sqft: Annotated[Money, Field(le=LARGEST_AREA)] | None = None
    amenities: Amenities | None = None
    floor_plan_url: Annotated[WebAddress, Field(max_length=500)] | None = None
    floor_plan_id: Annotated[Id | None, Field(exclude=True)] = None
    """An uploaded FLOOR_PLAN, instead of `floor_plan_url`."""


class BuildingFilter(Paged):
    """Which of the caller's buildings to list, newest first."""

    owner_id: AskedId | None = None


class SpaceOnFloor(View):
    """A space, as listed on its floor."""

    id: UUID
    name: str
    gross_sqft: Decimal
    usable_sqft: Decimal
    usage_type: UsageType
    is_leasable: bool
    base_price_monthly: Decimal | None
    currency: str
    availability_status: Availability
    amenities: list[str]
    images: list[str]


class Floor(View):
    """A floor. Its areas are null until they are measured."""

    id: UUID
    floor_number: int
    total_sqft: Decimal | None
    common_area_sqft: Decimal
    net_leasable_sqft: Decimal | None
    amenities: list[str]
    floor_plan_url: str | None
    spaces: list[SpaceOnFloor]


class OwnFloor(Floor):
    """A floor as its owner sees it. Send `etag` as `If-Match` in a PUT."""

    building_id: UUID
    etag: str
    """Send it as `If-Match` in a PUT, which is refused if the floor has changed since."""
    created_at: datetime
    updated_at: datetime

    accounted: ClassVar[tuple[str, ...]] = (
        "building_id",
        "floor_number",
        "total_sqft",
        "common_area_sqft",
        "net_leasable_sqft",
        "amenities",
        "floor_plan_url",
    )


class FloorList(View):
    """A page of a building's floors, from the lowest up."""

    data: list[OwnFloor]
    meta: PageMeta


class ListedBuilding(View):
    """A building as everyone sees it: its listed spaces, without its owner.

    `occupancy_rate` is the leasable area under commenced contracts divided by the leasable area, or 0 if there is none.
    `total_spaces` counts the spaces shown, and `available_spaces` those that can be leased now.
    """

    audience: Literal["PUBLIC"] = "PUBLIC"
    """For whom the answer is: OWNER shows everything, PUBLIC what is listed."""
    id: UUID
    name: str
    address: Annotated[dict[str, Any], Like("shared.buildings.models.BuildingAddress")]
    latitude: Decimal | None
    longitude: Decimal | None
    timezone: str
    category: str
    total_floors: int
    amenities: list[str]
    floors: list[Floor]
    occupancy_rate: Decimal
    total_spaces: int
    """The spaces that this answer shows."""
    available_spaces: int
    created_at: datetime
    updated_at: datetime


class Contact(View):
    """The contact person for a building."""

    id: UUID
    name: str
    email: str
    phone: str | None


class Building(ListedBuilding):
    """A building as its owner sees it: all spaces, the owner, and the owner's own number for it."""

    audience: Literal["OWNER"] = "OWNER"  # type: ignore[assignment]
    owner_id: UUID
    owner_organization_id: UUID
    owner: Contact
    external_id: str | None

    accounted: ClassVar[tuple[str, ...]] = (
        "name",
        "address",
        "latitude",
        "longitude",
        "timezone",
        "category",
        "external_id",
        "total_floors",
        "amenities",
        "owner_id",
        "owner_organization_id",
    )


class BuildingSummary(View):
    """A building in its owner's list."""

    id: UUID
    name: str
    address: Annotated[dict[str, Any], Like("shared.buildings.models.BuildingAddress")]
    latitude: Decimal | None
    longitude: Decimal | None
    timezone: str
    category: str
    external_id: str | None
    total_floors: int
    amenities: list[str]
    owner_id: UUID
    owner_organization_id: UUID
    occupancy_rate: Decimal
    total_spaces: int
    """All spaces, also those that are not listed."""
    available_spaces: int
    created_at: datetime
    updated_at: datetime


class BuildingList(View):
    """A page of buildings."""

    data: list[BuildingSummary]
    meta: PageMeta
