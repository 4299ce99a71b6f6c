"""moto's application, called inside this process: AWS's own services, in memory."""

import io
import json
import os
import time
from collections import deque
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from local.cloud.account import ACCOUNT, REGION

KEY = "LOCALPLATFORM"
"""The access key of the platform itself, which may do everything."""

RECEIPTS = 10_000
"""How many deleted messages moto remembers, in case one is deleted twice."""

JSON_VERSION = {"sqs": "1.0", "states": "1.0"}


class AwsRefused(Exception):
    """A service answered with an error."""


class Moto:
    """`request()` takes any AWS call; `call()` is one of a JSON service."""

    def __init__(self, port: int) -> None:
        # Where moto's state machines find Lambda: our own front.
        os.environ["MOTO_PORT"] = str(port)
        # Requests to this machine must not go through the network's proxy.
        os.environ["NO_PROXY"] = ",".join(filter(None, [os.environ.get("NO_PROXY"), "localhost", "127.0.0.1"]))
        # Imported here: it takes a second, during which the databases start.
        from moto.core.config import default_user_config
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        default_user_config["stepfunctions"] = {"execute_state_machine": True}
        _remember()
        _count_when_asked()
        _search_less()
        _lose_nothing()
        _forget()
        self._app = DomainDispatcherApplication(create_backend_app)
        self._host = f"127.0.0.1:{port}"

    def request(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body of the answer. `path` is decoded; header names are in lower case."""
        answer = self._ask(method, path, query, headers, body)
        # moto searches all executions for a task's token, and fails on one that is just starting.
        tries = 50 if headers.get("x-amz-target", "").startswith("AWSStepFunctions.SendTask") else 0
        while answer[0] == 500 and tries:
            time.sleep(0.01)
            tries -= 1
            answer = self._ask(method, path, query, headers, body)
        return answer

    def _ask(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            # WSGI's way of carrying UTF-8.
            "PATH_INFO": path.encode().decode("latin-1"),
            "RAW_URI": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": self._host.partition(":")[2],
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": headers.get("content-type", ""),
        }
        for name, value in headers.items():
            if name not in ("content-type", "content-length"):
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        answer: list[Any] = []

        def start(status: str, fields: list[tuple[str, str]], error: object = None) -> None:
            answer[:] = [int(status.split()[0]), fields]

        chunks: Iterable[bytes] = self._app(environ, start)
        content = b"".join(chunks)
        if close := getattr(chunks, "close", None):
            close()
        # moto's server lets pages of every origin read everything; what S3 allows stands in the bucket's configuration.
        told = [(name, value) for name, value in answer[1] if not name.lower().startswith("access-control-")]
        return answer[0], told, content

    def call(self, service: str, target: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """One operation of a JSON service, as `call("sqs", "AmazonSQS.SendMessage", …)`."""
        headers = self.signed(service) | {
            "x-amz-target": target,
            "content-type": f"application/x-amz-json-{JSON_VERSION.get(service, '1.1')}",
        }
        status, _, body = self.request("POST", "/", "", headers, json.dumps(parameters).encode())
        if status >= 300:
            raise AwsRefused(f"{target}: {status} {body[:500].decode(errors='replace')}")
        answer: dict[str, Any] = json.loads(body or b"{}")
        return answer

    def rest(self, service: str, method: str, path: str, body: bytes = b"", query: str = "", **headers: str) -> bytes:
        """One operation of a REST service, as `rest("s3", "PUT", "/bucket")`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        status, _, answer = self.request(method, path, query, self.signed(service) | given, body)
        if status >= 300:
            raise AwsRefused(f"{service} {method} {path}: {status} {answer[:500].decode(errors='replace')}")
        return answer

    def signed(self, service: str) -> dict[str, str]:
        """The headers by which moto knows which service is called, and that the platform itself calls."""
        scope = f"{KEY}/20260101/{REGION}/{service}/aws4_request"
        return {
            "host": self._host,
            "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00",
        }


def _remember() -> None:
    """Cache what moto recomputes for every request although it never changes: two thirds of its time.

    These are the folders of its package, the names of a service's operations, the spelling of a queue's attributes,
    the parser of each path in an event, and the client with which a state machine calls functions: making one takes
    longer than most functions. Where a later moto has no such names, starting says so.
    """
    # First of all: its state machines take the name with them when they are imported.
    from moto.stepfunctions.parser.asl.utils import boto_client

    client = cache(boto_client.boto_client_for)

    def boto_client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        return client(region, service)

    setattr(boto_client, "boto_client_for", boto_client_for)  # noqa: B010 (mypy: functions are not assigned)

    import jsonpath_ng.ext
    from moto import backends
    from moto.core import responses
    from moto.sqs import models

    folders = tuple(backends.list_of_moto_modules())
    for module, name, remembering in (
        (backends, "list_of_moto_modules", lambda: folders),
        (responses, "method_names_from_class", cache(responses.method_names_from_class)),
        (models, "camelcase_to_underscores", cache(models.camelcase_to_underscores)),
        (jsonpath_ng.ext, "parse", cache(jsonpath_ng.ext.parse)),
    ):
        setattr(module, name, remembering)


def _count_when_asked() -> None:
    """Let moto count a queue's messages only when somebody asks how many there are.

    It does so several times for each message sent or received, going through the whole queue: the longer the queue, the
    slower everything gets.
    """
    from moto.sqs.models import Queue, SQSBackend

    counts: dict[str, Any] = {}
    for attribute, name in (
        ("ApproximateNumberOfMessages", "approximate_number_of_messages"),
        ("ApproximateNumberOfMessagesDelayed", "approximate_number_of_messages_delayed"),
        ("ApproximateNumberOfMessagesNotVisible", "approximate_number_of_messages_not_visible"),
    ):
        counts[attribute] = vars(Queue)[name].fget
        setattr(Queue, name, None)
    others = SQSBackend.get_queue_attributes

    def get_queue_attributes(backend: Any, queue_name: str, names: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = others(backend, queue_name, names)
        queue = backend.get_queue(queue_name)
        return found | {each: count(queue) for each, count in counts.items() if {each, "All"} & set(names)}

    setattr(SQSBackend, "get_queue_attributes", get_queue_attributes)  # noqa: B010 (mypy: methods are not assigned)


def _search_less() -> None:
    """Let moto pass over a waiting message without a call. For each message that is sent, received or deleted it goes
    through the whole queue, and asks each message for the time, twice, or for a list of its receipts: a queue that has
    grown once would hardly be short again."""
    from moto.sqs.exceptions import ReceiptHandleIsInvalid
    from moto.sqs.models import DEDUPLICATION_TIME_IN_SECONDS, Queue

    def add_message(queue: Any, message: Any) -> None:
        with queue._messages_lock:
            once = message.deduplication_id if queue.fifo_queue else None
            if once:
                taken: dict[str, Any] = vars(queue).setdefault("taken", {})
                first = taken.get(once)
                if first and first in queue._messages:
                    if message.sent_timestamp - first.sent_timestamp < 1000 * DEDUPLICATION_TIME_IN_SECONDS:
                        return
                taken[once] = message
            queue._messages.append(message)
            queue._messages_lock.notify_all()

    def messages(queue: Any) -> list[Any]:
        now = time.time() * 1000
        return [each for each in queue._messages if each.visible_at < now >= each.delayed_until]

    def delete_message(queue: Any, receipt_handle: str) -> None:
        if receipt_handle in queue.deleted_messages:
            return
        for number, each in enumerate(queue._messages):
            if receipt_handle == each.receipt_handle or receipt_handle in each._old_receipt_handles:
                queue.pending_messages.discard(each)
                vars(queue).get("taken", {}).pop(each.deduplication_id, None)
                queue.deleted_messages.update(each.all_receipt_handles)
                del queue._messages[number]
                return
        raise ReceiptHandleIsInvalid()

    setattr(Queue, "add_message", add_message)  # noqa: B010 (as above)
    setattr(Queue, "messages", property(messages))  # noqa: B010 (as above)
    setattr(Queue, "delete_message", delete_message)  # noqa: B010 (as above)


def _lose_nothing() -> None:
    """Let moto change a queue's messages in one thread at a time: it rebuilds the list for each deleted message, and
    loses what another thread adds to the old list meanwhile."""
    from moto.sqs.models import Queue, SQSBackend

    delete, receive = Queue.delete_message, SQSBackend.receive_message

    def delete_message(queue: Any, receipt_handle: str) -> None:
        with queue._messages_lock:
            delete(queue, receipt_handle)
            if len(queue.deleted_messages) > RECEIPTS:
                queue.deleted_messages = {receipt_handle}

    def receive_message(backend: Any, queue_name: str, *values: Any, **named: Any) -> Any:
        with backend.get_queue(queue_name)._messages_lock:
            return receive(backend, queue_name, *values, **named)

    setattr(Queue, "delete_message", delete_message)  # noqa: B010 (as above)
    setattr(SQSBackend, "receive_message", receive_message)  # noqa: B010 (as above)


def _forget() -> None:
    """Free deleted objects. moto keeps every object that it ever created, each message and each copy of it, for a page
    about itself that nobody reads here, and every e-mail, which our mailbox already keeps: some megabytes a minute."""
    from moto.core.common_models import BaseModel
    from moto.ses.models import ses_backends

    last: deque[Any] = deque(maxlen=1)
    setattr(ses_backends[ACCOUNT][REGION], "sent_messages", last)  # noqa: B010 (as above)

    def __new__(cls: type[BaseModel], *values: Any, **named: Any) -> BaseModel:
        return object.__new__(cls)

    setattr(BaseModel, "__new__", __new__)  # noqa: B010 (as above)
