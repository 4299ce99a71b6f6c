"""When a search is valid, and how many searches a user may save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.kit.errors import Conflict, Detail, Invalid

if TYPE_CHECKING:
    from shared.search.models import SpaceSearch

    # A search that is not saved does without its model.
    from shared.search.saved_searches import Criteria


class TooManySearches(Conflict):
    message = "You already have 50 saved searches. Delete one first."


def check_search(query: SpaceSearch) -> None:
    """Raises Invalid if a radius or a sort by distance has no center."""
    if query.near is None and query.radius_km is not None:
        raise Invalid(Detail("radius_km", "requires near"))
    if query.near is None and query.sort == "distance":
        raise Invalid(Detail("sort", "distance requires near"))


def check_criteria(criteria: Criteria) -> None:
    """Raises Invalid if a search has no criteria, or a radius without a center."""
    if not criteria.model_dump(exclude_none=True):
        raise Invalid(Detail("criteria", "must contain at least one criterion"))
    if criteria.near is None and criteria.radius_km is not None:
        raise Invalid(Detail("criteria.radius_km", "requires near"))
