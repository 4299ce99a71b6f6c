"""The market of `make data`. That the database takes it, and how it is searched: tests/search/test_search_plans.py."""

import random

from local.demo.market import _portions


def market(seed: int, spaces: int) -> list[dict[str, list[tuple[object, ...]]]]:
    return list(_portions(random.Random(seed), spaces))  # noqa: S311 (nobody's secret)


def test_the_same_seed_gives_the_same_market():
    assert market(1, 500) == market(1, 500)
    assert market(1, 500) != market(2, 500)


def test_the_market_has_the_given_number_of_spaces():
    for spaces in (1, 500, 13_000):
        portions = market(1, spaces)
        rows = {table: [row for portion in portions for row in portion[table]] for table in portions[0]}

        assert len({row[0] for row in rows["spaces"]}) == len(rows["spaces"]) == spaces
        floors = {(floor, building, organization) for floor, building, organization, _ in rows["floors"]}
        assert {row[1:4] for row in rows["spaces"]} <= floors
        assert all(row[6] <= row[5] for row in rows["spaces"]), "more is usable than there is"
