"""What is returned to API Gateway: an operation's answer, a refusal or a defect."""

import hashlib
import traceback
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic

from typing_extensions import TypeVar

from shared.kit import wire
from shared.kit.catalog import HttpOperation
from shared.kit.errors import Refusal
from shared.kit.log import logger
from shared.kit.request import Request

B = TypeVar("B", default=Any, covariant=True)

SECURITY_HEADERS = {
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
    """An answer that is more than a body: another status, headers, cookies, the version for `If-Match`."""

    body: B
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    version: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is a document, saved under `name`, or displayed if it has none."""

    content: bytes
    content_type: str
    name: str | None


class Json:
    """A body that is JSON text already."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def refusal_body(refusal: Refusal, request: Request) -> dict[str, Any]:
    """The error envelope of spec 1."""
    error: dict[str, Any] = {"code": refusal.code, "message": refusal.text, "details": refusal.details}
    if refusal.retry_after is not None:
        error["retry_after"] = refusal.retry_after
    return {"error": error, "meta": {"timestamp": datetime.now(UTC), "request_id": request.correlation_id}}


def refusal_reply(refusal: Refusal, request: Request) -> Reply:
    """The answer for a refusal."""
    headers = dict(refusal.headers)
    if refusal.retry_after is not None:
        headers["retry-after"] = str(refusal.retry_after)
    return Reply(Json(wire.render(refusal_body(refusal, request))), refusal.status, headers)


class Defect(Refusal):
    """An unexpected error; answered without detail, logged with its stack."""

    status = 500
    code = "INTERNAL_ERROR"
    message = "Something went wrong on our side."


def defect_reply(error: Exception, request: Request, endpoint: str) -> Reply:
    """Log a defect (its kind and stack, never its message: messages may quote values) and answer 500."""
    logger.error(
        "defect",
        correlation_id=request.correlation_id,
        endpoint=endpoint,
        error_type=type(error).__name__,
        sqlstate=getattr(error, "sqlstate", None),
        stack=traceback.format_tb(error.__traceback__),
    )
    return refusal_reply(Defect(), request)


def http_response(operation: HttpOperation, request: Request, reply: Reply, rate: dict[str, str]) -> dict[str, Any]:
    """The reply in payload format 2.0, with the headers that every answer has; `rate` are the rate limit's."""
    status = reply.status or operation.returns
    headers = {**SECURITY_HEADERS, "x-correlation-id": request.correlation_id, **rate, **reply.headers}
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
