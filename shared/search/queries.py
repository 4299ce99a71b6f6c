"""The SQL of the search for spaces."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from shared.buildings.access import reach
from shared.kit.db import Reading, Row

if TYPE_CHECKING:
    from shared.search.models import SpaceSearch
    from shared.search.saved_searches import Criteria

# app.search_spaces finds the ids; what is shown of them passes the policies of spaces like everything else.
_SELECT_FOUND = """
SELECT s.id, s.name, s.gross_sqft, s.usable_sqft, s.usage_type, s.is_leasable, s.base_price_monthly,
       s.currency, s.availability_status, s.amenities, s.images, s.created_at, s.updated_at,
       s.price_minor, s.gross_sqft_hundredths, s.building_id, found.rank, found.distance,
       round(app.along_the_ground(found.distance)::numeric / 1000, 3) AS distance_km,
       jsonb_build_object('id', f.id, 'floor_number', f.floor_number, 'building',
                          jsonb_build_object('id', b.id, 'name', b.name, 'address', b.address)) AS floor
FROM app.search_spaces(%(asked)s, %(sort)s, %(after)s, %(limit)s)
     WITH ORDINALITY AS found (id, rank, distance, number)
JOIN spaces s ON s.id = found.id
JOIN floors f ON f.id = s.floor_id
JOIN buildings b ON b.id = s.building_id
WHERE s.deleted_at IS NULL AND (s.is_leasable OR s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)
ORDER BY found.number
"""

_SELECT_TOTAL = "SELECT total, is_estimate FROM app.count_found(%(asked)s, %(counted)s)"

RADIUS_KM = Decimal(10)
"""How far around `near` is looked where nothing else is said."""

COUNTED = 1000
"""Up to here the total is counted; beyond, an estimate is told."""

_KEYS = {
    "newest": ("created_at", "id"),
    "rank": ("created_at", "id", "rank"),
    "distance": ("distance", "id", "building_id"),
    "price_asc": ("price_minor", "id"),
    "price_desc": ("price_minor", "id"),
    "sqft_asc": ("gross_sqft_hundredths", "id"),
    "sqft_desc": ("gross_sqft_hundredths", "id"),
}
"""What each order sorts by: the columns that a page's cursor holds."""


def sort_columns(query: SpaceSearch) -> tuple[str, ...]:
    """The columns that a page's cursor holds."""
    return _KEYS[_order(query)]


def select_spaces(tx: Reading, query: SpaceSearch) -> tuple[list[Row], int, bool]:
    """One row more than the page holds; how many spaces match; whether that is an estimate."""
    key, id, *rest = query.key_before(*(_text for _ in sort_columns(query)))
    after = {"key": key, "id": id} | dict(zip(sort_columns(query)[2:], rest, strict=True))
    values = {
        **reach(tx.caller),
        "asked": Jsonb(criteria(query)),
        "sort": _order(query),
        "after": Jsonb(after) if query.cursor else None,
        "limit": query.limit + 1,
        "counted": COUNTED,
    }
    rows, [count] = tx.batch((_SELECT_FOUND, values), (_SELECT_TOTAL, values))
    return rows, count["total"], count["is_estimate"]


def criteria(query: SpaceSearch | Criteria) -> Row:
    """What is searched for, as app.search_spaces reads it: money and areas in hundredths, metres, text."""
    found = {
        **{
            name: getattr(query, name) and str(getattr(query, name))
            for name in ("building_id", "floor_id", "available_from")
        },
        **{name: getattr(query, name) for name in ("q", "city", "usage_type", "currency", "availability_status")},
        **{name: _hundredths(getattr(query, name)) for name in ("min_sqft", "max_sqft", "min_price", "max_price")},
        "is_leasable": query.is_leasable,
        "amenities": query.amenities,
        "near": query.near and [str(degrees) for degrees in query.near],
        "radius": query.near and str(1000 * (query.radius_km or RADIUS_KM)),
    }
    return {name: value for name, value in found.items() if value is not None}


def _order(query: SpaceSearch) -> str:
    if query.sort != "relevance":
        return query.sort
    return "rank" if query.q else "distance" if query.near else "newest"


def _text(value: str) -> str | None:
    return None if value == "None" else value


def _hundredths(value: Any) -> int | None:
    return None if value is None else int(value * 100)
