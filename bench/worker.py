"""Row 3: what a request costs inside the worker, beside a FastAPI application of the same behaviour.

Ours is the function's own process (awslambdaric, forked as the local platform forks it); for POST /bids also the
authorizer's process, called for every request, which API Gateway really does once in 45 seconds. Theirs is one
uvicorn worker (uvloop, httptools). Each side's CPU is all of its processes' threads, read from its clock; PostgreSQL
and the client are not counted, nor, on our side, API Gateway, which is not a process of ours.
"""

import asyncio
import http.client
import json
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import boto3
from cryptography.hazmat.primitives import serialization

from bench.figures import Outcome, spread, table
from bench.ground import Ground
from functions.auth.authorize import authorize
from functions.bids.place_bid import place_bid
from functions.search.search_spaces import search_spaces
from functions.spaces.get_space import get_space
from local.cloud.lambdas.fleet import Lambdas
from local.cloud.lambdas.function import Function
from local.cloud.problem import CHECKOUT
from local.cloud.processes import free_port, spawn, stop, wait_until_it_answers
from shared.kit.ids import new_id
from tests.call import http_event

TITLE = "CPU of a request inside the worker"
COMPARED = "a FastAPI + SQLAlchemy + psycopg application of the same behaviour"
BLOCKS, REQUESTS = 12, 40
MOST = 0.5
SPACES = 200

Ask = Callable[[], Awaitable[None]]


def run(ground: Ground) -> Outcome:
    """GET /spaces/{id}, GET /spaces?… (both from the database) and POST /bids under an Idempotency-Key."""
    return asyncio.run(_run(ground))


async def _run(ground: Ground) -> Outcome:
    owner, client = ground.world.owner(), ground.world.client()
    building = ground.world.building(owner)
    spaces = [ground.world.space(owner, building=building) for _ in range(SPACES)]
    asked = ground.successes.asked("search_spaces")["query"]
    # Each request differs, because a repeated one is answered from Valkey.
    queries = [asked | {"max_sqft": 2000 + number} for number in range(REQUESTS)]
    token = client.token()
    ground.settle()
    with _uvicorn(ground) as (theirs, pid):
        ours = Ours(ground.state / "logs")
        await ours.start()
        try:
            pairs = [
                (
                    "GET /spaces/{id}",
                    [ours.get(get_space, path={"space_id": each}) for each in spaces[:REQUESTS]],
                    [theirs.get(f"/spaces/{each}") for each in spaces[:REQUESTS]],
                ),
                (
                    "GET /spaces?…",
                    [ours.get(search_spaces, query=each) for each in queries],
                    [theirs.get(f"/spaces?{urlencode(each)}") for each in queries],
                ),
            ]
            found: dict[str, dict[str, list[float]]] = {}
            for name, mine, others in pairs:
                found[name] = await _compare(ground, ours, pid, lambda mine=mine, others=others: (mine, others))  # type: ignore[misc]

            def bids() -> tuple[list[Ask], list[Ask]]:
                fresh = [ground.world.space(owner, building=building) for _ in range(2 * REQUESTS)]
                mine = [ours.bid(client, token, each) for each in fresh[:REQUESTS]]
                return mine, [theirs.bid(token, each) for each in fresh[REQUESTS:]]

            found["POST /bids"] = await _compare(ground, ours, pid, bids)
        finally:
            await ours.stop()
    return _outcome(found)


async def _compare(
    ground: Ground, ours: "Ours", pid: int, prepared: Callable[[], tuple[list[Ask], list[Ask]]]
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for number in range(BLOCKS + 1):
        mine, others = prepared()
        ground.forget_answers()
        before = ours.cpu()
        for ask in mine:
            await ask()
        cost = _since(before, ours.cpu())
        start = cpu_of(pid)
        for ask in others:
            await ask()
        their_cost = cpu_of(pid) - start
        if number == 0:
            continue  # both are warm from now on
        found["ours"].append(cost["handler"] / REQUESTS)
        found["authorizer"].append(cost["authorizer"] / REQUESTS)
        found["theirs"].append(their_cost / REQUESTS)
        found["ratio"].append((cost["handler"] + cost["authorizer"]) / their_cost)
        found["handler's ratio"].append(cost["handler"] / their_cost)
    return found


def _since(before: dict[str, float], now: dict[str, float]) -> dict[str, float]:
    return {name: now[name] - before.get(name, 0.0) for name in ("handler", "authorizer")}


def cpu_of(pid: int) -> float:
    """Milliseconds of CPU that the process has used, including in threads that have ended."""
    # Linux's clock of another process: clock_getcpuclockid(3).
    return time.clock_gettime(~pid << 3 | 2) * 1000


class Ours:
    """The functions as the local platform runs them: one process each, and what they have used."""

    def __init__(self, logs: Path) -> None:
        self.lambdas = Lambdas(logs)
        self.authorizers: set[int] = set()

    async def start(self) -> None:
        """The functions are ready."""
        await self.lambdas.start()
        operations = (get_space, search_spaces, place_bid, authorize)
        # Without watching sources, so that editing a file meanwhile does not restart the processes.
        self.lambdas.install({each.operation.name: _function(each) for each in operations})

    async def stop(self) -> None:
        """End their processes."""
        await self.lambdas.stop()

    def cpu(self) -> dict[str, float]:
        """What the handlers' processes and the authorizer's have used so far."""
        used = {"handler": 0.0, "authorizer": 0.0}
        for pid in self._workers():
            used["authorizer" if pid in self.authorizers else "handler"] += cpu_of(pid)
        return used

    def get(self, endpoint: Any, **asked: Any) -> Ask:
        """An anonymous GET."""
        return self._ask(endpoint, http_event(endpoint.operation, **{"as_": None, **asked}))

    def bid(self, client: Any, token: str, space: UUID) -> Ask:
        """A bid under a key of its own, behind the authorizer."""
        body = {"space_id": space, "bid_amount": 4000}
        event = http_event(place_bid.operation, as_=client, body=body, key=new_id().hex)
        question = {"headers": {}, "identitySource": [f"Bearer {token}"]}
        post = self._ask(place_bid, event)

        async def ask() -> None:
            known = self._workers()
            result = await self.lambdas.invoke("authorize", json.dumps(question).encode())
            assert json.loads(result.payload)["context"]["user_id"] == str(client.id), result.payload
            self.authorizers |= self._workers() - known
            await post()

        return ask

    def _ask(self, endpoint: Any, event: dict[str, Any]) -> Ask:
        async def ask() -> None:
            result = await self.lambdas.invoke(endpoint.operation.name, json.dumps(event).encode())
            assert json.loads(result.payload)["statusCode"] < 300, result.payload

        return ask

    def _workers(self) -> set[int]:
        assert self.lambdas._zygote is not None
        pid = self.lambdas._zygote.pid
        return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def _function(endpoint: Any) -> Function:
    operation = endpoint.operation
    return Function(
        name=operation.name,
        arn=f"arn:aws:lambda:us-east-1:123456789012:function:{operation.name}",
        handler=operation.handler,
        root=CHECKOUT,
        environment={**os.environ, "AWS_LAMBDA_FUNCTION_NAME": operation.name},
        timeout=10,
        memory=operation.memory,
        role="",
    )


class Theirs:
    """A client of their application, on one connection that stays open."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def get(self, path: str) -> Ask:
        """An anonymous GET."""
        return lambda: self._ask("GET", path, None, {})

    def bid(self, token: str, space: UUID) -> Ask:
        """A bid under a key of its own."""
        headers = {"authorization": f"Bearer {token}", "idempotency-key": new_id().hex}
        body = json.dumps({"space_id": str(space), "bid_amount": 4000})
        return lambda: self._ask("POST", "/bids", body, headers)

    async def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> None:
        headers = {"content-type": "application/json", **headers}
        self.connection.request(method, f"/api/v1{path}", body, headers)
        response = self.connection.getresponse()
        content = response.read()
        assert response.status < 300, content


@contextmanager
def _uvicorn(ground: Ground) -> Iterator[tuple[Theirs, int]]:
    key = boto3.client("kms").get_public_key(KeyId=os.environ["SIGNING_KEY_ID"])["PublicKey"]
    pem = serialization.load_der_public_key(key).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "bench.peers.fastapi_app:app", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--loop", "uvloop", "--http", "httptools", "--no-access-log"),
        # Its turn comes again when ours is over, however long that takes here.
        *("--timeout-keep-alive", "600"),
    ]
    log = ground.state / "uvicorn.log"
    with log.open("ab") as output:
        environment = os.environ | {"JWT_PUBLIC_KEY": pem.decode()}
        process = spawn(command, output, signal.SIGKILL, directory=CHECKOUT, environment=environment)
    try:
        assert wait_until_it_answers(process, port, 60), log.read_text()
        yield Theirs(port), process.pid
    except AssertionError as error:
        time.sleep(0.5)  # until it has told why
        error.add_note(log.read_text()[-3000:])
        raise
    finally:
        stop(process)


def _outcome(found: dict[str, dict[str, list[float]]]) -> Outcome:
    goals, rows = [], []
    for name, values in found.items():
        told = {what: spread(each) for what, each in values.items()}
        rows.append((name, told["ours"], told["authorizer"], told["theirs"], told["handler's ratio"], told["ratio"]))
        goals.append((f"{name}: ≤ {MOST} × theirs", f"{told['ratio']} ×", told["ratio"].median <= MOST))
    head = ("request", "handler ms", "authorizer ms", "FastAPI ms", "handler ÷ FastAPI", "both ÷ FastAPI")
    return Outcome(goals, table(head, rows))
