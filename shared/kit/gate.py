"""Who is let in, how often, and what is recorded about it: the same for requests and for messages."""

import re
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.kit import db, limits, metrics
from shared.kit.catalog import HttpOperation
from shared.kit.errors import Forbidden, Refusal
from shared.kit.ids import new_id
from shared.kit.log import logger
from shared.kit.request import Caller, Request
from shared.kit.sessions import check_verified

_CORRELATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def correlation_id(offered: str | None) -> str:
    """The caller's id if it is well-formed, else a new one."""
    return offered if offered and _CORRELATION.fullmatch(offered) else new_id().hex


def admit(operation: HttpOperation, caller: Caller | None) -> None:
    """Raises Forbidden or EmailNotVerified if the operation is not open to this caller."""
    if caller and operation.access:
        if caller.role not in operation.access:
            raise Forbidden()
        check_verified(operation, caller)


def count_request(operation: HttpOperation, request: Request, caller: Caller | None) -> dict[str, str]:
    """Count the request in its category's window and return the window's headers. Raises RateLimited."""
    if operation.rate == "none" or operation.rate in limits.PER_EMAIL:
        return {}
    per_user = caller is not None and operation.rate != "auth"
    subject = f"user:{caller.user_id}" if caller and per_user else f"ip:{request.ip}"
    window = limits.count(operation.rate, subject)
    request.is_counted = window.is_counted
    return window.headers()


def record_refusal(operation: HttpOperation, caller: Caller | None, path: Mapping[str, Any], refusal: Refusal) -> None:
    """Record that a known caller was refused a change; `path` says of what."""
    if operation.writes and caller and refusal.status in (403, 404, 409, 422):
        db.record_refusal(caller, object_of(path), refusal)


def object_of(path: Mapping[str, Any]) -> UUID | None:
    """The first id in a path: the object that the request is about."""
    ids = (UUID(value) for value in path.values() if isinstance(value, str) and UUID_FORM.fullmatch(value))
    return next(ids, None)


def log_request(operation: HttpOperation, request: Request, caller: Caller | None, status: int, started: float) -> None:
    """Write the one log line of a request, with its measurements."""
    metrics.count_request(status, started)
    logger.info(
        f"{operation.name} {status}",
        correlation_id=request.correlation_id,
        endpoint=operation.path,
        method=operation.method,
        user_id=str(caller.user_id) if caller else None,
        metadata={"status": status, "duration_ms": round((time.monotonic() - started) * 1000, 1)},
        **metrics.measured(),
    )
