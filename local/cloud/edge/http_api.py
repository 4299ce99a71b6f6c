"""The HTTP API: what API Gateway does between a client and a function.

Source: API Gateway Developer Guide, "Working with HTTP APIs": payload format 2.0, Lambda authorizers with
simple responses, CORS, throttling, quotas.
"""

import asyncio
import base64
import fnmatch
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from local.cloud.account import ACCOUNT, REGION
from local.cloud.asgi import Receive, Scope, Send, TooLarge, joined_headers, read_body, respond
from local.cloud.edge.throttle import Throttles
from local.cloud.lambdas.fleet import Lambdas
from local.cloud.lambdas.function import Throttled
from local.cloud.templates.routes import Api, Authorizer, Route, Table

SECONDS = 30
BODY_LIMIT = 10 * 1024 * 1024
EVENT_LIMIT = 6 * 1024 * 1024
HEADER_LIMIT = 10_240

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What goes back to the client."""

    status: int
    headers: Headers
    body: bytes


class HttpApi:
    """The ASGI application of the HTTP API."""

    def __init__(self, api: Api, lambdas: Lambdas, scale: float) -> None:
        self.api = api
        self.lambdas = lambdas
        self.table = Table(api.routes)
        self.throttles = Throttles(api.stage, scale)
        self._authorized: dict[tuple[str, ...], tuple[float, Mapping[str, Any]]] = {}

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = joined_headers(scope)
        answer = await self._answer(scope, headers, receive)
        request_id = base64.b64encode(uuid.uuid4().bytes[:11]).decode()
        cors = self._cors_headers(headers.get("origin"))
        fields = [*answer.headers, *cors, ("apigw-requestid", request_id)]
        await respond(send, answer.status, fields, answer.body)

    async def _answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> Answer:
        method, path = scope["method"], scope["raw_path"].decode("latin-1")
        if self.api.cors and method == "OPTIONS" and "access-control-request-method" in headers:
            return self._preflight(headers.get("origin"))
        route, parameters = self.table.find(method, path)
        if route is None:
            return _own(404, "Not Found")
        if not self.throttles.take(route.key):
            return _own(429, "Too Many Requests")
        if len(path) + sum(len(name) + len(value) for name, value in headers.items()) > HEADER_LIMIT:
            return _own(431, "Request Header Fields Too Large")
        event = make_event(self.api, route, scope, headers, parameters)
        if route.authorizer is not None:
            context = await self._authorize(route.authorizer, route, event)
            if isinstance(context, Answer):
                return context
            event["requestContext"]["authorizer"] = {"lambda": context}
        try:
            set_body(event, await read_body(receive, BODY_LIMIT), headers.get("content-type"))
        except TooLarge:
            return _own(413, "Request Entity Too Large")
        payload = json.dumps(event).encode()
        if len(payload) > EVENT_LIMIT:
            return _own(413, "Request Entity Too Large")
        return await self._integrate(route.function, payload)

    async def _integrate(self, function: str, payload: bytes) -> Answer:
        # The invocation continues after API Gateway has given up on it, as in Lambda.
        task = asyncio.ensure_future(self.lambdas.invoke(function, payload))
        if not await self.lambdas.pace.wait(task, SECONDS):
            return _own(503, "Service Unavailable")
        try:
            result = task.result()
        except Throttled:
            return _own(503, "Service Unavailable")
        answer = None if result.failed else read_answer(result.payload)
        if answer is None:
            return _own(500, "Internal Server Error")
        if not self.api.cors:
            return answer
        # Once CORS is configured, what the function says about it is ignored.
        kept = [field for field in answer.headers if not field[0].lower().startswith("access-control-")]
        return Answer(answer.status, kept, answer.body)

    async def _authorize(
        self, authorizer: Authorizer, route: Route, event: Mapping[str, Any]
    ) -> Mapping[str, Any] | Answer:
        identity = [_identity(source, event, route) for source in authorizer.identity]
        if any(not value for value in identity):
            return _own(401, "Unauthorized")
        key = (authorizer.function, *map(str, identity))
        decision = self._remembered(key) if identity else None
        if decision is None:
            shown = {name: event[name] for name in AUTHORIZER_FIELDS if name in event}
            arn = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{self.api.id}/{self.api.stage_name}"
            method, _, path = route.key.partition(" ")
            question = {
                **shown,
                "type": "REQUEST",
                "routeArn": f"{arn}/{method}{path}",
                "identitySource": identity,
            }
            try:
                result = await self.lambdas.invoke(authorizer.function, json.dumps(question).encode())
            except Throttled:
                return _own(500, "Internal Server Error")
            decision = None if result.failed else _decision(result.payload)
            if decision is None:
                return _own(500, "Internal Server Error")
            if authorizer.seconds and identity:
                self._authorized[key] = (time.monotonic() + authorizer.seconds, decision)
        if decision.get("isAuthorized") is not True:
            return _own(403, "Forbidden")
        return decision.get("context") or {}

    def _remembered(self, key: tuple[str, ...]) -> Mapping[str, Any] | None:
        until, decision = self._authorized.get(key, (0.0, None))
        if time.monotonic() < until:
            return decision
        self._authorized.pop(key, None)
        return None

    def _preflight(self, origin: str | None) -> Answer:
        if not self._is_allowed(origin):
            return Answer(204, [], b"")
        cors = self.api.cors
        headers = [
            ("access-control-allow-methods", ",".join(cors.get("AllowMethods", []))),
            ("access-control-allow-headers", ",".join(cors.get("AllowHeaders", []))),
        ]
        if "MaxAge" in cors:
            headers.append(("access-control-max-age", str(cors["MaxAge"])))
        return Answer(204, [(name, value) for name, value in headers if value], b"")

    def _is_allowed(self, origin: str | None) -> bool:
        allowed = self.api.cors.get("AllowOrigins", [])
        return origin is not None and any(fnmatch.fnmatchcase(origin, each) for each in allowed)

    def _cors_headers(self, origin: str | None) -> Headers:
        if not self._is_allowed(origin):
            return []
        cors = self.api.cors
        anyone = "*" in cors.get("AllowOrigins", [])
        headers = [("access-control-allow-origin", "*" if anyone else str(origin))]
        if not anyone:
            headers.append(("vary", "Origin"))
        if cors.get("AllowCredentials"):
            headers.append(("access-control-allow-credentials", "true"))
        if exposed := cors.get("ExposeHeaders"):
            headers.append(("access-control-expose-headers", ",".join(exposed)))
        return headers


AUTHORIZER_FIELDS = (
    *("version", "routeKey", "rawPath", "rawQueryString", "cookies", "headers", "queryStringParameters"),
    *("requestContext", "pathParameters", "stageVariables"),
)


def make_event(
    api: Api, route: Route, scope: Scope, headers: dict[str, str], parameters: dict[str, str]
) -> dict[str, Any]:
    """The request as payload format 2.0, without its body."""
    now = datetime.now(UTC)
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    client = (scope.get("client") or ("127.0.0.1", 0))[0]
    forwarded = headers.get("x-forwarded-for")
    shown = {name: value for name, value in headers.items() if name != "cookie"} | {
        "x-forwarded-for": f"{forwarded}, {client}" if forwarded else client,
        "x-forwarded-proto": "http",
        "x-forwarded-port": str((scope.get("server") or ("", 0))[1]),
        "x-amzn-trace-id": f"Root=1-{int(now.timestamp()):x}-{uuid.uuid4().hex[:24]}",
    }
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": shown,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": api.id,
            "domainName": headers.get("host", ""),
            "domainPrefix": headers.get("host", "").partition(".")[0],
            "http": {
                "method": scope["method"],
                "path": path,
                "protocol": f"HTTP/{scope['http_version']}",
                "sourceIp": client,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": base64.b64encode(uuid.uuid4().bytes[:11]).decode(),
            "routeKey": route.key,
            "stage": api.stage_name,
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookie := headers.get("cookie"):
        event["cookies"] = [part.strip() for part in cookie.split(";") if part.strip()]
    if query:
        joined: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
            joined[name] = f"{joined[name]},{value}" if name in joined else value
        event["queryStringParameters"] = joined
    if parameters:
        event["pathParameters"] = parameters
    return event


def set_body(event: dict[str, Any], body: bytes, content_type: str | None) -> None:
    """Text as text, everything else in base64."""
    if not body:
        return
    if _is_text(content_type):
        try:
            event["body"] = body.decode()
            return
        except UnicodeDecodeError:
            pass
    event["body"] = base64.b64encode(body).decode()
    event["isBase64Encoded"] = True


def _is_text(content_type: str | None) -> bool:
    kind = (content_type or "text/plain").partition(";")[0].strip().lower()
    known = ("application/json", "application/xml", "application/javascript")
    return kind.startswith("text/") or kind in known or kind.endswith(("+json", "+xml"))


def read_answer(payload: bytes) -> Answer | None:
    """The function's answer in payload format 2.0; None if it is not one."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return None
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Answer(200, [("content-type", "application/json")], payload)
    try:
        status = int(answer["statusCode"])
        headers = [(str(name), _header(value)) for name, value in (answer.get("headers") or {}).items()]
        headers += [("set-cookie", str(cookie)) for cookie in answer.get("cookies") or []]
        body = answer.get("body") or ""
        content = base64.b64decode(body) if answer.get("isBase64Encoded") else _encoded(body)
    except (ValueError, TypeError, AttributeError):
        return None
    if content and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain; charset=utf-8"))
    return Answer(status, headers, content)


def _header(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _encoded(body: object) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _decision(payload: bytes) -> Mapping[str, Any] | None:
    decision = json.loads(payload)
    return decision if isinstance(decision, dict) and "isAuthorized" in decision else None


def _identity(source: str, event: Mapping[str, Any], route: Route) -> str | None:
    """The value of an identity source, as `$request.header.Authorization`."""
    place, _, name = source.removeprefix("$request.").removeprefix("$context.").partition(".")
    if place == "routeKey":
        return route.key
    where = event["headers"] if place == "header" else event.get("queryStringParameters", {})
    found = where.get(name.lower() if place == "header" else name)
    return None if found is None else str(found)


def _own(status: int, message: str) -> Answer:
    """API Gateway's own answer, in its own shape."""
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    return Answer(status, [("content-type", "application/json")], body)
