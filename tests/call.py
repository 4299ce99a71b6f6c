"""Invokes the real Lambda callable with a real API Gateway event, and checks the answer's shape."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin
from urllib.parse import urlencode
from uuid import UUID

from pydantic import TypeAdapter

from shared.kit import wire
from shared.kit.endpoint import Endpoint
from shared.kit.reply import File, Reply
from tests import privacy, published
from tests.world import User, opened

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What the client sees."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str]

    @property
    def json(self) -> Any:
        return json.loads(self.body, parse_float=Decimal)

    @property
    def code(self) -> str:
        """The error code of a refusal."""
        return str(self.json["error"]["code"])

    @property
    def fields(self) -> list[str]:
        """The fields that a refusal names."""
        return [detail["field"] for detail in self.json["error"]["details"]]


def http_event(
    operation: Any,
    *,
    as_: User | None,
    body: Any = None,
    path: dict[str, Any] | None = None,
    query: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    cookies: list[str] | None = None,
    key: str | None = None,
    ip: str = "203.0.113.7",
) -> dict[str, Any]:
    """A payload 2.0 event as API Gateway sends it behind the authorizer."""
    path = {name: str(value) for name, value in (path or {}).items()}
    raw_path = operation.path.format(**path) if path else operation.path
    sent = {"user-agent": "pytest", "content-type": "application/json"} | (headers or {})
    if key is not None:
        sent["idempotency-key"] = key
    raw_query = urlencode({name: str(value) for name, value in (query or {}).items()})
    context: dict[str, Any] = {
        "http": {"method": operation.method, "path": raw_path, "sourceIp": ip, "userAgent": "pytest"},
        "routeKey": f"{operation.method} {operation.path}",
        "requestId": "test",
        "stage": "$default",
    }
    if as_ is not None and operation.needs_authorizer:
        context["authorizer"] = {"lambda": as_.authorizer_context()}
    is_file = isinstance(body, bytes)
    text = base64.b64encode(body).decode() if is_file else body
    text = text if isinstance(text, str) or text is None else wire.render(text)
    return {
        "version": "2.0",
        "routeKey": context["routeKey"],
        "rawPath": raw_path,
        "rawQueryString": raw_query,
        "headers": sent,
        "cookies": cookies or [],
        "queryStringParameters": {name: str(value) for name, value in query.items()} if query else None,
        "pathParameters": path or None,
        "requestContext": context,
        "body": text,
        "isBase64Encoded": is_file,
    }


def call(endpoint: Endpoint[Any, Any], **asked: Any) -> Answer:
    """The answer of `endpoint` to a request; `as_` is the caller (None: nobody)."""
    asked.setdefault("as_", None)
    caller: User | None = asked["as_"]
    if caller is not None and not endpoint.operation.needs_authorizer:
        asked["headers"] = {"authorization": f"Bearer {caller.token()}"} | (asked.get("headers") or {})
    response = endpoint(http_event(endpoint.operation, **asked), None)
    raw = response.get("body") or ""
    content = base64.b64decode(raw) if response.get("isBase64Encoded") else raw.encode()
    answer = Answer(response["statusCode"], response["headers"], content, response.get("cookies", []))
    is_json = "application/json" in answer.headers["content-type"] and "content-encoding" not in answer.headers
    if answer.status < 300 and is_json and answer.status != 204:
        _check_shape(endpoint, answer)
    if is_json and answer.body and endpoint.operation.path != "$default":
        published.check(endpoint.operation, answer.status, answer.body)
    if answer.status >= 400:
        privacy.hear(answer.body.decode())
    return answer


def _check_shape(endpoint: Endpoint[Any, Any], answer: Answer) -> None:
    promised = endpoint.function.__annotations__.get("return")
    if get_origin(promised) is Reply:
        [promised] = get_args(promised)
    kinds = get_args(promised) if get_origin(promised) in (Union, UnionType) else (promised,)
    # What else it may answer, where it is asked for another format than JSON.
    kinds = tuple(kind for kind in kinds if get_origin(kind) is not Annotated) or kinds
    if any(kind in (Reply, File, dict, Any) or get_origin(kind) is dict for kind in kinds):
        return
    TypeAdapter(reduce(or_, kinds)).validate_python(answer.json)


def pages(listing: Endpoint[Any, Any], *, query: Mapping[str, Any] | None = None, **asked: Any) -> Iterator[Any]:
    """A list's answers, page by page, to the last; each is asked for when it is needed."""
    at: dict[str, Any] = {}
    while True:
        reply = call(listing, query={**(query or {}), **at}, **asked)
        assert reply.status == 200, reply.json
        yield reply.json
        meta = reply.json["meta"]
        assert meta["has_more"] == (meta["cursor"] is not None)
        if not meta["has_more"]:
            return
        at = {"cursor": meta["cursor"]}


def ids_in(listing: Endpoint[Any, Any], **asked: Any) -> list[str]:
    """The ids of all that a list holds, page by page."""
    return [row["id"] for page in pages(listing, **asked) for row in page["data"]]


def invoke(consumer: Any, *events: dict[str, Any], receives: int = 1) -> list[str]:
    """Deliver bus events to a consumer in one batch; the ids of the records that failed."""
    records = [
        {
            "messageId": f"message-{number}",
            "body": wire.render({"detail": event}),
            "attributes": {"ApproximateReceiveCount": str(receives)},
        }
        for number, event in enumerate(events)
    ]
    failed = consumer({"Records": records}, None)["batchItemFailures"]
    return [failure["itemIdentifier"] for failure in failed]


class Crowd:
    """People who act at the same moment, again and again, each in a thread (so with connections) of its own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=100)
        self._opened: dict[int, Any] = {}

    def __call__(self, calls: list[Callable[[], T]]) -> list[T]:
        """The results of the calls, none of which begins before each has somebody to make it."""
        barrier = threading.Barrier(len(calls))

        def run(one: Callable[[], T]) -> T:
            barrier.wait()
            try:
                return one()
            finally:
                self._opened |= {id(each): each for each in opened()}

        return list(self._pool.map(run, calls))

    def close(self) -> None:
        self._pool.shutdown()
        # Here and not in the threads: which of the pool's threads have worked, nobody knows.
        for each in self._opened.values():
            each.close()


def together(calls: list[Callable[[], T]]) -> list[T]:
    """Run the calls at the same moment, each in a thread (so a connection) of its own; their results."""
    crowd = Crowd()
    try:
        return crowd(calls)
    finally:
        crowd.close()


def other_id() -> UUID:
    """A well-formed id that names nothing."""
    from shared.kit.ids import new_id

    return new_id()
