"""The shapes of contractors' profiles, and of the list in which owners find them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.kit.fields import LEFT_OUT, AskedMoney, Body, Day, Id, Label, Number, View, refuse
from shared.kit.paging import Paged, PageMeta
from shared.kit.places import AskedPlace

Insurance = Literal["VALID", "EXPIRED", "UNKNOWN"]


def _each_once(trades: list[str]) -> list[str]:
    if len({trade.casefold() for trade in trades}) != len(trades):
        raise refuse("must not name a trade twice")
    return trades


Trade = Annotated[Label, Field(max_length=100)]


class Place(Body):
    """A place on the earth."""

    latitude: Annotated[Number, Field(ge=-90, le=90)]
    longitude: Annotated[Number, Field(ge=-180, le=180)]


class ServiceArea(Body):
    """Where a contractor works."""

    city: Annotated[Label, Field(max_length=100)] | None = None
    """For people to read."""
    near: Place | None = None
    """Where they come from."""
    radius_km: Annotated[Number, Field(gt=0, le=20_000)] | None = None
    """How far from `near` they go, in kilometers."""


class InsuranceDetails(Body):
    """A contractor's liability insurance."""

    document_id: Id | None = None
    """An uploaded ORGANIZATION_DOCUMENT."""
    expires_on: Day
    """The last insured day."""


class ProfileChanges(Body):
    """Fields that are given are changed. Null clears a field."""

    trades: Annotated[list[Trade], Field(max_length=20), AfterValidator(_each_once)] = LEFT_OUT
    """What they do, such as `plumbing`."""
    service_area: ServiceArea | None = None
    """As a whole."""
    license_number: Annotated[Label, Field(max_length=100)] | None = None
    """As the authority gave it."""
    insurance: InsuranceDetails | None = None
    """As a whole."""


class ShownPlace(View):
    """A place on the earth."""

    latitude: Decimal
    longitude: Decimal


class ShownServiceArea(View):
    """Where a contractor works."""

    city: str | None
    near: ShownPlace | None
    """Where they come from."""
    radius_km: Decimal | None
    """How far from `near` they go, in kilometers."""


class ShownInsurance(View):
    """A contractor's liability insurance."""

    document_id: UUID | None
    """The uploaded document."""
    expires_on: date
    """The last insured day."""


class ContractorProfile(View):
    """What a contractor's organization, whose `id` it has, says of itself."""

    id: UUID
    trades: list[str]
    service_area: ShownServiceArea | None
    license_number: str | None
    insurance: ShownInsurance | None
    updated_at: datetime | None
    """Null until the first change."""

    accounted: ClassVar[tuple[str, ...]] = ("trades", "license_number")


class InsuranceEnding(View):
    """The insurance of the organization, whose `id` it has, ends soon."""

    id: UUID
    expires_on: date
    days_left: int

    accounted: ClassVar[tuple[str, ...]] = ("expires_on", "days_left")


class ContractorFilter(Paged):
    """Which contractors to list, by the name of their organization."""

    trade: Annotated[Label, Field(max_length=100)] | None = None
    """One of their trades, in their own words."""
    near: AskedPlace | None = None
    """Only contractors who go there."""
    radius_km: Annotated[AskedMoney, Field(gt=0, le=20_000)] | None = None
    """With `near`: those who come so near, too."""
    min_rating: Annotated[AskedMoney, Field(ge=1, le=5)] | None = None
    """The lowest average rating, inclusive."""


class Contractor(View):
    """A contractor to whom tickets can be assigned."""

    id: UUID
    """Their user ID: a `contractor_id`."""
    organization_id: UUID
    name: str
    organization: str
    """The name of their organization."""
    trades: list[str]
    service_area: ShownServiceArea | None
    license_number: str | None
    insured_until: date | None
    """The last insured day; null if it is not known."""
    insurance: Insurance
    rating: Decimal | None
    """The average of the stars that tenants gave, from 1 to 5; null if none did."""
    ratings: int
    """How many tenants' ratings that is."""


class ContractorList(View):
    """A page of contractors."""

    data: list[Contractor]
    meta: PageMeta
