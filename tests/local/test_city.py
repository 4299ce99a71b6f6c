"""The demo city: a city's worth of it, and made to the end."""

import psycopg
import pytest

from local.demo import city, plan, tower
from local.platform import Platform


def test_the_demo_city_has_a_citys_size() -> None:
    suites = {tower.name: list(plan.suites(tower)) for tower in plan.TOWERS}

    # The first tower was there when the platform opened (local/demo/tower.py).
    assert len(suites) + 1 == 12
    assert 250 <= sum(map(len, suites.values())) <= 500
    assert len(plan.OWNERS) >= 2
    assert len(plan.CLIENTS) >= 2
    for its in suites.values():
        names = [suite.name for suite in its]
        assert len(set(names)) == len(names)
        assert all(suite.sqft > 0 and suite.rent > 0 for suite in its)


def test_the_demo_city_is_the_same_every_time() -> None:
    assert [list(plan.suites(tower)) for tower in plan.TOWERS] == [list(plan.suites(tower)) for tower in plan.TOWERS]


@pytest.mark.slow
def test_the_demo_city_has_a_deal_in_every_state() -> None:
    with Platform(rate_limit_scale=100) as platform:
        tower.create(platform.url)

        [told] = city.fill(platform.url)

        assert told.startswith("the demo city is complete"), told
        with psycopg.connect(platform.database_url) as database:
            states = {
                table: {state for (state,) in database.execute(f"SELECT DISTINCT {column} FROM {table}")}  # noqa: S608
                for table, column in (
                    ("bids", "status"),
                    ("contracts", "status"),
                    ("payments", "status"),
                    ("spaces", "availability_status"),
                )
            }
    assert states["bids"] == {"PENDING", "APPROVED", "REJECTED", "COUNTER_OFFERED", "WITHDRAWN"}
    assert states["contracts"] == {"DRAFT", "PENDING_SIGNATURE", "SIGNED", "ACTIVE", "TERMINATED"}
    assert states["payments"] >= {"SCHEDULED", "PAID"}
    assert states["spaces"] == {"AVAILABLE", "OCCUPIED", "MAINTENANCE", "RESERVED"}
