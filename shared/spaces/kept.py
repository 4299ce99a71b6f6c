"""What people keep of their searches: favorite spaces, and searches that tell of what is new."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from shared.buildings.traits import Amenities
from shared.kit.fields import Body, Day, Id, Label, Money, View
from shared.kit.paging import PageMeta
from shared.spaces.models import AskedPlace, AskedWords, Availability, Currency, FoundSpace, UsageType


class Favorite(View):
    """That a person likes a space."""

    space_id: UUID
    user_id: UUID
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("space_id", "user_id")


class FavoriteSpace(FoundSpace):
    """A space that a person likes, and since when."""

    favorite_since: datetime


class FavoriteList(View):
    """A page of favorites."""

    data: list[FavoriteSpace]
    meta: PageMeta


class Criteria(Body):
    """What GET /spaces filters by, in a body: `amenities` is a list and numbers are numbers.

    At least one is given, and `radius_km` with `near`.
    """

    q: AskedWords | None = None
    near: AskedPlace | None = None
    radius_km: Annotated[Money, Field(gt=0, le=20_000)] | None = None
    city: Annotated[Label, Field(max_length=100)] | None = None
    usage_type: UsageType | None = None
    currency: Currency | None = None
    available_from: Day | None = None
    building_id: Id | None = None
    floor_id: Id | None = None
    min_sqft: Money | None = None
    max_sqft: Money | None = None
    min_price: Money | None = None
    max_price: Money | None = None
    amenities: Amenities | None = None
    availability_status: Availability | None = None

    is_leasable: ClassVar[bool] = True


class NewSavedSearch(Body):
    """A search whose owner is told of each new space that it finds."""

    name: Label
    criteria: Criteria


class SavedSearch(View):
    """A search that somebody keeps, with its criteria as they were given."""

    id: UUID
    name: str
    criteria: dict[str, Any]
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ()


class SavedSearchList(View):
    """A page of saved searches."""

    data: list[SavedSearch]
    meta: PageMeta
