"""Which functions' processes start when more is asked for than the machine can load at once."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from local.lambdas import LOADING_AT_ONCE, Function, Lambdas


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
