"""Row 11: the cost of trying out terms: a preview with its whole schedule and economics, warm.

Compared with the lean floor's warm request (Logger, Metrics, one pydantic model, one query), in turns in one process.
Our own GET /spaces/{id}, read from the database, shows how much of the difference every request of ours has.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench.figures import Outcome, spread, table
from bench.ground import Ground
from bench.peers import lean
from functions.bids.preview_bid import preview_bid
from functions.spaces.get_space import get_space
from shared.kit.endpoint import Endpoint
from tests.call import http_event

TITLE = "Preview of an offer: CPU and wall"
COMPARED = "the lean floor's warm request"
BLOCKS, REQUESTS = 20, 25
MOST = 1.5
LEAN, OURS = "*lean floor*", "GET /spaces/{id}"

OFFERED: dict[str, dict[str, Any]] = {
    "preview of a year": {"term_months": 12},
    "preview of five years": {"term_months": 60, "escalation": {"kind": "COMPOUND", "percent": 3}},
    "preview of ten years": {
        "term_months": 120,
        "escalation": {"kind": "COMPOUND", "percent": 3},
        "free_rent": {"months": [1, 2, 3]},
        "deposit_months": 2,
        "commission_percent": 6,
    },
}
"""From the middle of a month, so that years and months share their lines."""


def run(ground: Ground) -> Outcome:
    """Each in turns, so that one slow minute hits all."""
    space = ground.world.space(ground.world.owner())
    uncached = Endpoint(get_space.function, replace(get_space.operation, cached=None))
    read = http_event(get_space.operation, as_=None, path={"space_id": space})
    work: dict[str, Callable[[], Any]] = {LEAN: lambda: lean.handler(read, None), OURS: lambda: uncached(read, None)}
    for name, terms in OFFERED.items():
        body = {"space_id": space, "bid_amount": 5000, "start_date": "2027-01-15"} | terms
        event = http_event(preview_bid.operation, as_=ground.successes.client, body=body)
        work[name] = lambda event=event: preview_bid(event, None)  # type: ignore[misc]
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number in range(BLOCKS + 2):
        costs = {name: _cost(call) for name, call in work.items()}
        if number < 2:
            continue  # all are warm from now on
        for name, pair in costs.items():
            for kind, cost, floor in zip(("CPU", "wall"), pair, costs[LEAN], strict=True):
                found[name, kind].append(cost)
                found[name, f"× {kind}"].append(cost / floor)
    told = {key: spread(values) for key, values in found.items()}
    goals = [
        (f"{name}, {kind}: ≤ {MOST} ×", f"{told[name, f'× {kind}']} ×", told[name, f"× {kind}"].median <= MOST)
        for name in OFFERED
        for kind in ("wall", "CPU")
    ]
    rows = [(name, *(told[name, kind] for kind in ("CPU", "× CPU", "wall", "× wall"))) for name in work]
    return Outcome(goals, table(("request", "CPU ms", "× floor", "wall ms", "× floor"), rows))


def _cost(call: Callable[[], Any]) -> tuple[float, float]:
    """CPU and wall, milliseconds a request."""
    cpu, wall = time.thread_time(), time.perf_counter()
    for _ in range(REQUESTS):
        answer = call()
        assert answer["statusCode"] == 200, answer
    return (time.thread_time() - cpu) / REQUESTS * 1000, (time.perf_counter() - wall) / REQUESTS * 1000
