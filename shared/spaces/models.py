"""The shapes of spaces, in requests and responses."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.buildings.traits import LARGEST_AREA, Amenities, Availability, UsageType
from shared.kit.fields import (
    LEFT_OUT,
    Area,
    Body,
    Flag,
    FrameData,
    Id,
    Label,
    Like,
    Money,
    SecureAddress,
    Shown,
    Text,
    View,
    refuse,
)
from shared.maths.currencies import CURRENCIES

SettableAvailability = Literal["AVAILABLE", "MAINTENANCE"]


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise refuse("must be an ISO 4217 code with two decimals or none, such as USD", "NOT_A_CHOICE")
    return value


Currency = Annotated[Text, AfterValidator(_currency), Shown({"pattern": "^[A-Z]{3}$"})]
Image = Annotated[SecureAddress, Field(max_length=2000)]
Gross = Annotated[Area, Field(le=LARGEST_AREA)]
Usable = Annotated[Money, Field(le=LARGEST_AREA)]
Images = Annotated[list[Image], Field(max_length=50)]
ImageIds = Annotated[list[Id], Field(max_length=50)]


class NewSpace(Body):
    """A new space. RESERVED and OCCUPIED are set only by contracts."""

    floor_id: Id
    name: Label
    gross_sqft: Gross
    usable_sqft: Usable
    usage_type: UsageType
    is_leasable: Flag = True
    base_price_monthly: Money | None = None
    currency: Currency = "USD"
    availability_status: SettableAvailability = "AVAILABLE"
    """Whether it can be leased now."""
    amenities: Amenities = []
    images: Images = []
    image_ids: Annotated[ImageIds, Field(exclude=True)] = []
    """Uploaded SPACE_IMAGEs, in the order in which they are shown, instead of `images`."""
    external_id: Label | None = None


class SpaceChanges(Body):
    """Fields that are given are changed. Null clears a field. A space cannot move to another floor.

    `availability_status` may repeat the current value, or switch between AVAILABLE and MAINTENANCE.
    """

    name: Label = LEFT_OUT
    gross_sqft: Gross = LEFT_OUT
    usable_sqft: Usable = LEFT_OUT
    usage_type: UsageType = LEFT_OUT
    is_leasable: Flag = LEFT_OUT
    base_price_monthly: Money | None = None
    currency: Currency = LEFT_OUT
    availability_status: Availability = LEFT_OUT
    """Only AVAILABLE and MAINTENANCE can be set; the others may be repeated."""
    amenities: Amenities | None = None
    images: Images | None = None
    """All of them. Links to our own files stand for these files."""
    image_ids: Annotated[ImageIds | None, Field(exclude=True)] = None
    """All of them: uploaded SPACE_IMAGEs, in the order in which they are shown, instead of `images`."""
    external_id: Label | None = None


class FoundBuilding(View):
    """The building of a space that was found."""

    id: UUID
    name: str
    address: Annotated[dict[str, Any], Like("shared.buildings.models.BuildingAddress")]


class FoundFloor(View):
    """The floor of a space that was found."""

    id: UUID
    floor_number: int
    building: FoundBuilding


class FoundSpace(View):
    """A space in a list."""

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
    floor: FoundFloor
    created_at: datetime
    updated_at: datetime


class SpaceFloor(View):
    """The floor of a space."""

    id: UUID
    floor_number: int
    floor_plan_url: str | None


class SpaceBuilding(View):
    """The building of a space."""

    id: UUID
    name: str
    address: Annotated[dict[str, Any], Like("shared.buildings.models.BuildingAddress")]
    latitude: Decimal | None
    longitude: Decimal | None
    timezone: str


class Space(View):
    """What everybody may know of a listed space."""

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
    floor: SpaceFloor
    building: SpaceBuilding
    created_at: datetime
    updated_at: datetime


class OwnSpace(Space):
    """A space as its owner sees it."""

    floor_id: UUID
    building_id: UUID
    owner_id: UUID
    owner_organization_id: UUID
    external_id: str | None

    accounted: ClassVar[tuple[str, ...]] = (
        "name",
        "floor_id",
        "building_id",
        "owner_id",
        "owner_organization_id",
        "gross_sqft",
        "usable_sqft",
        "usage_type",
        "is_leasable",
        "base_price_monthly",
        "currency",
        "availability_status",
        "amenities",
        "images",
        "external_id",
    )


class ScoreFactors(View):
    """How similar two spaces are, each from 0 (not at all) to 1 (the same)."""

    area: Decimal
    price_per_sqft: Decimal
    floor: Decimal
    distance: Decimal
    amenities: Decimal
    """The part of their amenities that both have."""


class SimilarSpace(FoundSpace):
    """An available space that is similar to the one shown."""

    similarity: Decimal


class SpaceDetail(Space):
    """A listed space with the five available spaces most similar to it.

    `ai_recommendation_score` is how well the space suits the caller: its mean similarity to the five most similar of
    the spaces that the caller last marked or bid on (twenty of each). If there are none, or the caller is not signed
    in, it is compared with its `similar_spaces`. It is 0 if there are none of these either. `score_factors` are the
    means of its parts, weighted 0.30 area, 0.25 price per sqft, 0.20 distance, 0.15 amenities, 0.10 floor.
    """

    audience: Literal["PUBLIC"] = "PUBLIC"
    """For whom the answer is: OWNER shows everything, PUBLIC what is listed."""
    similar_spaces: list[SimilarSpace]
    ai_recommendation_score: Decimal
    score_factors: ScoreFactors


class OwnSpaceDetail(OwnSpace, SpaceDetail):
    """A space in full, as its owner sees it."""

    audience: Literal["OWNER"] = "OWNER"  # type: ignore[assignment]


class SpaceUpdated(FrameData):
    """A space has changed: what the public sees of it. Sent on the channel of the space."""

    frame_name: ClassVar[str] = "space:updated"
    channel_kind: ClassVar[str | None] = "space"
    space_id: UUID
    base_price_monthly: Decimal | None
    availability_status: Availability
