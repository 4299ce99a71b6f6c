"""Row 2: a warm invocation beside the same statements in a bare psycopg loop.

Both run in this process, in turns, on connections of the same kind. The statements are recorded from the handler's
own execution and sent again as it sent them (the same pipelines, the same waits, fresh ids for what is written).
Beyond them the handler does what the loop does not: it counts the rate limit (a round trip to Valkey), binds and
checks the input, renders JSON, and writes its log line; a write also nudges the relay's queue (an HTTP request).
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from bench.figures import Outcome, spread, table
from bench.ground import Ground
from bench.tape import Step, Tape, play
from functions.bids.place_bid import place_bid
from functions.search.search_spaces import search_spaces
from functions.spaces.get_space import get_space
from shared.kit.catalog import DATABASE_USERS
from shared.kit.endpoint import Endpoint
from shared.kit.ids import new_id
from tests.call import http_event

TITLE = "Warm invocation: CPU and wall"
COMPARED = "the same statements in a bare psycopg loop"
BLOCKS, REQUESTS = 20, 25
MOST = 1.5
SPACES = 200
"""Listed spaces, so that pages are full."""

Event = dict[str, Any]
Cost = tuple[float, float]
"""CPU and wall, milliseconds a request."""


def run(ground: Ground) -> Outcome:
    """GET /spaces/{id}, GET /spaces?… and POST /bids; the first two from the database and from Valkey."""
    owner = ground.world.owner()
    building = ground.world.building(owner)
    spaces = [ground.world.space(owner, building=building) for _ in range(SPACES)]
    searched = ground.successes.asked("search_spaces")
    ground.settle()
    reads: list[tuple[str, Endpoint[Any, Any], list[Event]]] = [
        ("GET /spaces/{id}", get_space, [_event(get_space, path={"space_id": each}) for each in spaces[:REQUESTS]]),
        ("GET /spaces?…", search_spaces, [_event(search_spaces, **searched)] * REQUESTS),
    ]
    rows: list[tuple[object, ...]] = []
    goals: list[tuple[str, str, bool]] = []
    figures: dict[str, float] = {}
    for name, endpoint, events in reads:
        uncached = Endpoint(endpoint.function, replace(endpoint.operation, cached=None))
        tape = _recorded(uncached, events[0])
        prepared = events, [tape.steps] * len(events)
        for label, ours in (("from the database", uncached), ("from Valkey", endpoint)):
            _compare(rows, goals, figures, f"{name}, {label}", ours, partial(tuple, prepared))
    _compare(rows, goals, figures, "POST /bids", place_bid, partial(_bids, ground, owner, building))
    head = ("request", "CPU ms", "loop", "× loop", "wall ms", "loop", "× loop")
    return Outcome(goals, table(head, rows), figures)


def _compare(
    rows: list[tuple[object, ...]],
    goals: list[tuple[str, str, bool]],
    figures: dict[str, float],
    name: str,
    endpoint: Endpoint[Any, Any],
    prepared: Callable[[], tuple[list[Event], list[list[Step]]]],
) -> None:
    found: dict[str, list[float]] = defaultdict(list)
    with _connection(endpoint) as connection:
        for number in range(BLOCKS + 2):
            events, tapes = prepared()
            ours = _cost([partial(_answer, endpoint, event) for event in events])
            bare = _cost([partial(play, connection, steps) for steps in tapes])
            if number < 2:
                continue  # both are warm from now on
            for kind, mine, theirs in zip(("CPU", "wall"), ours, bare, strict=True):
                found[kind].append(mine)
                found[f"bare {kind}"].append(theirs)
                found[f"× {kind}"].append(mine / theirs)
    told = {kind: spread(values) for kind, values in found.items()}
    rows.append((name, *(told[kind] for kind in ("CPU", "bare CPU", "× CPU", "wall", "bare wall", "× wall"))))
    figures[f"{name} wall"], figures[f"{name} CPU"] = told["wall"].median, told["CPU"].median
    if "from Valkey" not in name:
        worst = max(told["× CPU"].median, told["× wall"].median)
        both = f"CPU {told['× CPU']} ×, wall {told['× wall']} ×"
        goals.append((f"{name}: ≤ {MOST} × the loop", both, worst <= MOST))


def _event(endpoint: Endpoint[Any, Any], **asked: Any) -> Event:
    return http_event(endpoint.operation, **{"as_": None, **asked})


def _bids(ground: Ground, owner: Any, building: UUID) -> tuple[list[Event], list[list[Step]]]:
    """Bids on fresh spaces: one half by the handler, the other by the loop."""
    client = ground.successes.client
    sample, *spaces = [ground.world.space(owner, building=building) for _ in range(2 * REQUESTS + 1)]
    tape = _recorded(place_bid, _bid_on(sample, client))
    tapes = []
    for space in spaces[REQUESTS:]:
        fresh = {known: new_id() for known in tape.new_ids} | {sample: space}
        tapes.append(tape.again(lambda known, fresh=fresh: fresh.get(known, known)))  # type: ignore[misc]
    return [_bid_on(space, client) for space in spaces[:REQUESTS]], tapes


def _bid_on(space: UUID, client: Any) -> Event:
    return _event(place_bid, as_=client, body={"space_id": space, "bid_amount": 4000})


def _recorded(endpoint: Endpoint[Any, Any], event: Event) -> Tape:
    tape = Tape()
    with tape.recording():
        _answer(endpoint, event)
    return tape


def _answer(endpoint: Endpoint[Any, Any], event: Event) -> None:
    answer = endpoint(event, None)
    assert answer["statusCode"] < 300, answer


def _cost(calls: list[Callable[[], object]]) -> Cost:
    cpu, wall = time.thread_time(), time.perf_counter()
    for call in calls:
        call()
    cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
    return cpu / len(calls) * 1000, wall / len(calls) * 1000


def _connection(endpoint: Endpoint[Any, Any]) -> psycopg.Connection[Any]:
    assert endpoint.operation.database is not None
    return psycopg.connect(
        host=os.environ["DATABASE_HOST"],
        port=os.environ["DATABASE_PORT"],
        dbname=os.environ["DATABASE_NAME"],
        user=DATABASE_USERS[endpoint.operation.database],
        sslmode=os.environ["DATABASE_SSLMODE"],
        autocommit=True,
        prepare_threshold=None,
        row_factory=dict_row,
    )
