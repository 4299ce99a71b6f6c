"""`python -m bench [row …]`: measure our goals against their peers, and write the results into docs/performance.md.

The rows are those of the table of goals there; without arguments, all rows. Each row is a module with
TITLE, COMPARED and `run(ground) -> Outcome`.
"""

import os
import platform
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from bench import (
    channels,
    cold,
    costs,
    exports,
    frames,
    imports,
    leases,
    preview,
    reports,
    searches,
    warm,
    webhooks,
    worker,
)
from bench.figures import Outcome, table
from bench.ground import Ground

ROWS: dict[int, ModuleType] = {
    1: cold,
    2: warm,
    3: worker,
    4: searches,
    6: imports,
    7: frames,
    9: leases,
    10: reports,
    11: preview,
    13: channels,
    14: webhooks,
    15: exports,
}
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"


def main(arguments: list[str]) -> int:
    asked = [int(argument) for argument in arguments] or list(ROWS)
    if unknown := sorted(set(asked) - set(ROWS)):
        print(f"There is no row {unknown[0]} here: the rows are {', '.join(map(str, ROWS))}.", file=sys.stderr)
        return 1
    figures: dict[str, float] = {}
    with Ground() as ground:
        for number in asked:
            row = ROWS[number]
            print(f"{number}. {row.TITLE} …", flush=True)
            load, started = os.getloadavg()[0], time.monotonic()
            outcome: Outcome = row.run(ground)
            told = _tell(number, row, outcome, load, time.monotonic() - started)
            print(told, flush=True)
            _write(f"row {number}", told)
            figures |= outcome.figures
    if {1, 2} <= set(asked):
        _write("costs", costs.tell(figures))
    return 0


def _tell(number: int, row: ModuleType, outcome: Outcome, load: float, seconds: float) -> str:
    goals = table(
        ("goal", "measured", ""), [(what, told, "met" if met else "missed") for what, told, met in outcome.goals]
    )
    when = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_machine()}, load {load:.1f} before and "
        f"{os.getloadavg()[0]:.1f} after, in {seconds:.0f} s: `python -m bench {number}`"
    )
    return f"Beside {row.COMPARED}. {when}\n\n{goals}\n\n{outcome.details}"


def _machine() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    cores = f"{os.cpu_count()} cores" + (f" of a virtual {found[1]}" if found else "")
    return f"{cores}, CPython {platform.python_version()}"


def _write(name: str, text: str) -> None:
    """Between the markers of that name."""
    begin, end = f"<!-- {name}: written by `make bench` -->", f"<!-- end of {name} -->"
    document = DOCUMENT.read_text()
    before, _, rest = document.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{DOCUMENT} has no place for {name}: put `{begin}` and `{end}` where it is to stand.")
    DOCUMENT.write_text(f"{before}{begin}\n{text}\n{end}{after}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
