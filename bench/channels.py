"""Row 13: a message's way from POST to frame, and what a channel costs that 500 sockets follow.

The channel: from the event in the consumer's hands (functions/spaces/tell_followers.py) through the queue to the last
PostToConnection of functions/realtime/push_frames.py, beside the same number of bare calls by as many threads. The
gateway is a process of its own that takes every frame; SQS only keeps the messages in between, and fetching them is not
measured: on Lambda its poller does.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3
from websockets.sync.client import connect

from bench.figures import Outcome, percentile, spread, table
from bench.frames import Asking, await_frame
from bench.ground import Ground
from functions.realtime.push_frames import _CONFIG, push_frames
from functions.spaces.tell_followers import tell_followers
from local.platform import Platform
from shared.kit import wire
from shared.kit.ids import new_id
from tests.world import World

TITLE = "Messages and channels: POST → frame, and 500 sockets on one channel"
COMPARED = "as many bare PostToConnection calls, as concurrent"
MESSAGES, WARM = 100, 10
PACE = 0.3
"""Seconds between two messages."""
SLOWEST = 60.0
SOCKETS, ROUNDS = 500, 12
THREADS = 8
"""As many groups as a channel's sockets are divided into."""
MOST = 3.0

_GATEWAY = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *_): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


def run(ground: Ground) -> Outcome:
    """Both parts, one after the other."""
    with _gateway() as endpoint:
        os.environ["SOCKET_ENDPOINT"] = endpoint
        costs = _compared(ground.world, endpoint)
    with Platform(rate_limit_scale=1000) as platform:
        world = World(platform.database_url)
        try:
            delays = _delays(platform, world)
        finally:
            world.close()
    found = {name: spread(values) for name, values in costs.items()}
    ratio, late = found["×"].median, percentile(delays, 0.95)
    rows = [(name, f"{found[name].median * 1000:.0f} ms") for name in ("bare", "ours")]
    return Outcome(
        goals=[
            (f"POST → frame p95 ≤ {SLOWEST:.0f} ms", f"p50 {percentile(delays, 0.5):.0f} ms, p95 {late:.0f} ms",
             late <= SLOWEST),
            (f"{SOCKETS} sockets ≤ {MOST:g} ×", f"{ratio:.2f} ×", ratio <= MOST),
        ],
        details=table((f"{SOCKETS} sockets, {THREADS} at once", "wall"), rows),
    )  # fmt: skip


@contextmanager
def _gateway() -> Iterator[str]:
    """The endpoint of an API Gateway that takes every frame."""
    process = subprocess.Popen([sys.executable, "-c", _GATEWAY], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/prod"
    finally:
        process.terminate()
        process.wait()


def _compared(world: World, endpoint: str) -> dict[str, list[float]]:
    """Seconds of each round, in turns, so that one slow minute hits both."""
    owner = world.owner()
    space = world.space(owner)
    sockets = [f"{new_id().hex[-12:]}=" for _ in range(SOCKETS)]
    for connection_id in sockets:
        world.sql(
            "INSERT INTO connections (connection_id, user_id, organization_id, session_id, role, authenticated_at,"
            " expires_at) VALUES (%(id)s, %(user)s, %(organization)s, %(session)s, 'OWNER', now(),"
            " now() + interval '2 hours')",
            id=connection_id, user=owner.id, organization=owner.organization_id, session=owner.session_id,
        )  # fmt: skip
    world.sql(
        "INSERT INTO channel_subscriptions (connection_id, channel)"
        " SELECT one, %(channel)s FROM unnest(%(ids)s::text[]) AS one",
        channel=f"space.{space}", ids=sockets,
    )  # fmt: skip
    client = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, config=_CONFIG)
    text = wire.render({"event": "space:updated", "channel": f"space.{space}", "data": {"space_id": space}}).encode()
    costs: dict[str, list[float]] = {"bare": [], "ours": [], "×": []}
    with ThreadPoolExecutor(THREADS) as pool:

        def post(connection_id: str) -> None:
            client.post_to_connection(ConnectionId=connection_id, Data=text)

        for number in range(ROUNDS + 2):
            bare = _seconds(lambda: list(pool.map(post, sockets)))
            full = _told(space)
            if number >= 2:
                for name, cost in (("bare", bare), ("ours", full), ("×", full / bare)):
                    costs[name].append(cost)
    return costs


def _told(space: Any) -> float:
    """The seconds of the consumer and of the function that pushes, for one event."""
    event = {
        "id": new_id(), "name": "space.updated", "object_id": space, "data": {}, "correlation_id": "bench",
        "actor": None, "occurred_at": datetime.now(UTC),
    }  # fmt: skip
    record = {"messageId": "m", "body": wire.render({"detail": event}), "attributes": {}}
    spent = _seconds(lambda: _done(tell_followers, [record]))
    records = _queued()
    for start in range(0, len(records), 10):
        spent += _seconds(lambda start=start: _done(push_frames, records[start : start + 10]))  # type: ignore[misc]
    return spent


def _done(function: Any, records: list[dict[str, Any]]) -> None:
    failed = function({"Records": records}, None)["batchItemFailures"]
    assert failed == [], failed


def _queued() -> list[dict[str, Any]]:
    sqs, url = boto3.client("sqs"), os.environ["PUSH_QUEUE_URL"]
    found: list[dict[str, Any]] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"]).get(
        "Messages"
    ):
        for message in messages:
            group = {"MessageGroupId": message["Attributes"]["MessageGroupId"]}
            found.append({"messageId": message["MessageId"], "body": message["Body"], "attributes": group})
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def _seconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _delays(platform: Platform, world: World) -> list[float]:
    """Milliseconds from sending a message by POST to its frame at the other's socket."""
    owner = world.owner()
    colleague = world.colleague(owner)
    asking, found = Asking(platform.url), []
    token = asking.token(owner.email)
    with connect(f"{platform.ws_url}?token={asking.token(colleague.email)}") as socket:
        for number in range(MESSAGES + WARM):
            time.sleep(PACE)
            begun = time.perf_counter()
            body = {"receiver_id": str(colleague.id), "content": "Hello"}
            message = asking.ask("POST", "/messages/send", body, token)["message_id"]
            await_frame(socket, "message:new", message_id=message)
            if number >= WARM:
                found.append((time.perf_counter() - begun) * 1000)
    return found
