"""Timeouts of the local platform: how long a function may work, whatever else the machine is busy with."""

import asyncio

import pytest

from local.cloud.lambdas.pace import TICK, Pace, crowding


@pytest.fixture(scope="session")
def environment() -> None:
    """In place of the platform of the tests beside: nothing."""


@pytest.mark.parametrize(("crowd", "counted"), [(0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (4.0, 0.25), (17.5, 1 / 17.5)])
def test_a_second_on_a_crowded_machine_counts_for_its_share(crowd: float, counted: float) -> None:
    pace = Pace(lambda: crowd)

    for _ in range(round(1 / TICK)):
        pace.count(TICK)

    assert pace.now == pytest.approx(counted)


def test_a_late_tick_counts_once() -> None:
    pace = Pace(lambda: 1.0)

    pace.count(600 * TICK)

    assert pace.now == TICK


def test_waiting_ends_when_the_time_has_been_counted_and_not_before() -> None:
    async def story() -> None:
        pace, never = Pace(lambda: 1.0), asyncio.get_running_loop().create_future()
        waiting = asyncio.ensure_future(pace.wait(never, 2 * TICK))

        await asyncio.sleep(4 * TICK)
        assert not waiting.done()
        pace.count(TICK)
        pace.count(TICK)

        assert await waiting is False

    asyncio.run(story())


def test_waiting_ends_as_soon_as_the_work_is_done() -> None:
    async def story() -> None:
        work = asyncio.get_running_loop().create_future()
        waiting = asyncio.ensure_future(Pace(lambda: 1.0).wait(work, 3600))
        await asyncio.sleep(0)
        work.set_result(None)

        assert await waiting is True

    asyncio.run(story())


def test_the_machine_says_how_crowded_it_is() -> None:
    assert crowding() >= 0
