"""Saved searches, which notify their owners of new matches."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import Field

from shared.buildings.traits import Amenities, Availability, UsageType
from shared.kit.db import Reading, Row, Tx
from shared.kit.fields import Body, Day, Id, Label, Money, View, Words
from shared.kit.ids import new_id
from shared.kit.paging import Paged, PageMeta
from shared.kit.places import AskedPlace
from shared.kit.request import Caller
from shared.search.models import AskedWords
from shared.search.queries import criteria
from shared.spaces.models import Currency

MOST_SEARCHES = 50
"""The maximum per user."""

# One at a time for a person, or two would both be the last one.
_LOCK_SEARCHER = "SELECT pg_advisory_xact_lock(hashtextextended('saved searches ' || %(user_id)s::text, 0))"

_INSERT_SAVED_SEARCH = """
INSERT INTO saved_searches (id, user_id, name, criteria, wanted, anchor)
SELECT %(id)s, %(user_id)s, %(name)s, %(criteria)s, %(wanted)s, app.anchor_of(%(wanted)s)
WHERE (SELECT count(*) FROM saved_searches s WHERE s.user_id = %(user_id)s) < %(most)s
RETURNING id, name, criteria, created_at
"""

_DELETE_SAVED_SEARCH = """
DELETE FROM saved_searches s WHERE s.id = %(id)s AND s.user_id = %(user_id)s
RETURNING s.id, s.name, s.criteria, s.created_at
"""

_SELECT_SAVED_SEARCHES = """
SELECT s.id, s.name, s.criteria, s.created_at
FROM saved_searches s
WHERE s.user_id = %(user_id)s AND (%(after_id)s::uuid IS NULL OR s.id < %(after_id)s::uuid)
ORDER BY s.id DESC
LIMIT %(limit)s
"""


class Criteria(Body):
    """The filters of GET /spaces, as a body: `amenities` is a list, and numbers are numbers.

    At least one filter is required. `radius_km` requires `near`.
    """

    q: AskedWords | None = None
    """Words, as in GET /spaces."""
    near: AskedPlace | None = None
    radius_km: Annotated[Money, Field(gt=0, le=20_000)] | None = None
    city: Annotated[Words, Field(max_length=100)] | None = None
    """The city's whole name; case and accents do not matter."""
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
    """A space must have them all."""
    availability_status: Availability | None = None
    """As it is when the space is listed."""

    is_leasable: ClassVar[bool] = True


class NewSavedSearch(Body):
    """A search. The user is notified of each new space that matches it."""

    name: Label
    criteria: Criteria


class SavedSearch(View):
    """A saved search, with its criteria as they were given."""

    id: UUID
    name: str
    criteria: Criteria
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ()


class SavedSearchList(View):
    """A page of saved searches."""

    data: list[SavedSearch]
    meta: PageMeta


def insert_saved_search(tx: Tx, person: Caller, new: NewSavedSearch) -> Row | None:
    """The saved search, or None where the person keeps too many."""
    given = new.criteria.model_dump(exclude_none=True)
    if new.criteria.near:
        given["near"] = ",".join(f"{degrees:f}" for degrees in new.criteria.near)
    values = {
        "id": new_id(),
        "user_id": person.user_id,
        "name": new.name,
        "criteria": Jsonb(given),
        "wanted": Jsonb(criteria(new.criteria)),
        "most": MOST_SEARCHES,
    }
    [_, rows] = tx.batch((_LOCK_SEARCHER, values), (_INSERT_SAVED_SEARCH, values))
    return rows[0] if rows else None


def delete_saved_search(tx: Tx, person: Caller, saved_search_id: UUID) -> Row | None:
    """The search that the person kept."""
    return tx.one(_DELETE_SAVED_SEARCH, {"id": saved_search_id, "user_id": person.user_id})


def select_saved_searches(tx: Reading, person: Caller, query: Paged) -> list[Row]:
    """One row more than the page holds."""
    (after_id,) = query.key_before(UUID)
    values = {"user_id": person.user_id, "after_id": after_id, "limit": query.limit + 1}
    return tx.all(_SELECT_SAVED_SEARCHES, values)
