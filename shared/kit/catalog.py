"""The catalog: every operation of the platform, read from the declarations of its functions.

An operation is declared on its function (`@endpoint(...)`, `@consumer(...)`, …) and nowhere else. Routes, functions,
roles, grants, queues, schedules, OpenAPI, the permission tests and docs/operations.md are all derived from here, so
that none of them can drift from the code.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Any, ClassVar, Literal, Protocol, TypeVar


class Role(StrEnum):
    """A user's role, which determines what they may do."""

    OWNER = "OWNER"
    CLIENT = "CLIENT"
    BROKER = "BROKER"
    AGENT = "AGENT"
    FINANCIAL_OFFICER = "FINANCIAL_OFFICER"
    CONTRACTOR = "CONTRACTOR"
    SUPPORT = "SUPPORT"
    SUPER_ADMIN = "SUPER_ADMIN"


ANYONE: frozenset[Role] = frozenset()
"""Access of a public operation. Where the function takes a `caller`, a token is honoured if one is sent."""

EVERY_ROLE: frozenset[Role] = frozenset(Role)
"""Access of an operation that every signed-in user may call."""

STAFF: frozenset[Role] = frozenset({Role.SUPPORT, Role.SUPER_ADMIN})
"""The platform's own staff: they read everything, and the audit log records each of their reads."""

Kind = Literal["endpoint", "authorizer", "socket", "consumer", "worker", "job", "step", "operator"]
Database = Literal["reader", "writer", "worker", "auth", "admin"]


DATABASE_USERS: dict[Database, str] = {
    "reader": "app_reader",
    "writer": "app_user",
    "worker": "app_worker",
    "auth": "app_auth",
}
"""The PostgreSQL role each kind of access logs in as (`admin` logs in by the secret)."""


class SocketTwin(Protocol):
    """The WebSocket event of an endpoint (`shared.kit.socket.Socket`)."""

    @property
    def event(self) -> str: ...
    @property
    def answers(self) -> str: ...
    @property
    def fields(self) -> dict[str, str]: ...

    def serve(self, twin: Any, event: dict[str, Any]) -> dict[str, Any]:
        """Answer a message of that event with the endpoint `twin`."""


@dataclass(frozen=True, slots=True)
class Cached:
    """How long an endpoint's answer is kept, and which events end it sooner (S0 §5).

    `pattern` names its keys and its hit rate. `ended_by` are names of events (`bid.approved`), nouns of events
    (`space`), or both with an id (`user:{user_id}`: the caller's).
    """

    pattern: str
    seconds: int
    ended_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """What an endpoint reads byte for byte: a JSON object in a provider's own format, or a file; and the headers that
    sign it."""

    description: str
    example: dict[str, Any] | None = None
    """A JSON object; None for a file."""
    headers: dict[str, str] = field(default_factory=dict)
    """Name → description."""
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Form:
    """A body that is a form with one file, or an object that names a file which was sent before."""

    description: str
    """Of the file."""
    instead: type[Any]
    """The model of the object."""
    field: str = "file"


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Operation:
    """One verb, one file, one function, one Lambda: what it is and what it needs, whatever starts it.

    What only one kind has stands with that kind: requests below, the others beside their decorators. A comparison and
    a representation of their own would double the time that each function takes to define these when it starts.
    """

    kind: ClassVar[Kind]

    function: Callable[..., Any] = field(repr=False)
    writes: bool = False
    returns: int = 200
    """The status of success, on the wire and in the audit log."""
    raises: tuple[type[Exception], ...] = ()
    uses: tuple[str, ...] = ()
    database: Database | None = None
    valkey: bool = False
    """It uses Valkey itself, in addition to what the kit does there."""
    vpc: bool = True
    timeout: int = 10
    memory: int = 512
    disk: int = 512
    """MB below /tmp."""
    layers: tuple[str, ...] = ("common",)

    @property
    def name(self) -> str:
        """The function's name, and its file's."""
        return self.function.__name__

    @property
    def module(self) -> str:
        """As `functions.bids.place_bid`."""
        return self.function.__module__

    @property
    def word(self) -> str:
        """Its word, as `bids`."""
        return self.module.split(".")[1]

    @property
    def handler(self) -> str:
        """The Lambda handler string, as `functions.bids.place_bid.place_bid`."""
        return f"{self.module}.{self.name}"

    @property
    def knows_valkey(self) -> bool:
        """It counts requests, caches answers, or changes what invalidates them."""
        return self.valkey or "relay.send" in self.uses or (self.vpc and self.kind in ("endpoint", "socket"))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class HttpOperation(Operation):
    """An operation that an HTTP request starts."""

    kind: ClassVar[Kind] = "endpoint"

    method: str | None
    """None for `$default`, which takes what no other route does."""
    path: str
    access: frozenset[Role] = ANYONE
    rate: str = "general"
    verified: bool = False
    """Only for callers with a verified e-mail address, if the stage requires that (spec 9)."""
    confidential: bool = False
    """The answer is a secret: it is never stored, not even under an Idempotency-Key."""
    socket: SocketTwin | None = None
    cached: Cached | None = None
    raw: Raw | None = None
    form: Form | None = None
    alias: str | None = None
    """A second path to the same function."""
    also: Mapping[int, str] = field(default_factory=dict)
    """Other statuses of success, and what they mean."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Its path, and the second one if it has any."""
        return (self.path, self.alias) if self.alias else (self.path,)

    @property
    def is_public(self) -> bool:
        """No caller needed."""
        return not self.access

    @property
    def takes_key(self) -> bool:
        """A repeat with the same Idempotency-Key gets the first answer again."""
        return self.writes and bool(self.access) and not self.confidential

    @property
    def needs_authorizer(self) -> bool:
        """The route is protected by the Lambda authorizer."""
        return not self.is_public


Some = TypeVar("Some", bound=Operation)


def of_kind(kind: type[Some], operations: Iterable[Operation]) -> list[Some]:
    """Those of that kind."""
    return [operation for operation in operations if isinstance(operation, kind)]


def requested(operations: Iterable[Operation]) -> list[HttpOperation]:
    """Those that a caller can ask for over HTTP: all HTTP operations except `$default`."""
    return [operation for operation in of_kind(HttpOperation, operations) if operation.method]


def load() -> tuple[Operation, ...]:
    """Import every module below `functions/` and return all operations, sorted by name.

    Raises ValueError if a module declares no operation, or one whose name differs from its file's.
    """
    import functions

    found = [_operation_of(importlib.import_module(name)) for name in sorted(_modules(functions))]
    return tuple(sorted(found, key=lambda operation: operation.name))


def _modules(package: ModuleType) -> list[str]:
    walk = pkgutil.walk_packages(package.__path__, prefix=f"{package.__name__}.")
    return [module.name for module in walk if not module.ispkg]


def _operation_of(module: ModuleType) -> Operation:
    name = module.__name__.rpartition(".")[2]
    operation = getattr(getattr(module, name, None), "operation", None)
    if not isinstance(operation, Operation) or operation.name != name:
        raise ValueError(f"{module.__name__} must define the operation {name!r}")
    return operation
