"""The entry point over HTTP (and, for operations that have one, over their WebSocket event).

`@endpoint` states everything about an operation once; the decorated name is the Lambda handler. A
request is checked in a fixed order: token 401, role 403, limit 429, JSON and types 400, then the
operation's own story (visibility 404, state 409, rules 422). Its transaction commits the change together
with the audit row, the event and the answer under its Idempotency-Key.
"""

import hashlib
import re
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar
from urllib.parse import urlencode

from shared.kit import db, wire
from shared.kit.binding import bind, body_of_request
from shared.kit.cache import place_of
from shared.kit.catalog import ANYONE, STAFF, Cached, Database, Form, HttpOperation, Raw, Role, SocketTwin
from shared.kit.errors import Detail, Invalid, Refusal
from shared.kit.gate import admit, correlation_id, count_request, log_request, object_of, record_refusal
from shared.kit.origin import client_address
from shared.kit.paging import Paged
from shared.kit.reply import File, Json, Reply, defect_reply, http_response, refusal_reply
from shared.kit.request import Caller, Request, begin, current
from shared.kit.sessions import authorized_caller
from shared.kit.unit import perform
from shared.kit.versions import etag

P = ParamSpec("P")
R = TypeVar("R")

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_BOUNDARY = re.compile(r"\s*multipart/[^;]*;(?:.*;)?\s*boundary=(?:\"([^\"]+)\"|([^\s;\"]+))", re.IGNORECASE)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Endpoint(Generic[P, R]):
    """A declared operation: callable as its own Lambda handler."""

    def __init__(self, function: Callable[P, R], operation: HttpOperation) -> None:
        self.function = function
        self.operation = operation
        self.__name__ = operation.name
        self.__doc__ = function.__doc__
        code = function.__code__
        self._arguments = {name: function.__annotations__[name] for name in code.co_varnames[: code.co_argcount]}
        self._identify_visitor = _identifier(self._arguments.get("caller"))
        self.path_names = frozenset(_PLACEHOLDER.findall(operation.path))

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        started = time.monotonic()
        if self.operation.socket and "connectionId" in event["requestContext"]:
            return self.operation.socket.serve(self, event)
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
                db.record_read(caller, object_of(event.get("pathParameters") or {}))
        except Refusal as refusal:
            reply = refusal_reply(refusal, request)
            record_refusal(self.operation, caller, event.get("pathParameters") or {}, refusal)
        except Exception as error:  # noqa: BLE001 (the edge: a defect becomes a 500 without detail)
            reply = defect_reply(error, request, self.operation.path)
        log_request(self.operation, request, caller, reply.status or self.operation.returns, started)
        return http_response(self.operation, request, reply, rate)

    def perform(self, caller: Caller | None, arguments: dict[str, Any]) -> Reply:
        """Run the story and commit it together with its answer under the Idempotency-Key."""

        def story() -> Reply:
            answer: Any = self.function(**arguments)  # type: ignore[call-arg]
            reply = answer if isinstance(answer, Reply) else Reply(answer)
            body = reply.body if isinstance(reply.body, File) else Json(wire.render(reply.body))
            headers = dict(reply.headers)
            if reply.version is not None and isinstance(body, Json):
                headers["etag"] = etag(reply.version, body.text)
            return Reply(body, reply.status or self.operation.returns, headers, reply.cookies)

        def keep_answer(tx: db.Tx, reply: Reply) -> None:
            if caller and current().idempotency_key and isinstance(reply.body, Json):
                db.keep_answer(tx, caller, reply.status or self.operation.returns, reply.body.text)

        try:
            return perform(self.operation, story, keep_answer)
        except db.Replay as earlier:
            return Reply(Json(earlier.body), earlier.status, {"idempotent-replayed": "true"})

    def _cached(self, caller: Caller | None, event: dict[str, Any], arguments: dict[str, Any]) -> Reply:
        """The cached answer of an earlier request, or else a new one, cached for the next."""
        place = place_of(self.operation, caller, event["rawPath"], event.get("queryStringParameters") or {})
        if place and (found := place.read()):
            etag, text = found
            return Reply(Json(text), headers={"etag": etag} if etag else {})
        reply = self.perform(caller, arguments)
        if place and isinstance(reply.body, Json):
            place.write(reply.headers.get("etag", ""), reply.body.text)
        return reply

    def _identify(self, event: dict[str, Any]) -> Caller | None:
        if self.operation.needs_authorizer:
            authorized = event["requestContext"].get("authorizer", {}).get("lambda") or {}
            return authorized_caller(self.operation, authorized)
        return self._identify_visitor(self.operation, event) if self._identify_visitor else None

    def _bind(self, caller: Caller | None, event: dict[str, Any]) -> dict[str, Any]:
        arguments, problems = self.bind(
            caller,
            path=event.get("pathParameters") or {},
            query=event.get("queryStringParameters") or {},
            body=body_of_request,
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
        return bind(self.operation, self._arguments, caller, path, query, body)


def _identifier(kind: Any) -> Callable[[HttpOperation, dict[str, Any]], Caller | None] | None:
    """What identifies the caller of a function whose `caller` is a `Visitor` (shared/kit/visitor.py)."""
    return next(iter(getattr(kind, "__metadata__", ())), None)


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
    socket: SocketTwin | None = None,
    cached: Cached | None = None,
    raw: Raw | None = None,
    form: Form | None = None,
    alias: str | None = None,
    also: Mapping[int, str] | None = None,
    database: Database | None = None,
    layers: tuple[str, ...] = (),
    vpc: bool = True,
    timeout: int = 10,
    memory: int = 512,
    root: bool = False,
) -> Callable[[Callable[P, R]], Endpoint[P, R]]:
    """Declare an HTTP operation.

    `route` is method and path below `/api/v1` (`root=True`: below `/`). `access` are the roles; every GET is
    also open to SUPPORT, and everything to SUPER_ADMIN. `rate` is a category of `limits.LIMITS`, or None.
    `writes` grants the writer database role and the relay's queue. `verified` requires a verified e-mail address.
    `confidential` stores no answer under an Idempotency-Key. `raises` are the operation's own refusals, in addition
    to the kit's. `uses` names resources of the stack. `cached` caches the answers of a GET. `raw` describes a body
    that the function reads from the request itself, because its bytes are signed; `form` one that is a form with a
    file, or an object instead. `alias` is a second path. `also` are other statuses of success, and what they mean.
    Outside the `vpc` there is neither a database nor a limit.
    """
    # `$default` takes every request that no other route takes; it has no method and no base path.
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
        operation = HttpOperation(
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
            form=form,
            alias=f"/api/v1{alias}" if alias else None,
            also=also or {},
            database=database or ("writer" if writes else "reader") if vpc else None,
            vpc=vpc,
            layers=("common", *(("tokens",) if knows_visitor else ()), *layers),
            timeout=timeout,
            memory=memory,
        )
        return Endpoint(function, operation)

    return declare


def _request(operation: HttpOperation, event: dict[str, Any]) -> Request:
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
        asked = event.get("queryStringParameters") or {}
        query = f"?{urlencode(sorted(asked.items()))}" if asked else ""
        hashed = f"{http['method']} {event['rawPath']}{query}\n".encode() + _without_boundary(headers, body)
        request.request_hash = hashlib.sha256(hashed).hexdigest()
    return request


def _without_boundary(headers: Mapping[str, str], body: bytes) -> bytes:
    """The body; of a form what stays the same when it is sent again with another boundary, as every client does."""
    match = _BOUNDARY.match(headers.get("content-type", ""))
    if match is None:
        return body
    return body.replace(b"--" + (match[1] or match[2]).encode("latin-1", "replace"), b"--")
