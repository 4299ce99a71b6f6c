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
    """A user's mark on a space that they like."""

    space_id: UUID
    user_id: UUID
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("space_id", "user_id")


class FavoriteSpace(FoundSpace):
    """A favorite space, and since when it has been one."""

    favorite_since: datetime


class FavoriteList(View):
    """A page of favorites."""

    data: list[FavoriteSpace]
    meta: PageMeta


class Criteria(Body):
    """The filters of GET /spaces, as a body: `amenities` is a list, and numbers are numbers.

    At least one filter is required. `radius_km` requires `near`.
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
    """A search. The user is notified of each new space that matches it."""

    name: Label
    criteria: Criteria


class SavedSearch(View):
    """A saved search, with its criteria as they were given."""

    id: UUID
    name: str
    criteria: dict[str, Any]
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ()


class SavedSearchList(View):
    """A page of saved searches."""

    data: list[SavedSearch]
    meta: PageMeta
