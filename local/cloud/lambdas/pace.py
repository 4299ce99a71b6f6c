"""A clock that runs as it would on a machine with cores to spare.

A timeout says how long a function may work, not how busy this machine is with other things. So the platform counts
its timeouts on a clock of its own: a second during which four processes competed for each core counts as a quarter
of a second.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TICK = 0.25
LOAD = Path("/proc/loadavg")


class Pace:
    """`now` grows by at most a second each second; `wait` waits by it. Nothing is counted before `keep` runs."""

    def __init__(self, crowd: Callable[[], float] | None = None) -> None:
        self._crowd = crowd or crowding
        self.now = 0.0
        """Seconds counted so far."""

    async def keep(self) -> None:
        """Count, until cancelled."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(TICK)
            now = time.monotonic()
            self.count(now - last)
            last = now

    def count(self, seconds: float) -> None:
        """Count a tick that took `seconds`; a tick that is late because this process was starved counts once."""
        self.now += min(seconds, TICK) / max(self._crowd(), 1.0)

    async def wait(self, work: asyncio.Future[Any], seconds: float) -> bool:
        """Wait until `work` is done, for at most `seconds` of this clock; whether it is."""
        deadline = self.now + seconds
        while not work.done() and self.now < deadline:
            await asyncio.wait([work], timeout=min(max(deadline - self.now, TICK), 4 * TICK))
        return work.done()


def crowding() -> float:
    """How many processes compete for each core of this machine right now."""
    cores = os.cpu_count() or 1
    if sys.platform.startswith("linux"):
        # "0.20 0.18 0.12 running/all last-pid"; one of the running is this process, which asks.
        running = int(LOAD.read_text().split()[3].partition("/")[0]) - 1
        return running / cores
    return os.getloadavg()[0] / cores
