"""Which functions' processes start when more is asked for than the machine can load at once; how long one may load."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from local.cloud.lambdas.fleet import LOADING_AT_ONCE, LOADING_SECONDS, Lambdas
from local.cloud.lambdas.function import Function


@pytest.fixture(scope="session")
def environment() -> None:
    """In place of the platform of the tests beside: nothing."""


def function(name: str, root: Path) -> Function:
    return Function(name, f"arn:{name}", name, root, {}, timeout=10, memory=512, role="")


async def moment() -> None:
    await asyncio.sleep(0.05)


def test_a_crowd_at_one_function_does_not_keep_the_first_process_of_another_waiting(tmp_path: Path) -> None:
    async def story() -> None:
        lambdas, forks = Lambdas(tmp_path), list[dict[str, Any]]()
        lambdas._order = forks.append  # type: ignore[method-assign]
        lambdas.install({name: function(name, tmp_path) for name in ("crowded", "quiet")})
        waiting = [asyncio.create_task(lambdas.invoke("crowded", b"{}")) for _ in range(LOADING_AT_ONCE + 3)]
        await moment()
        waiting.append(asyncio.create_task(lambdas.invoke("quiet", b"{}")))
        await moment()
        assert [fork["handler"] for fork in forks] == ["crowded"] * LOADING_AT_ONCE

        lambdas.pools["crowded"].workers.copy().pop().asked_for_work(lambda headers, event: None)
        await moment()

        assert [fork["handler"] for fork in forks[LOADING_AT_ONCE:]] == ["quiet"]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await lambdas.stop()

    asyncio.run(story())


def test_a_function_that_loads_late_serves_whoever_comes_next(tmp_path: Path) -> None:
    async def story() -> None:
        lambdas, orders = Lambdas(tmp_path), list[dict[str, Any]]()
        lambdas._order = orders.append  # type: ignore[method-assign]
        lambdas.install({"slow": function("slow", tmp_path)})
        first = asyncio.create_task(lambdas.invoke("slow", b"{}"))
        await moment()
        # Longer than the function may work: loading has a time of its own.
        lambdas.pace.now += 30
        await moment()
        first.cancel()
        [worker] = lambdas.pools["slow"].workers
        given = list[bytes]()

        worker.asked_for_work(lambda headers, event: given.append(event))
        second = asyncio.create_task(lambdas.invoke("slow", b'"second"'))
        await moment()
        worker.finished(worker.request_id, b'"done"', failed=False)

        assert (await second).payload == b'"done"'
        assert given == [b'"second"']
        assert [order for order in orders if "kill" in order] == []
        assert len([order for order in orders if "fork" in order]) == 1
        await lambdas.stop()

    asyncio.run(story())


def test_a_function_that_never_loads_is_ended(tmp_path: Path) -> None:
    async def story() -> None:
        lambdas, orders = Lambdas(tmp_path), list[dict[str, Any]]()
        lambdas._order = orders.append  # type: ignore[method-assign]
        lambdas.install({"stuck": function("stuck", tmp_path)})
        waiting = asyncio.create_task(lambdas.invoke("stuck", b"{}"))
        await moment()

        lambdas.pace.now += LOADING_SECONDS
        result = await waiting

        assert result.failed
        assert b"Loading the function took too long" in result.payload
        await lambdas.stop()

    asyncio.run(story())
