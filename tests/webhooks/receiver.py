"""A receiver of webhooks on this machine, and a platform small enough to deliver to it: what the queues hold is handed
to the real functions."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from functions.webhooks.deliver_webhook import deliver_webhook
from functions.webhooks.publish_event import publish_event
from functions.webhooks.record_delivery import record_delivery
from functions.webhooks.retry_webhook import retry_webhook
from functions.webhooks.send_asked_delivery import send_asked_delivery
from shared.kit.resources import RESOURCES
from tests.call import invoke
from tests.serving import serve

WORKERS = (("webhooks", deliver_webhook), ("webhook_retries", retry_webhook), ("webhook_results", record_delivery))


class Heard(NamedTuple):
    """One request that a receiver got."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Answers each POST as `answer` says: a status, or what writes to the connection itself."""

    def __init__(self, answer: int | Callable[[BaseHTTPRequestHandler], None] = 200) -> None:
        self.heard: list[Heard] = []
        self.answer = answer
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.heard.append(Heard(self.path, headers, body, time.monotonic()))
                if callable(outer.answer):
                    outer.answer(self)
                    return
                self.send_response(outer.answer)
                self.end_headers()
                self.wfile.write(b"taken")

            def log_message(self, *told: Any) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        serve(self._server)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/hook?from=leasing"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def receiving(answer: int | Callable[[BaseHTTPRequestHandler], None] = 200) -> Iterator[Receiver]:
    receiver = Receiver(answer)
    try:
        yield receiver
    finally:
        receiver.close()


def drained(queue: str) -> list[dict[str, Any]]:
    """What the queue holds, also what waits in it; it is empty afterwards."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.sqs.models import sqs_backends

    url = os.environ[RESOURCES[queue].variable]
    region = os.environ["AWS_REGION"]
    found = sqs_backends[DEFAULT_ACCOUNT_ID][region].queues[url.rpartition("/")[2]]
    messages = [
        {"messageId": message.id, "body": message.body, "attributes": {"ApproximateReceiveCount": "1"}}
        for message in found._messages
    ]
    found._messages.clear()
    return messages


def run(worker: Any, messages: list[dict[str, Any]], batch: int = 10) -> None:
    """Hand messages to a worker as Lambda does."""
    for start in range(0, len(messages), batch):
        records = messages[start : start + batch]
        assert worker({"Records": records}, None) == {"batchItemFailures": []}


def deliver(rounds: int = 1) -> None:
    """What waits in the queues is sent and recorded; what that queues, too, in further rounds."""
    for _ in range(rounds):
        for queue, worker in WORKERS:
            run(worker, drained(queue))


def publish(world: Any, object_id: Any) -> None:
    """The bus delivers the object's events."""
    details = world.event_details(object_id)
    for consumer in (publish_event, send_asked_delivery):
        hears = [one for one in details if one["name"] in consumer.operation.hears]
        if hears:
            assert invoke(consumer, *hears) == []


def wait_for(condition: Callable[[], Any]) -> bool:
    """Until it holds, for a minute at the most."""
    for _ in range(600):
        if condition():
            return True
        threading.Event().wait(0.1)
    return False
