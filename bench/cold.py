"""Row 1: what a cold start costs, by operation, beside the lean floor and the usual stack.

Each measurement is a fresh process that imports the operation from what is deployed (bench/deployed.py) and answers one
request from the database, with nothing cached in Valkey. CPU counts from the first line on: the interpreter's own start
is the same for all.
"""

import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.deployed import Deployed
from bench.figures import Outcome, Spread, spread, table
from bench.ground import Ground
from functions.spaces.get_space import get_space
from shared.kit import catalog
from shared.kit.catalog import Operation
from tests.call import http_event

TITLE = "Cold start: CPU to import and answer once"
COMPARED = "the lean floor (Logger, Metrics, pydantic, psycopg, one query); the usual stack"
ROUNDS = 5
DEAR, AGAIN = 1.2, 12
"""Operations near a goal are measured that many times more, and all values count: the median of five may be a tenth
off."""
LEAN, USUAL = "bench.peers.lean.handler", "bench.peers.usual.handler"
READS, WRITES, FASTER = 1.25, 1.35, 3.0
USUAL_EACH = 5
"""The usual stack is measured again after so many operations; the lean floor between all."""

FIRST = Path(__file__).parent / "first.py"


def run(ground: Ground) -> Outcome:
    """Measure every HTTP operation but those of auth/ and those that render documents (row 9)."""
    deployed = Deployed(ground.state / "deployed")
    requested = catalog.requested(catalog.load())
    operations = [each for each in requested if each.word != "auth" and "documents" not in each.layers]
    peers = http_event(get_space.operation, **ground.successes.asked("get_space"))
    for handler, path in ((LEAN, deployed.lean), (USUAL, deployed.usual)):
        _measure(handler, peers, path)  # files and server are warm from now on
    ratios: dict[str, list[float]] = defaultdict(list)
    spent: dict[str, list[float]] = defaultdict(list)

    spent[LEAN].append(_measure(LEAN, peers, deployed.lean))

    def compare(name: str, cost: float) -> None:
        """Beside the floor just before and just after it: the machine's pace changes by half within a minute."""
        spent[name].append(cost)
        spent[LEAN].append(_measure(LEAN, peers, deployed.lean))
        ratios[name].append(cost / statistics.mean(spent[LEAN][-2:]))

    def measure(operation: Operation) -> None:
        event = http_event(operation, **ground.successes.asked(operation.name))
        ground.forget_answers()
        compare(operation.name, _measure(operation.handler, event, deployed.path_of(operation)))

    for _ in range(ROUNDS):
        for number, operation in enumerate(operations):
            measure(operation)
            if number % USUAL_EACH == 0:
                compare(USUAL, _measure(USUAL, peers, deployed.usual))
    dear = [each for each in operations if spread(ratios[each.name]).median > DEAR]
    for _ in range(AGAIN):
        for operation in dear:
            measure(operation)
    return _outcome(operations, {name: spread(values) for name, values in ratios.items()}, spent)


def _measure(handler: str, event: dict[str, Any], path: str) -> float:
    """Milliseconds of CPU, with modules from `path` alone."""
    # If a machine forbids writing bytecode, each process would recompile its packages, unlike on Lambda.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        # Neither this machine's own packages nor the folder of the script.
        [sys.executable, "-S", "-P", FIRST, handler],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        env=environment | {"PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stderr.splitlines()[-1])
    assert figures["status"] < 400, (handler, figures)
    assert figures["file"].startswith(path.partition(os.pathsep)[0]), (handler, figures)
    return float(figures["cpu"]) * 1000


def _outcome(operations: list[Operation], ratios: dict[str, Spread], spent: dict[str, list[float]]) -> Outcome:
    groups = {
        "reads": ([each for each in operations if not each.writes], READS),
        "writes": ([each for each in operations if each.writes], WRITES),
    }
    goals = []
    for name, (members, most) in groups.items():
        worst = max(members, key=lambda each: ratios[each.name].median)
        met = ratios[worst.name].median <= most
        typical = statistics.median(ratios[each.name].median for each in members)
        told = f"{typical:.2f} × in the middle, {ratios[worst.name]} × at most (`{worst.name}`)"
        goals.append((f"{name}, beside the lean floor: ≤ {most} ×", told, met))
    slowest = max(ratios[each.name].median for each in operations)
    faster = ratios[USUAL].median / slowest
    typical = ratios[USUAL].median / statistics.median(ratios[each.name].median for each in operations)
    told = f"{typical:.1f} × in the middle, {faster:.1f} × at least"
    goals.append((f"faster than the usual stack: ≥ {FASTER:.0f} ×", told, faster >= FASTER))
    rows = [
        ("*lean floor*", f"{statistics.median(spent[LEAN]):.0f}", "1", ""),
        ("*usual stack*", f"{statistics.median(spent[USUAL]):.0f}", ratios[USUAL], ""),
    ]
    for each in sorted(operations, key=lambda each: (each.writes, each.name)):
        rows.append(
            (
                f"`{each.name}`",
                f"{statistics.median(spent[each.name]):.0f}",
                ratios[each.name],
                f"{ratios[USUAL].median / ratios[each.name].median:.1f}",
            )
        )
    head = ("operation", "CPU ms", "× lean floor", "usual stack ÷ it")
    return Outcome(goals, table(head, rows), {"cold_ms": statistics.median(spent["get_space"])})
