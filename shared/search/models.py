"""The shapes of searches and their results."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from shared.buildings.traits import Availability, UsageType
from shared.kit.fields import AskedDay, AskedFlag, AskedId, AskedMoney, View, Words, refuse
from shared.kit.paging import Paged, PageMeta
from shared.kit.places import AskedPlace
from shared.spaces.models import Currency, FoundSpace

Sort = Literal["relevance", "price_asc", "price_desc", "sqft_asc", "sqft_desc", "distance"]

MOST_WORDS = 20


def _labels(value: Any) -> list[str]:
    labels = [label.strip() for label in str(value).split(",")]
    if "\x00" in str(value) or not all(labels):
        raise refuse("must be names separated by commas", "WRONG_FORMAT")
    return labels


def _words(value: str) -> str:
    if len(value.split()) > MOST_WORDS:
        raise refuse(f"must have at most {MOST_WORDS} words", "TOO_LONG")
    return value


# A label in words that JSON Schema shares: no comma, no NUL, and something beside white space.
_LABEL = r"[^,\u0000]*[^,\s\u0000\u001c-\u001f\u0085][^,\u0000]*"


AskedLabels = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(max_length=20),
    BeforeValidator(_labels),
    WithJsonSchema({"type": "string", "pattern": f"^{_LABEL}(,{_LABEL}){{0,19}}$", "examples": ["wifi,parking"]}),
]
AskedWords = Annotated[Words, Field(max_length=200), AfterValidator(_words)]


class SpaceSearch(Paged):
    """Which spaces to find, and in which order; all filters together must match.

    `q`: every word must stand in the name, the building's name, the address or the amenities; a word of four letters
    or more may have one slip. `near` with `radius_km` (10 where it is left out). `available_from`: free on that day.
    `relevance` is rank where there is `q`, distance where there is `near`, otherwise the newest first.
    """

    q: AskedWords | None = None
    """Words that must all be found in the name, building, address or amenities. A word of four letters or more may
    have one slip."""
    near: AskedPlace | None = None
    radius_km: Annotated[AskedMoney, Field(gt=0, le=20_000)] | None = None
    city: Annotated[Words, Field(max_length=100)] | None = None
    """The city's whole name; case and accents do not matter."""
    usage_type: UsageType | None = None
    currency: Currency | None = None
    available_from: AskedDay | None = None
    building_id: AskedId | None = None
    floor_id: AskedId | None = None
    min_sqft: AskedMoney | None = None
    max_sqft: AskedMoney | None = None
    min_price: AskedMoney | None = None
    max_price: AskedMoney | None = None
    amenities: AskedLabels | None = None
    """Separated by commas; a space must have them all."""
    is_leasable: AskedFlag | None = None
    """`true` leaves out the spaces of the caller's organization that are not listed, `false` finds only those."""
    availability_status: Availability | None = None
    """As it is today."""
    sort: Sort = "relevance"
    """`relevance` is by match where there is `q`, by distance where there is `near`, otherwise the newest first.
    Prices are sorted within each currency."""


class SpaceInSearch(FoundSpace):
    """A space in the search results. `distance_km` from `near` is along the ground, and null without `near`."""

    distance_km: Decimal | None


class SearchMeta(PageMeta):
    """Where the next page starts, and how many spaces were found: exact up to 1,000, estimated above."""

    total: int
    """Matching spaces on all pages; an estimate above 1,000."""
    total_is_estimate: bool


class SpaceList(View):
    """A page of spaces."""

    data: list[SpaceInSearch]
    meta: SearchMeta
