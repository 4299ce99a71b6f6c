"""What the processes of a platform take of the machine's memory, over time."""

import itertools
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS = 10.0


@dataclass(frozen=True)
class Sample:
    """In MB; PostgreSQL's cache, which is shared memory of a fixed size, is not in them."""

    at: float
    platform: float
    functions: float
    others: float
    processes: int
    stored: float
    """What people have made so far (documents), which the local cloud holds in the platform's own process."""

    @property
    def total(self) -> float:
        return self.platform + self.functions + self.others

    @property
    def own(self) -> float:
        """The platform's own process without what it stores."""
        return self.platform - self.stored

    @property
    def each(self) -> float:
        """One process of the others in the middle: how many there are goes up and down with the work."""
        return (self.functions + self.others) / (self.processes - 1)


class Memory(threading.Thread):
    """Samples a platform's processes until it is told to stop."""

    def __init__(self, pid: int, stored: Callable[[], float]) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.stored = stored
        self.samples: list[Sample] = []
        self._over = threading.Event()

    def run(self) -> None:
        begun = time.monotonic()
        while not self._over.wait(SECONDS):
            self.samples.append(sample(self.pid, time.monotonic() - begun, self.stored()))

    def stop(self) -> None:
        self._over.set()
        self.join()


def sample(pid: int, at: float, stored: float) -> Sample:
    """The platform's own process, those of its functions, and PostgreSQL, Redis and whatever else it has started."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended
    zygotes = {child for child, parent in parents.items() if parent == pid and b"zygote" in _command(child)}
    functions = sum(_own(child) for child, parent in parents.items() if parent in zygotes or child in zygotes)
    family = _descendants(pid, parents)
    everything = sum(_own(child) for child in family)
    platform = _own(pid)
    return Sample(at, platform, functions, everything - functions, len(family) + 1, stored)


def _descendants(pid: int, parents: dict[int, int]) -> set[int]:
    children = {child for child, parent in parents.items() if parent == pid}
    return children | {each for child in children for each in _descendants(child, parents)}


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _own(pid: int) -> float:
    """Memory that the process wrote itself; what it shares with others since a fork is divided among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it has ended
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) / 1024


def slope(points: Sequence[tuple[float, float]]) -> float:
    """By how much a value grows in a minute: the middle of the slopes between any two (seconds, value).

    Theil and Sen's estimator: one sample that was taken while a process ended changes nothing.
    """
    pairs = itertools.combinations(points, 2)
    return 60 * statistics.median((value - before) / (at - since) for (since, before), (at, value) in pairs)
