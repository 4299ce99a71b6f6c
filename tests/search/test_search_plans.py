"""How PostgreSQL answers a search among 100,000 spaces, as app_reader under row-level security: the plans of its own
statements and of those inside app.search_spaces, as auto_explain tells them."""

import re
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row

from functions.search.search_spaces import search_spaces
from local.demo.market import fill
from shared.kit.catalog import Role
from shared.kit.db import Reading
from shared.kit.request import Caller, Request, begin
from shared.search import queries
from shared.search.models import SpaceSearch

pytestmark = pytest.mark.slow

SPACES = 100_000
LOOKED_AT = 2000
"""What a walk looks at before indexes are asked: no statement passes over more rows that do not fit."""
TABLES = "listings|search_words|spaces|floors|buildings"
SEARCHES = {
    "first page": ({}, "newest"),
    "cheapest": ({"sort": "price_asc", "min_price": "2000"}, "cheapest"),
    "largest": ({"sort": "sqft_desc", "max_sqft": "5000"}, "sqft"),
    "around a place": ({"near": "40.7128,-74.006", "radius_km": "2"}, "place"),
    "cheapest around a place": ({"near": "40.7128,-74.006", "radius_km": "1", "sort": "price_asc"}, "place"),
    "words with slips": ({"q": "ofice berln"}, "tags"),
    "words that are rare": ({"q": "kavoren"}, "tags"),
    "words that exclude each other": ({"q": "tokyo berlin"}, "tags"),
    "a set of amenities": ({"amenities": "wifi,parking,gym"}, "tags"),
    "rare amenities": ({"amenities": "fireplace,river view,childcare"}, "tags"),
    "amenities that nobody has": ({"amenities": "heliport", "sort": "price_asc"}, "tags"),
    "a city": ({"city": "zurich", "usage_type": "STORAGE", "sort": "price_asc"}, "tags"),
    "a price that hardly any has": ({"min_price": "1000", "max_price": "1000.5"}, "price"),
    "what is free by a day": ({"available_from": "2026-12-01"}, "newest"),
}


@pytest.fixture(scope="module")
def market(postgres):
    url = postgres.create_migrated_database("market")
    fill(url, SPACES)
    yield url
    postgres.drop_database("market")


@pytest.fixture
def plans(market):
    """The plans of every statement that a search runs, by what is asked."""

    def explain(caller, **asked):
        told = []
        with psycopg.connect(market, autocommit=True, row_factory=dict_row) as connection:
            connection.execute("LOAD 'auto_explain'")
            for setting in ("log_nested_statements = on", "log_min_duration = 0", "log_level = notice",
                            "log_analyze = on", "log_timing = off"):  # fmt: skip
                connection.execute(f"SET auto_explain.{setting}")
            connection.execute("SET SESSION AUTHORIZATION app_reader")
            connection.add_notice_handler(lambda notice: told.append(notice.message_primary))
            begin(Request(search_spaces.operation, correlation_id="plans"))
            rows, total, _ = queries.select_spaces(Reading(connection, caller), SpaceSearch.model_validate(asked))
        assert len(rows) == min(total, 21)
        # What the planner is only asked about, for an estimate, is not done.
        return [plan for plan in told if "Query Text" in plan and "EXPLAIN" not in plan]

    return explain


@pytest.fixture
def owner(market):
    with psycopg.connect(market) as connection:
        user, organization = connection.execute(
            "SELECT owner_id, owner_organization_id FROM buildings LIMIT 1"
        ).fetchone()
    return Caller(user, organization, Role.OWNER, session_id=UUID(int=0))


@pytest.mark.parametrize("name", SEARCHES)
@pytest.mark.parametrize("who", ["anybody", "an owner"])
def test_every_search_uses_an_index(plans, owner, name, who):
    asked, index = SEARCHES[name]

    told = plans(owner if who == "an owner" else None, **asked)

    everything = "\n".join(told)
    assert re.findall(rf"Seq Scan on (?:{TABLES})\b", everything) == []
    assert re.search(rf"(listings|buildings)_{index}_idx", everything), everything
    passed = [int(rows) for rows in re.findall(r"Rows Removed by Filter: (\d+)", everything)]
    assert max(passed, default=0) <= LOOKED_AT
