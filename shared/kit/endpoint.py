"""The way in over HTTP (and, for operations that have one, over their WebSocket event).

`@endpoint` states everything about an operation once; the decorated name is the Lambda handler. A
request is met in a fixed order: token 401, role 403, limit 429, JSON and types 400, then the
operation's own story (visibility 404, state 409, rules 422). Its transaction is committed together
with the audit row, the event and the answer under its Idempotency-Key.
"""

import hashlib
import re
import time
import traceback
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, ParamSpec
from uuid import UUID

from pydantic import BaseModel, ValidationError
from typing_extensions import TypeVar

from shared.kit import db, errors, limits, metrics, wire
from shared.kit.cache import place_of
from shared.kit.catalog import ANYONE, STAFF, Cached, Database, Operation, Raw, Role, Socket
from shared.kit.errors import Detail, Forbidden, Invalid, NotFound, Refusal, Unauthenticated
from shared.kit.fields import Body, Query
from shared.kit.ids import new_id
from shared.kit.log import logger
from shared.kit.origin import client_address
from shared.kit.paging import Paged
from shared.kit.request import Caller, Request, begin, current
from shared.kit.sessions import caller_of_session, check_verified
from shared.kit.unit import perform
from shared.kit.versions import etag

P = ParamSpec("P")
R = TypeVar("R")
B = TypeVar("B", default=Any, covariant=True)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CORRELATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "1; mode=block",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Reply(Generic[B]):
    """An answer that needs more than a body: another status, headers, cookies, the version for `If-Match`."""

    body: B
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    version: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is a document, to be saved under `name`, or shown where it has none."""

    content: bytes
    content_type: str
    name: str | None


class Endpoint(Generic[P, R]):
    """A declared operation: callable as its own Lambda handler."""

    def __init__(self, function: Callable[P, R], operation: Operation) -> None:
        self.function = function
        self.operation = operation
        self.__name__ = operation.name
        self.__doc__ = function.__doc__
        code = function.__code__
        self._arguments = {name: function.__annotations__[name] for name in code.co_varnames[: code.co_argcount]}
        self._knows_caller = "caller" in self._arguments
        self.path_names = frozenset(_PLACEHOLDER.findall(operation.path or ""))

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        started = time.monotonic()
        if self.operation.socket and "connectionId" in event["requestContext"]:
            from shared.kit.socket import serve_message

            return serve_message(self, self.operation.socket, event)
        request = _request(self.operation, event)
        begin(request)
        caller: Caller | None = None
        rate: dict[str, str] = {}
        try:
            request.ip = client_address(request.headers, request.ip)
            caller = self._identify(event)
            admit(self.operation, caller)
            rate = count_request(self.operation, request, caller)
            arguments = self._bind(caller, event)
            reply = self._cached(caller, event, arguments) if self.operation.cached else self.perform(caller, arguments)
            if caller and caller.role in STAFF and self.operation.method == "GET":
                db.record_read(caller, _object_of(event.get("pathParameters") or {}))
        except Refusal as refusal:
            reply = refusal_reply(refusal, request)
            record_refusal(self.operation, caller, event.get("pathParameters") or {}, refusal)
        except Exception as error:  # noqa: BLE001 (the edge: a defect becomes a 500 without detail)
            reply = defect_reply(error, request)
        log_request(request, caller, reply.status or self.operation.returns, started)
        return _response(self.operation, request, reply, rate)

    def perform(self, caller: Caller | None, arguments: dict[str, Any]) -> Reply:
        """Run the story and commit it together with its answer under the Idempotency-Key."""

        def story() -> Reply:
            answer: Any = self.function(**arguments)  # type: ignore[call-arg]
            reply = answer if isinstance(answer, Reply) else Reply(answer)
            body = reply.body if isinstance(reply.body, File) else _Json(wire.render(reply.body))
            headers = dict(reply.headers)
            if reply.version is not None and isinstance(body, _Json):
                headers["etag"] = etag(reply.version, body.text)
            return Reply(body, reply.status or self.operation.returns, headers, reply.cookies)

        def keep_answer(tx: db.Tx, reply: Reply) -> None:
            if caller and current().idempotency_key and isinstance(reply.body, _Json):
                db.keep_answer(tx, caller, reply.status or self.operation.returns, reply.body.text)

        try:
            return perform(self.operation, story, keep_answer)
        except db.Replay as earlier:
            return Reply(_Json(earlier.body), earlier.status, {"idempotent-replayed": "true"})

    def _cached(self, caller: Caller | None, event: dict[str, Any], arguments: dict[str, Any]) -> Reply:
        """The answer that an earlier request left, or else a new one, left for the next."""
        place = place_of(self.operation, caller, event["rawPath"], event.get("queryStringParameters") or {})
        if place and (found := place.read()):
            etag, text = found
            return Reply(_Json(text), headers={"etag": etag} if etag else {})
        reply = self.perform(caller, arguments)
        if place and isinstance(reply.body, _Json):
            place.write(reply.headers.get("etag", ""), reply.body.text)
        return reply

    def _identify(self, event: dict[str, Any]) -> Caller | None:
        if not self.operation.needs_authorizer:
            token = event["headers"].get("authorization")
            if token is None or not self._knows_caller:
                return None
            from shared.kit.tokens import caller_of, claims_of

            claims = claims_of(token)
            return perform(self.operation, lambda: caller_of(claims))
        return self._authorized(event["requestContext"].get("authorizer", {}).get("lambda") or {})

    def _authorized(self, context: Mapping[str, Any]) -> Caller:
        """The caller that the authorizer tells of. Raises Unauthenticated, Unavailable."""
        if code := context.get("refusal"):
            kinds = (errors.TokenExpired, errors.SessionEnded, errors.InvalidToken)
            raise next((kind for kind in kinds if kind.code == code), Unauthenticated)()
        if subject := context.get("subject"):
            # The token is good, but the database was silent when the authorizer asked for its session.
            session_id = UUID(context["session_id"])
            return perform(self.operation, lambda: caller_of_session(session_id, UUID(subject)))
        try:
            return Caller(
                user_id=UUID(context["user_id"]),
                organization_id=UUID(context["organization_id"]),
                role=Role(context["role"]),
                session_id=UUID(context["session_id"]),
                email_verified=context["email_verified"] == "true",
            )
        except KeyError:
            raise Unauthenticated() from None

    def _bind(self, caller: Caller | None, event: dict[str, Any]) -> dict[str, Any]:
        arguments, problems = self.bind(
            caller,
            path=event.get("pathParameters") or {},
            query=event.get("queryStringParameters") or {},
            body=_body_of_request,
        )
        key = current().idempotency_key
        if key is not None and not _KEY.fullmatch(key):
            problems.append(Detail("Idempotency-Key", "must be 1 to 255 visible ASCII characters"))
        if problems:
            raise Invalid(*problems)
        return arguments

    def bind(
        self,
        caller: Caller | None,
        path: Mapping[str, Any],
        query: Mapping[str, str],
        body: Callable[[], dict[str, Any]],
    ) -> tuple[dict[str, Any], list[Detail]]:
        """The function's arguments from a request's parts, and what is wrong with them."""
        arguments: dict[str, Any] = {}
        problems: list[Detail] = []
        takes_query = takes_body = False
        for name, kind in self._arguments.items():
            if name == "caller":
                arguments[name] = caller
            elif kind is Request:
                arguments[name] = current()
            elif kind is UUID:
                value = path.get(name)
                if not isinstance(value, str):
                    # A path always has it; a WebSocket message may not.
                    problems.append(Detail(name, "is required and must be a UUID"))
                elif not _UUID.fullmatch(value):
                    raise NotFound()
                else:
                    arguments[name] = UUID(value)
            elif kind is str:
                arguments[name] = path[name]
            else:
                takes_query = takes_query or issubclass(kind, Query)
                takes_body = takes_body or issubclass(kind, Body)
                arguments[name], wrong = validate(kind, query if issubclass(kind, Query) else body())
                problems += wrong
        # An address that nothing serves is told so, whatever it was asked; a provider may add parameters to its call.
        if not takes_query and self.operation.method and not self.operation.raw:
            problems += [Detail(name, "is not a known parameter") for name in query]
        reads_raw = Request in self._arguments.values()
        if not takes_body and not reads_raw and self.operation.method in ("POST", "PUT", "PATCH"):
            problems += [Detail(name, "is not a known field") for name in body()]
        return arguments, problems


def endpoint(
    route: str,
    *,
    access: frozenset[Role] | set[Role],
    returns: int = 200,
    rate: str | None = "general",
    writes: bool = False,
    verified: bool = False,
    confidential: bool = False,
    raises: tuple[type[Refusal], ...] = (),
    uses: tuple[str, ...] = (),
    socket: Socket | None = None,
    cached: Cached | None = None,
    raw: Raw | None = None,
    database: Database | None = None,
    layers: tuple[str, ...] = (),
    vpc: bool = True,
    timeout: int = 10,
    memory: int = 512,
    root: bool = False,
) -> Callable[[Callable[P, R]], Endpoint[P, R]]:
    """Declare an HTTP operation.

    `route` is method and path below `/api/v1` (`root=True`: below `/`). `access` are the roles; every GET is
    open to SUPPORT and everything to SUPER_ADMIN besides. `rate` is a category of `limits.LIMITS`, None for
    none. `writes` grants the writer database role, and the relay's queue. `verified` asks for a proven e-mail address.
    `confidential` keeps no answer under an Idempotency-Key. `raises` are the operation's own refusals (the kit's go
    without saying). `uses` names resources of the stack. `cached` keeps the answers of a GET.
    `raw` describes a body that the function takes from the request itself, as its bytes are signed. Outside the `vpc`
    there are neither database nor limits.
    """
    # `$default` takes what no other route does; it has no method and no base.
    method, path = (None, route) if route == "$default" else route.split(" ")

    def declare(function: Callable[P, R]) -> Endpoint[P, R]:
        annotations = function.__annotations__
        takes_page = any(isinstance(kind, type) and issubclass(kind, Paged) for kind in annotations.values())
        knows_visitor = not access and "caller" in annotations
        needed = set(uses)
        needed |= {"relay.send"} if writes else set()
        needed |= {"derive_key.mac"} if takes_page else set()
        needed |= {"signing_key.read"} if knows_visitor or (socket and not access) else set()
        roles = frozenset(access)
        if roles:
            roles |= {Role.SUPER_ADMIN} | ({Role.SUPPORT} if method == "GET" else set())
        operation = Operation(
            name=function.__name__,
            domain=function.__module__.split(".")[1],
            module=function.__module__,
            kind="endpoint",
            function=function,
            method=method,
            path=path if root else f"/api/v1{path}",
            access=roles if access else ANYONE,
            returns=returns,
            rate=rate or "none",
            writes=writes,
            verified=verified,
            confidential=confidential,
            raises=raises,
            uses=tuple(sorted(needed)),
            socket=socket,
            cached=cached,
            raw=raw,
            database=database or ("writer" if writes else "reader") if vpc else None,
            vpc=vpc,
            layers=("common", *(("tokens",) if knows_visitor else ()), *layers),
            timeout=timeout,
            memory=memory,
        )
        return Endpoint(function, operation)

    return declare


class _Json:
    """A body that is JSON text already."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _body_of_request() -> dict[str, Any]:
    request = current()
    if not request.raw_body.strip():
        return {}
    # JSON as text/plain is what another site's form can send without asking: it would sign people in as somebody else.
    if request.headers.get("content-type", "").strip().lower().startswith("text/plain"):
        raise wire.MalformedJson(Detail("Content-Type", "must be application/json"))
    return wire.parse(request.raw_body)


def validate(model: type[BaseModel], data: Mapping[str, Any]) -> tuple[Any, list[Detail]]:
    """An instance of `model`, or what is wrong field by field (`terms.start_date`, `amenities.2`)."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [Detail(_field(problem["loc"]), _sentence(problem)) for problem in error.errors(include_url=False)]


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "body"


def _sentence(problem: Any) -> str:
    match problem["type"]:
        case "extra_forbidden":
            return "is not a known field"
        case "missing":
            return "is required"
        case _:
            text: str = problem["msg"]
            return text[0].lower() + text[1:]


def count_request(operation: Operation, request: Request, caller: Caller | None) -> dict[str, str]:
    """Count the request in its category's window; the window's headers. Raises RateLimited."""
    if operation.rate == "none" or operation.rate in limits.PER_EMAIL:
        return {}
    per_user = caller is not None and operation.rate != "auth"
    subject = f"user:{caller.user_id}" if caller and per_user else f"ip:{request.ip}"
    window = limits.count(operation.rate, subject)
    request.is_counted = window.is_counted
    return window.headers()


def correlation_id(offered: str | None) -> str:
    """The caller's id where it has the right form, else a new one."""
    return offered if offered and _CORRELATION.fullmatch(offered) else new_id().hex


def _request(operation: Operation, event: dict[str, Any]) -> Request:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    raw = event.get("body") or ""
    body = b64decode(raw) if event.get("isBase64Encoded") else raw.encode("utf-8", "surrogatepass")
    http = event["requestContext"]["http"]
    request = Request(
        operation=operation,
        correlation_id=correlation_id(headers.get("x-correlation-id")),
        ip=http["sourceIp"],
        user_agent=(headers.get("user-agent") or "")[:500].replace("\x00", ""),
        headers=headers,
        cookies=dict(cookie.split("=", 1) for cookie in event.get("cookies") or () if "=" in cookie),
        raw_body=body,
        event=event,
    )
    if operation.takes_key:
        key = headers.get("idempotency-key")
        request.idempotency_key = key
        asked = f"{http['method']} {event['rawPath']}\n".encode() + body
        request.request_hash = hashlib.sha256(asked).hexdigest()
    return request


def admit(operation: Operation, caller: Caller | None) -> None:
    """Raises Forbidden, EmailNotVerified where the operation is not open to this caller."""
    if caller and operation.access:
        if caller.role not in operation.access:
            raise Forbidden()
        check_verified(operation, caller)


def record_refusal(operation: Operation, caller: Caller | None, path: Mapping[str, Any], refusal: Refusal) -> None:
    """Have it on record that a known caller was refused a change; `path` tells of what."""
    if operation.writes and caller and refusal.status in (403, 404, 409, 422):
        db.record_refusal(caller, _object_of(path), refusal)


def _object_of(path: Mapping[str, Any]) -> UUID | None:
    ids = (UUID(value) for value in path.values() if isinstance(value, str) and _UUID.fullmatch(value))
    return next(ids, None)


def refusal_body(refusal: Refusal, request: Request) -> dict[str, Any]:
    """The error envelope of decision 1."""
    error: dict[str, Any] = {"code": refusal.code, "message": refusal.text, "details": refusal.details}
    if refusal.retry_after is not None:
        error["retry_after"] = refusal.retry_after
    return {"error": error, "meta": {"timestamp": datetime.now(UTC), "request_id": request.correlation_id}}


def refusal_reply(refusal: Refusal, request: Request) -> Reply:
    """The answer that a refusal becomes."""
    headers = dict(refusal.headers)
    if refusal.retry_after is not None:
        headers["retry-after"] = str(refusal.retry_after)
    return Reply(_Json(wire.render(refusal_body(refusal, request))), refusal.status, headers)


class Defect(Refusal):
    """Something we did not foresee; told without detail, logged with its stack."""

    status = 500
    code = "INTERNAL_ERROR"
    message = "Something went wrong on our side."


def defect_reply(error: Exception, request: Request) -> Reply:
    """Log a defect (its kind and stack, never its message: messages may quote values) and answer 500."""
    logger.error(
        "defect",
        correlation_id=request.correlation_id,
        endpoint=request.operation.path,
        error_type=type(error).__name__,
        sqlstate=getattr(error, "sqlstate", None),
        stack=traceback.format_tb(error.__traceback__),
    )
    return refusal_reply(Defect(), request)


def log_request(request: Request, caller: Caller | None, status: int, started: float) -> None:
    """The one line every request leaves, with what it measured."""
    metrics.count_request(status, started)
    logger.info(
        f"{request.operation.name} {status}",
        correlation_id=request.correlation_id,
        endpoint=request.operation.path,
        method=request.operation.method,
        user_id=str(caller.user_id) if caller else None,
        metadata={"status": status, "duration_ms": round((time.monotonic() - started) * 1000, 1)},
        **metrics.measured(),
    )


def _response(operation: Operation, request: Request, reply: Reply, rate: dict[str, str]) -> dict[str, Any]:
    status = reply.status or operation.returns
    headers = {**_SECURITY_HEADERS, "x-correlation-id": request.correlation_id, **rate, **reply.headers}
    response: dict[str, Any] = {"statusCode": status, "headers": headers, "cookies": list(reply.cookies)}
    if isinstance(reply.body, File):
        headers["content-type"] = reply.body.content_type
        if reply.body.name is not None:
            headers["content-disposition"] = f'attachment; filename="{reply.body.name}"'
        return {**response, "body": b64encode(reply.body.content).decode(), "isBase64Encoded": True}
    headers.setdefault("content-type", "application/json")
    text = reply.body.text
    if operation.method == "GET" and status == 200:
        headers.setdefault("etag", f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"')
    return {**response, "body": "" if status in (204, 302) else text}
