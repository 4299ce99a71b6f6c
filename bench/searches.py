"""Row 4: searches among 1,000, 10,000, 100,000 and 1,000,000 spaces, as the database answers them.

Each size is a market of its own (local/demo/market.py). What is timed is the batch of statements that GET /spaces
sends for a page, its total included, from the first byte sent to the last row read, as app_reader under row-level
security. Each search takes its turns in all four, so that one slow minute hits them all.
"""

import os
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from bench.figures import Outcome, Spread, spread, table
from bench.ground import Ground
from functions.search.search_spaces import search_spaces
from local.demo.market import fill
from shared.kit.db import Reading
from shared.kit.request import Request, begin
from shared.search import queries
from shared.search.models import SpaceSearch

TITLE = "Searches among up to a million spaces, in the database"
COMPARED = "the same searches among 10,000"
SIZES = tuple(int(size) for size in os.environ.get("SIZES", "1000 10000 100000 1000000").split())
BASE = 10_000
ROUNDS = 40
GROWTH, FIRST_PAGE = 2.0, 20.0

PLACE = {"near": "40.7128,-74.006", "radius_km": "2"}
SEARCHES: dict[str, dict[str, str]] = {
    "first page": {},
    "cheapest first": {"sort": "price_asc"},
    "radius": PLACE,
    "words, each with a slip": {"q": "ofice berln"},
    "set of amenities": {"amenities": "wifi,parking,gym"},
    "city, use and price": {"city": "Tokyo", "usage_type": "OFFICE", "max_price": "900000", "sort": "price_desc"},
    "nothing fits": {"q": "heliport", "amenities": "wifi"},
}
PAGE_1000 = "page 1000"


@dataclass(frozen=True)
class Market:
    size: int
    connection: psycopg.Connection[dict[str, Any]]
    seconds: float
    """How long it took to make it."""


def run(ground: Ground) -> Outcome:
    """Make the markets, search them in turns, drop them."""
    begin(Request(search_spaces.operation, correlation_id="bench"))
    markets = [_market(ground, size) for size in SIZES]
    pages = {market.size: _page_1000(ground, market.size) for market in markets}
    found: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    try:
        asked = {name: SpaceSearch.model_validate(values) for name, values in SEARCHES.items()}
        for number in range(ROUNDS + 2):
            for market in markets:
                for name, search in [*asked.items(), (PAGE_1000, pages[market.size])]:
                    taken = _time(market, search)
                    # Both the caches and the planner's knowledge are there from now on.
                    if number > 1:
                        found[name][market.size].append(taken)
    finally:
        for market in markets:
            market.connection.close()
            ground.postgres.drop_database(f"market_{market.size}")
    return _outcome(found, markets)


def _market(ground: Ground, size: int) -> Market:
    url = ground.postgres.create_migrated_database(f"market_{size}")
    began = time.monotonic()
    fill(url, size)
    seconds = time.monotonic() - began
    connection = psycopg.connect(url, user="app_reader", autocommit=True, prepare_threshold=None, row_factory=dict_row)
    return Market(size, connection, seconds)


def _time(market: Market, query: SpaceSearch) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    queries.select_spaces(Reading(market.connection, None), query)
    return (time.perf_counter() - began) * 1000


def _page_1000(ground: Ground, size: int) -> SpaceSearch:
    """After 999 pages of twenty, or at the end of what there is."""
    asked = SpaceSearch()
    with psycopg.connect(ground.postgres.url(f"market_{size}"), row_factory=dict_row) as connection:
        row = connection.execute(
            "SELECT created_at, id FROM spaces WHERE is_leasable AND deleted_at IS NULL"
            " ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET %s",
            (min(999 * asked.limit, size * 9 // 10 - 2 * asked.limit),),
        ).fetchone()
    assert row is not None
    _, meta = asked.page([row] * (asked.limit + 1), *queries.sort_columns(asked))
    return SpaceSearch(cursor=meta["cursor"])


def _outcome(found: dict[str, dict[int, list[float]]], markets: list[Market]) -> Outcome:
    told: dict[str, dict[int, Spread]] = {
        name: {size: spread(values) for size, values in by_size.items()} for name, by_size in found.items()
    }
    largest = max(SIZES)
    goals, rows = [], []
    for name, spreads in told.items():
        growth = spreads[largest].median / spreads[BASE].median
        goals.append((f"{name}: ≤ {GROWTH:.0f} × as long", f"{growth:.1f} ×", growth <= GROWTH))
        rows.append((name, *(spreads[size] for size in SIZES), f"{growth:.1f}"))
    first = told["first page"][largest]
    goals.append((f"first page: < {FIRST_PAGE:.0f} ms", f"{first} ms", first.median < FIRST_PAGE))
    head = ("ms, median and middle half", *(f"{size:,}" for size in SIZES), f"{largest:,} ÷ {BASE:,}")
    made = ", ".join(f"{market.size:,} in {market.seconds:.0f} s" for market in markets)
    return Outcome(goals, f"{table(head, rows)}\n\nThe markets were made by `local/demo/market.py`: {made}.")
