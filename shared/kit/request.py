"""The caller, and the one request, message or task that this environment is working on."""

import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.kit.catalog import Operation, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user, as its session's row says (never as the token's claims say)."""

    user_id: UUID
    organization_id: UUID
    role: Role
    session_id: UUID
    email_verified: bool = False


Measures = dict[tuple[str, str, tuple[tuple[str, str], ...]], list[float]]
"""Name, unit and dimensions → the values measured (`shared/kit/metrics.py`)."""


@dataclass(slots=True)
class Request:
    """What the entry point knows about the current request; `current()` returns it anywhere below."""

    operation: Operation
    correlation_id: str
    ip: str | None = None
    user_agent: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    raw_body: bytes = b""
    idempotency_key: str | None = None
    request_hash: str = ""
    event: dict[str, Any] = field(default_factory=dict)
    receives: int = 1
    """How many times this message has been received: what it asks for may have been done before."""
    is_counted: bool = True
    """False if the request was let through uncounted because Valkey was down."""
    measures: Measures = field(default_factory=dict)


_state = threading.local()


def begin(request: Request) -> None:
    """Make `request` the current one."""
    _state.request = request


def current() -> Request:
    """The current request. Raises AttributeError outside an entry point: a defect."""
    return _state.request  # type: ignore[no-any-return]
