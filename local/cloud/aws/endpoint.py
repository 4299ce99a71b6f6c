"""The AWS endpoint of this machine: who calls, whether they may, and who answers.

Lambda's Invoke and the WebSocket connections are the platform's own; everything else is moto's.
"""

import asyncio
import json
import sys
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from local.cloud.asgi import App, Receive, Scope, Send, joined_headers, read_body, respond
from local.cloud.aws.cors import allowed_headers, preflight
from local.cloud.aws.demands import AwsRequest, Inventory, demands, function_name
from local.cloud.aws.forms import FormRefused, check_form, is_form, read_form
from local.cloud.aws.moto_app import Moto
from local.cloud.aws.permissions import Demand, Statement, allowed
from local.cloud.aws.signatures import is_genuine
from local.cloud.lambdas.fleet import Lambdas
from local.cloud.lambdas.function import Throttled, UnknownFunction

LIMIT = 512 * 1024 * 1024
INVOKE_LIMIT = 6 * 1024 * 1024
STATE_MACHINE = "ak"
"""The access key that moto's state machines sign with."""

Answer = tuple[int, list[tuple[str, str]], bytes]


class Connections(Protocol):
    """The WebSocket connections, as `@connections` sees them."""

    async def post(self, connection_id: str, data: bytes) -> bool:
        """Send a frame; False when the connection is gone."""

    async def delete(self, connection_id: str) -> bool:
        """Close the connection; False when it is gone."""

    def describe(self, connection_id: str) -> dict[str, object] | None:
        """What is known of the connection."""


@dataclass(frozen=True)
class Principal:
    """Who signs with an access key, and what its role's policies say."""

    name: str
    secret: str
    statements: Sequence[Statement]


class AwsApi:
    """The ASGI application behind AWS_ENDPOINT_URL."""

    def __init__(
        self,
        moto: Moto,
        threads: Executor,
        principals: Mapping[str, Principal],
        inventory: Inventory,
        lambdas: Lambdas,
        connections: Connections,
    ) -> None:
        self.moto = moto
        self.threads = threads
        self.principals = principals
        self.inventory = inventory
        self.lambdas = lambdas
        self.connections = connections
        self.observers: list[Callable[[AwsRequest], None]] = []
        """Called with every request that moto has answered successfully."""
        self.controls: dict[str, Callable[[], Awaitable[None]]] = {}
        """`POST /_local/<name>`: what tests may do to the platform's own parts."""
        self.stopped: set[str] = set()
        """Services (`s3`, `sqs`, …) that answer every function with 503."""

    def application(self) -> App:
        return self._serve

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = AwsRequest(
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=joined_headers(scope),
            body=await read_body(receive, LIMIT),
        )
        if control := self.controls.get(request.path.removeprefix("/_local/")):
            await control()
            answer: Answer = (200, [], b"")
        elif request.method == "OPTIONS":
            answer = preflight(self._rules(request), request.headers)
        elif is_form(request):
            answer = await self._post(request)
        else:
            answer = self._refused(request) or await self._answer(request)
        status, headers, body = answer
        headers = [*headers, *self._shared(request)]
        if not any(name.lower() == "x-amzn-requestid" for name, _ in headers):
            headers = [*headers, ("x-amzn-requestid", str(uuid.uuid4()))]
        await respond(send, status, headers, body, to_head=request.method == "HEAD")

    def _rules(self, request: AwsRequest) -> list[dict[str, Any]]:
        """The bucket's rules for pages of other origins, if a bucket is called."""
        return self.inventory.cors.get(unquote(request.path).strip("/").partition("/")[0], [])

    def _shared(self, request: AwsRequest) -> list[tuple[str, str]]:
        """The headers that let a page of another origin read the answer."""
        origin = request.headers.get("origin")
        if origin is None or request.method == "OPTIONS":
            return []
        return allowed_headers(self._rules(request), origin, request.method) or []

    async def _post(self, request: AwsRequest) -> Answer:
        """S3's POST of a form: as if whoever signed its policy had stored the file."""
        try:
            form = read_form(request)
            principal = self.principals.get(form.credential.partition("/")[0])
            if principal is None:
                raise FormRefused(403, "InvalidAccessKeyId", "The AWS access key Id you provided does not exist.")
            check_form(form, principal.secret)
        except FormRefused as refused:
            return s3_refusal(refused.code, refused.message, refused.status)
        kept = {name: value for name, value in form.fields.items() if name.startswith("x-amz-meta-")}
        put = AwsRequest(
            method="PUT",
            path=f"/{form.bucket}/{quote(form.key, safe='/~')}",
            query="",
            headers={
                **self.moto.signed("s3"),
                "authorization": f"AWS4-HMAC-SHA256 Credential={form.credential}, SignedHeaders=host, Signature=00",
                "content-type": form.fields.get("content-type", "binary/octet-stream"),
                **kept,
            },
            body=form.content,
        )
        status, headers, body = self._forbidden(put, principal) or await self._answer(put)
        if status >= 300:
            return status, headers, body
        told = [(name, value) for name, value in headers if name.lower() in ("etag", "x-amz-version-id")]
        wanted = form.fields.get("success_action_status", "204")
        return int(wanted) if wanted in ("200", "201") else 204, told, b""

    async def _answer(self, request: AwsRequest) -> Answer:
        if "/functions/" in request.path and request.path.endswith("/invocations"):
            return await self._invoke(request)
        if "/@connections/" in request.path:
            return await self._connection(request)
        if request.service in self.stopped:
            return refusal(request, "ServiceUnavailable", "Please reduce your request rate.", 503)
        loop = asyncio.get_running_loop()
        status, headers, body = await loop.run_in_executor(
            self.threads,
            self.moto.request,
            *(request.method, unquote(request.path), request.query, request.headers, request.body),
        )
        if status < 300:
            for observer in self.observers:
                observer(request)
        elif status == 404 and self._may_not_know(request):
            return refusal(request, "AccessDenied", "Access Denied")
        return status, headers, body

    def _refused(self, request: AwsRequest) -> Answer | None:
        principal = self.principals.get(request.access_key)
        if principal is None:
            return refusal(request, "UnrecognizedClientException", "The security token is invalid.")
        if not is_genuine(request, principal.secret):
            return refusal(request, "SignatureDoesNotMatch", "The request signature does not match.")
        return self._forbidden(request, principal)

    def _forbidden(self, request: AwsRequest, principal: Principal) -> Answer | None:
        for group in demands(request, self.inventory):
            if not any(allowed(principal.statements, demand) for demand in group):
                return self._denied(request, principal, group[0])
        return None

    def _denied(self, request: AwsRequest, principal: Principal, demand: Demand) -> Answer:
        message = f"{principal.name} is not authorized to perform: {demand.action} on {demand.resource}"
        print(f"! AccessDenied: {message}", file=sys.stderr, flush=True)
        return refusal(request, "AccessDenied", f"User: {message}")

    def _may_not_know(self, request: AwsRequest) -> bool:
        """S3 answers 404 for a missing object only to callers who may list the bucket; others get 403."""
        bucket, _, key = unquote(request.path).lstrip("/").partition("/")
        listing = Demand("s3:ListBucket", f"arn:aws:s3:::{bucket}", {"s3:prefix": key})
        principal = self.principals[request.access_key]
        return request.service == "s3" and bool(key) and not allowed(principal.statements, listing)

    async def _invoke(self, request: AwsRequest) -> Answer:
        name = function_name(request)
        if name not in self.lambdas.pools:
            return refusal(request, "ResourceNotFoundException", f"Function not found: {name}", 404)
        if len(request.body) > INVOKE_LIMIT:
            return refusal(request, "RequestTooLargeException", "Request must be smaller than 6291456 bytes", 413)
        if request.headers.get("x-amz-invocation-type") == "Event":
            self.lambdas.invoke_later(name, request.body or b"{}")
            return 202, [], b""
        try:
            result = await self.lambdas.invoke(name, request.body or b"{}")
        except Throttled:
            return refusal(request, "TooManyRequestsException", "Rate Exceeded.", 429)
        except UnknownFunction:
            return refusal(request, "ResourceNotFoundException", f"Function not found: {name}", 404)
        headers = [("content-type", "application/json"), ("x-amz-executed-version", "$LATEST")]
        if result.failed:
            headers.append(("x-amz-function-error", "Unhandled"))
        return 200, headers, result.payload

    async def _connection(self, request: AwsRequest) -> Answer:
        connection = unquote(request.path.partition("/@connections/")[2])
        gone: Answer = refusal(request, "GoneException", "", 410)
        match request.method:
            case "POST":
                if len(request.body) > 128 * 1024:
                    return refusal(request, "PayloadTooLargeException", "Message too long", 413)
                return (200, [], b"") if await self.connections.post(connection, request.body) else gone
            case "DELETE":
                return (204, [], b"") if await self.connections.delete(connection) else gone
            case _:
                known = self.connections.describe(connection)
                return gone if known is None else (200, _json_type(), json.dumps(known).encode())


def refusal(request: AwsRequest, code: str, message: str, status: int = 403) -> Answer:
    """The error in the caller's protocol."""
    identifier = str(uuid.uuid4())
    if request.service == "s3":
        return s3_refusal(code, message, status)
    if request.is_query:
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        text = f"<ErrorResponse>{error}<RequestId>{identifier}</RequestId></ErrorResponse>"
        return status, [("content-type", "text/xml"), ("x-amzn-requestid", identifier)], text.encode()
    # Except in S3 and SQS, the JSON protocols write it with the suffix.
    name = "AccessDeniedException" if code == "AccessDenied" and request.service != "sqs" else code
    body = json.dumps({"__type": name, "message": message, "Message": message}).encode()
    headers = [("x-amzn-errortype", name), ("x-amzn-requestid", identifier), *_json_type(request)]
    if request.service == "sqs":
        headers.append(("x-amzn-query-error", f"{name};Sender"))
    return (400 if request.target and request.service != "sqs" and status == 403 else status), headers, body


def s3_refusal(code: str, message: str, status: int = 403) -> Answer:
    """S3's way to say no."""
    text = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return status, [("content-type", "application/xml")], text.encode()


def _json_type(request: AwsRequest | None = None) -> list[tuple[str, str]]:
    given = request.headers.get("content-type", "") if request else ""
    return [("content-type", given if given.startswith("application/x-amz-json") else "application/json")]
