"""The entry point over WebSocket: `$connect`, `$disconnect`, `$default` and our own events.

Frames are `{"event", "data", "request_id"?}` both ways. Operations with an HTTP twin are not
written twice: their endpoint also serves their event, with the same rules, limits and refusals.
"""

import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from shared.kit import metrics, wire
from shared.kit.binding import validate
from shared.kit.catalog import Database, Kind, Operation
from shared.kit.db import reading
from shared.kit.endpoint import Endpoint
from shared.kit.errors import Detail, Invalid, Refusal, Unauthenticated
from shared.kit.fields import Body, FrameData
from shared.kit.gate import admit, count_request, record_refusal
from shared.kit.ids import new_id
from shared.kit.log import logger
from shared.kit.origin import client_address, has_edge
from shared.kit.reply import Defect, defect_reply, refusal_body
from shared.kit.request import Caller, Request, begin
from shared.kit.sessions import caller_from
from shared.kit.unit import perform

Handler = Callable[..., FrameData | None]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SocketOperation(Operation):
    """An operation that a route of the WebSocket API starts."""

    kind: ClassVar[Kind] = "socket"

    route: str


class Message:
    """One frame of a client, or the opening or closing of its socket."""

    def __init__(self, event: dict[str, Any], operation: Operation) -> None:
        context = event["requestContext"]
        self.connection_id: str = context["connectionId"]
        self.query: dict[str, str] = event.get("queryStringParameters") or {}
        self.name = ""
        self.request_id: str | None = None
        self.data: dict[str, Any] = {}
        self.request = Request(
            operation=operation,
            correlation_id=new_id().hex,
            # A frame has no headers: behind CloudFront, only its socket tells whose it is.
            ip=None if has_edge() else context.get("identity", {}).get("sourceIp"),
            user_agent=(context.get("identity", {}).get("userAgent") or "")[:500],
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        )
        self._body = event.get("body")
        self._encoded = bool(event.get("isBase64Encoded"))

    def read(self) -> None:
        """Take the frame apart. Raises Invalid naming the field."""
        raw = self._body or ""
        frame = wire.parse(b64decode(raw) if self._encoded else raw)
        # An answer repeats these: it could not be sent.
        for part in (*frame, frame.get("request_id"), frame.get("event")):
            if isinstance(part, str) and not _is_unicode(part):
                raise Invalid(Detail("body", "must be valid Unicode", "WRONG_FORMAT"))
        request_id = frame.pop("request_id", None)
        if request_id is not None and not (isinstance(request_id, str) and 1 <= len(request_id) <= 64):
            raise Invalid(Detail("request_id", "must be a string of 1 to 64 characters"))
        self.request_id = request_id
        name, data = frame.pop("event", None), frame.pop("data", {})
        if not isinstance(name, str):
            raise Invalid(Detail("event", "is required and must be a string", "REQUIRED"))
        self.name = name
        if not isinstance(data, dict):
            raise Invalid(Detail("data", "must be an object", "WRONG_TYPE"))
        if frame:
            raise Invalid(*(Detail(field, "is not a known field", "UNKNOWN") for field in frame))
        self.data = data

    def frame(self, event: str, data: dict[str, Any] | FrameData) -> str:
        """An answer to this message, as text."""
        answer: dict[str, Any] = {"event": event, "data": data}
        if self.request_id is not None:
            answer["request_id"] = self.request_id
        return wire.render(answer)

    def refused(self, refusal: Refusal) -> str:
        """The `error` frame of a refusal."""
        return self.frame("error", refusal_body(refusal, self.request)["error"])


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class SocketHandler:
    """A declared WebSocket route: callable as its own Lambda handler."""

    def __init__(self, function: Handler, operation: SocketOperation) -> None:
        self.function = function
        self.operation = operation
        self.__name__ = operation.name
        self.__doc__ = function.__doc__
        kinds = function.__annotations__.values()
        self._takes = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Body)), None)

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        started = time.monotonic()
        message = Message(event, self.operation)
        begin(message.request)
        opening = self.operation.route.startswith(("$connect", "$disconnect"))
        try:
            if self.operation.route == "$connect":
                message.request.ip = client_address(message.request.headers, message.request.ip)
            if not opening:
                message.read()
            arguments = self._arguments(message)
            answer = perform(self.operation, lambda: self.function(message, *arguments))
            status, body = 200, message.frame(answer.frame_name, answer) if answer else None
        except Refusal as refusal:
            status, body = (refusal.status if opening else 200), message.refused(refusal)
        except Exception as error:  # noqa: BLE001 (the edge: a defect becomes an answer without detail)
            defect_reply(error, message.request, self.operation.route)
            status, body = (500 if opening else 200), message.refused(Defect())
        metrics.count_request(status, started)
        logger.info(
            f"{self.operation.name} {status}",
            correlation_id=message.request.correlation_id,
            endpoint=self.operation.route,
            metadata={"status": status, "duration_ms": round((time.monotonic() - started) * 1000, 1)},
            **metrics.measured(),
        )
        return {"statusCode": status} if body is None else {"statusCode": status, "body": body}

    def _arguments(self, message: Message) -> list[Body]:
        """The message's data as the model that the function takes, if any. Raises Invalid."""
        if self._takes is None:
            return []
        asked, problems = validate(self._takes, message.data)
        if problems:
            raise Invalid(*problems)
        return [asked]


def socket(
    route: str,
    *,
    database: Database | None = "auth",
    uses: tuple[str, ...] = (),
    layers: tuple[str, ...] = (),
    timeout: int = 10,
    raises: tuple[type[Refusal], ...] = (),
) -> Callable[[Handler], SocketHandler]:
    """Declare a WebSocket route: `$connect`, `$disconnect`, `$default`, or the event that it handles.

    The function takes the message, and one `Body` where its data has fields; it answers a `FrameData` or nothing.
    """

    def declare(function: Handler) -> SocketHandler:
        operation = SocketOperation(
            function=function,
            route=route,
            database=database,
            uses=uses,
            layers=("common", *layers),
            timeout=timeout,
            raises=raises,
        )
        return SocketHandler(function, operation)

    return declare


@dataclass(frozen=True)
class Socket:
    """The WebSocket twin of an endpoint: the event it handles, the event it answers with, and that event's fields.

    `fields` maps each field of the answer's `data` to a field of the REST answer.
    """

    event: str
    answers: str
    fields: dict[str, str]
    body: type[Body] | None = None
    """What the event takes, if that is less than the endpoint's body: a frame has 32 KB."""

    def serve(self, twin: Endpoint[Any, Any], event: dict[str, Any]) -> dict[str, Any]:
        """Serve the endpoint's event: same arguments, same story, its answer as a frame."""
        started = time.monotonic()
        operation = twin.operation
        message = Message(event, operation)
        begin(message.request)
        code = 200
        caller: Caller | None = None
        try:
            message.read()
            caller = _caller_on(message.connection_id)
            admit(operation, caller)
            count_request(operation, message.request, caller)
            body = _body(twin, message.data)
            _, problems = validate(self.body, body) if self.body else (None, [])
            if problems:
                raise Invalid(*problems)
            arguments, problems = twin.bind(caller, path=message.data, query={}, body=lambda: body)
            if problems:
                raise Invalid(*problems)
            reply = twin.perform(caller, arguments)
            answer = wire.load(reply.body.text)
            fields = {name: answer[source] for name, source in self.fields.items()}
            text = message.frame(self.answers, fields)
        except Refusal as refusal:
            code, text = refusal.status, message.refused(refusal)
            record_refusal(operation, caller, {name: message.data.get(name) for name in twin.path_names}, refusal)
        except Exception as error:  # noqa: BLE001 (the edge: a defect becomes an answer without detail)
            defect_reply(error, message.request, operation.path)
            code, text = 500, message.refused(Defect())
        metrics.count_request(code, started)
        logger.info(
            f"{operation.name} {code}",
            correlation_id=message.request.correlation_id,
            endpoint=f"/ws {message.name}",
            metadata={"status": code, "duration_ms": round((time.monotonic() - started) * 1000, 1)},
            **metrics.measured(),
        )
        return {"statusCode": 200, "body": text}


def _body(twin: Endpoint[Any, Any], data: dict[str, Any]) -> dict[str, Any]:
    """The data without what the HTTP twin takes from its path."""
    return {name: value for name, value in data.items() if name not in twin.path_names}


def _caller_on(connection_id: str) -> Caller:
    """Who authenticated this socket. Raises Unauthenticated."""
    with reading(None) as tx:
        row = tx.one("SELECT * FROM app.connection_caller(%(id)s)", {"id": connection_id})
    if row is None:
        raise Unauthenticated()
    return caller_from(row, row["session_id"])
