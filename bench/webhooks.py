"""Row 14: the cost of delivering events: the CPU of 10,000 deliveries, from a queued message to its queued result.

Compared with the same POSTs by a bare client of the standard library, in turns in one process and thread. The receiver
is a process of its own, and what answers for AWS runs in other threads: neither is counted.
"""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bench.figures import Outcome, spread, table
from bench.ground import Ground
from functions.webhooks.deliver_webhook import deliver_webhook
from shared.kit import wire
from shared.kit.ids import new_id
from shared.kit.request import Request, begin
from shared.kit.sealed import seal
from shared.webhooks import rules
from shared.webhooks.box import closed
from shared.webhooks.messages import send_reports
from shared.webhooks.payload import payload_of
from shared.webhooks.signing import headers_of, signed

TITLE = "Webhooks: CPU of a delivery"
COMPARED = "the same POSTs by a bare client"
BATCHES, BATCH = 1000, 10
MOST = 2.0

_RECEIVER = """
import socket
server = socket.create_server(("127.0.0.1", 0), backlog=128)
print(server.getsockname()[1], flush=True)
while True:
    connection, _ = server.accept()
    with connection:
        head = b""
        while b"\\r\\n\\r\\n" not in head:
            head += connection.recv(65536)
        begin, _, body = head.partition(b"\\r\\n\\r\\n")
        length = int(begin.lower().partition(b"content-length:")[2].split(b"\\r\\n")[0])
        while len(body) < length:
            body += connection.recv(65536)
        connection.sendall(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
"""


@contextmanager
def _receiver() -> Iterator[int]:
    """The port of a receiver that takes everything."""
    process = subprocess.Popen([sys.executable, "-c", _RECEIVER], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def run(ground: Ground) -> Outcome:
    """Batch by batch in turns, so that one slow minute hits both."""
    operation = deliver_webhook.operation
    # In this thread, whose time is measured; Lambda has ten of them for a batch, which wait more than they work.
    ours = type(deliver_webhook)(deliver_webhook.function, operation, False, send_reports)
    begin(Request(operation, "-"))
    secret = rules.new_secret()
    told: dict[str, Any] = {f"field_{number}": "what a bid says of itself" for number in range(40)}
    costs: dict[str, list[float]] = {"bare": [], "ours": [], "×": []}
    os.environ["ALLOW_LOCAL_TARGETS"] = "1"
    with _receiver() as port:
        sealed = seal(secret)
        for number in range(BATCHES + 5):
            payload = payload_of(new_id(), "bid.placed", datetime.now(UTC), told)
            records = [_record(payload, secret, sealed, port) for _ in range(BATCH)]
            bare = _cost(lambda payload=payload: _post(payload, secret, port))  # type: ignore[misc]
            full = _cost(lambda records=records: ours({"Records": records}, None))  # type: ignore[misc]
            if number >= 5:
                for name, cost in (("bare", bare), ("ours", full), ("×", full / bare)):
                    costs[name].append(cost)
    found = {name: spread(values) for name, values in costs.items()}
    rows = [(name, f"{found[name].median / BATCH * 1000:.2f} ms") for name in ("bare", "ours")]
    ratio = found["×"].median
    return Outcome(
        goals=[(f"CPU ≤ {MOST:g} ×", f"{ratio:.2f} ×", ratio <= MOST)],
        details=table(("one delivery", "CPU"), rows),
        figures={"webhook": found["ours"].median / BATCH},
    )


def _record(payload: str, secret: str, sealed: str, port: int) -> dict[str, Any]:
    told = {"event_id": new_id(), "url": f"http://127.0.0.1:{port}/hook", "payload": payload}
    body = {
        "delivery_id": new_id(),
        "claim": new_id(),
        "secrets": [sealed],
        "box": closed(wire.render(told), secret),
        "correlation_id": "bench",
    }
    return {"messageId": str(new_id()), "body": wire.render(body), "attributes": {}}


def _post(payload: str, secret: str, port: int) -> None:
    """A batch by a bare client, which signs, too: what is sent is the same."""
    for _ in range(BATCH):
        body = signed(payload, secret)
        headers = headers_of("1", body, [secret], datetime.now(UTC))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", "/hook", body.encode(), headers)
        connection.getresponse().read()
        connection.close()


def _cost(work: Any) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun
