"""Figures and their presentation: medians with their spread, tables, a row's result."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Spread:
    """A median, and the bounds of the middle half of the values."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}–{self.high:.2f})"


def spread(values: Iterable[float]) -> Spread:
    """The values' median and quartiles."""
    found = sorted(values)
    if len(found) < 2:
        return Spread(found[0], found[0], found[0])
    low, median, high = statistics.quantiles(found, n=4, method="inclusive")
    return Spread(median, low, high)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    found = sorted(values)
    return found[min(len(found) - 1, round(share * len(found)))]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; all columns but the first are figures."""
    lines = [list(map(str, head)), ["---", *("---:" for _ in head[1:])], *(list(map(str, row)) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


@dataclass(frozen=True)
class Outcome:
    """A row's result: the goal's own figure next to the goal, and everything else in a table."""

    goals: list[tuple[str, str, bool]]
    """What, the figure, whether the goal is met."""
    details: str
    figures: dict[str, float] = field(default_factory=dict)
    """What other tables are made of (bench/costs.py)."""
