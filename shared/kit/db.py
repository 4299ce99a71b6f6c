"""The database: one connection per environment, one transaction per operation, few round trips.

`with transaction(caller) as tx` opens the operation's transaction. An exception in the block rolls it back;
otherwise the entry point (endpoint, consumer, step, …) sends the last statements (the answer under its
idempotency key) together with COMMIT. So a write is BEGIN with its first query, then its queries, then COMMIT
with everything that needs no answer.

`with reading(caller) as tx` is for reads: each query is one round trip and one implicit transaction.

Row-level security sees the caller through `app.set_ctx`, whose settings end with the transaction.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import BaseRowFactory
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads

from shared.kit import metrics, wire
from shared.kit.cache import names_of
from shared.kit.connection import Connection, connection, disconnect
from shared.kit.errors import Conflict, KeyInFlight, KeyReused, Refusal, Unavailable
from shared.kit.fields import View
from shared.kit.ids import new_id
from shared.kit.request import Caller, current

Row = dict[str, Any]
Values = Mapping[str, Any]
Statement = tuple[str, Values | None, type[tuple[Any, ...]] | None]
T = TypeVar("T")
U = TypeVar("U")

set_json_dumps(wire.render)
set_json_loads(wire.load)

WORKER = "WORKER"
"""The role of consumers, jobs and saga steps, which act for the platform rather than for a caller."""

_state = threading.local()


class Replay(Exception):
    """This Idempotency-Key already has an answer."""

    def __init__(self, status: int, body: str) -> None:
        self.status, self.body = status, body
        super().__init__("replayed")


class NotSent(RuntimeError):
    """The answer was read before its query was sent."""


class Asked(Generic[T]):
    """A promised answer: its query is sent with the transaction's next one, which must come before it is read."""

    def __init__(self, read: Callable[[], T], is_sent: Callable[[], bool]) -> None:
        self._read, self._is_sent = read, is_sent
        self._found: list[T] = []

    def answer(self) -> T:
        """The answer; may raise the refusal that it stands for. Raises NotSent before the next query."""
        if not self._found:
            if not self._is_sent():
                raise NotSent("Ask for the answer after the query with which the question travels.")
            self._found.append(self._read())
        return self._found[0]

    def then(self, make: Callable[[T], U]) -> "Asked[U]":
        """The answer transformed by `make`, once it has arrived."""
        return Asked(lambda: make(self.answer()), self._is_sent)


def known(value: T) -> Asked[T]:
    """An answer that is already known."""
    return Asked(lambda: value, lambda: True)


class Reading:
    """Queries under a caller's context. Rows are dicts; values of NUMERIC are `Decimal`."""

    def __init__(self, connection: Connection, caller: Caller | None, role: str | None = None) -> None:
        self._connection = connection
        self.caller = caller
        self._context = {
            "user_id": caller.user_id if caller else None,
            "organization_id": caller.organization_id if caller else None,
            "role": caller.role.value if caller else role or "ANONYMOUS",
        }

    def one(self, sql: str, values: Values | None = None) -> Row | None:
        """The first row, or None."""
        rows = self.all(sql, values)
        return rows[0] if rows else None

    def all(self, sql: str, values: Values | None = None) -> list[Row]:
        """All rows."""
        return self.batch((sql, values))[0]

    def batch(self, *statements: tuple[str, Values | None]) -> list[list[Row]]:
        """Several queries in one round trip and one snapshot; their rows, in order."""
        return self.records(*((sql, values, None) for sql, values in statements))

    def records(self, *statements: Statement) -> list[list[Any]]:
        """As `batch`, with each query's rows as its NamedTuple, whose fields are the columns; None: dicts.

        For readers of ten thousand rows: tuples take half the time of dicts.
        """
        with _timed(*(sql for sql, _, _ in statements)):
            return self._answers(statements)

    def _answers(self, statements: Sequence[Statement]) -> list[list[Any]]:
        with self._connection.pipeline():
            self._set_context()
            cursors = self._executed(statements)
        return [cursor.fetchall() for cursor in cursors]

    def _executed(self, statements: Sequence[Statement]) -> list[psycopg.Cursor[Any]]:
        return [
            self._connection.cursor(row_factory=_rows_of(kind)).execute(sql, values)
            if kind
            else self._connection.execute(sql, values)
            for sql, values, kind in statements
        ]

    def send(self, sql: str, values: Values) -> None:
        """A statement without an answer, in a transaction of its own."""
        with self._connection.pipeline():
            self._set_context()
            self._connection.execute(sql, values)

    def _set_context(self) -> None:
        self._connection.execute(
            "SELECT app.set_ctx(%(user_id)s::uuid, %(organization_id)s::uuid, %(role)s)", self._context
        )


class Tx(Reading):
    """A transaction. Statements are sent together when an answer is needed."""

    def __init__(self, connection: Connection, caller: Caller | None, role: str | None = None) -> None:
        super().__init__(connection, caller, role)
        self.on_behalf_of: UUID | None = None
        """The organization that the caller acts for, if it is not their own: audit rows name it."""
        self.changed: dict[str, None] = {}
        """`cache.names_of` of the emitted events: COMMIT invalidates the cached answers of these names."""
        self._sent = 0
        """How many round trips were made to answer queries."""
        self._pipeline = connection.pipeline()
        self._entered = self._pipeline.__enter__()
        connection.execute("BEGIN")
        self._set_context()

    def _answers(self, statements: Sequence[Statement]) -> list[list[Any]]:
        cursors = self._executed(statements)
        self._sent += 1
        return [cursor.fetchall() for cursor in cursors]

    def run(self, sql: str, values: Values | None = None) -> None:
        """Queue a statement whose answer is not needed; it is sent with the next query or COMMIT."""
        self._connection.execute(sql, values)

    def later(self, sql: str, values: Values | None = None) -> Asked[list[Row]]:
        """Queue a query that is sent with the next one; its rows are available after that."""
        cursor, sent = self._connection.execute(sql, values), self._sent
        return Asked(cursor.fetchall, lambda: self._sent > sent)

    def flush(self) -> None:
        """Send what is queued, if no further query follows."""
        with _timed():
            self._entered.sync()
        self._sent += 1

    def become(self, caller: Caller) -> None:
        """Continue as `caller`, who has just proved their identity inside this transaction."""
        self.caller = caller
        self._context = {
            "user_id": caller.user_id,
            "organization_id": caller.organization_id,
            "role": caller.role.value,
        }
        self._set_context()

    def emit(self, name: str, thing: View, before: View | None = None, **data: Any) -> None:
        """Record that `thing` changed: an event and an audit row, in this transaction.

        `name` is `noun.past`; the noun says what `thing` is, whose `id` goes with it. Both carry the fields that the
        view's class names as `accounted`; the event carries `data` besides.
        """
        request = current()
        after = _account(thing)
        values = {
            "id": new_id(),
            "name": name,
            "object_type": name.partition(".")[0],
            "object_id": getattr(thing, "id", None),
            "payload": Jsonb(after | data),
            "before": Jsonb(_account(before)) if before else None,
            "after": Jsonb(after),
            "correlation_id": request.correlation_id,
            "actor": self._context["user_id"],
            "organization_id": self._context["organization_id"],
            "operation": request.operation.name,
            "ip": request.ip,
            "user_agent": request.user_agent,
            "status": request.operation.returns,
            "audit_id": new_id(),
            "on_behalf_of": self.on_behalf_of,
        }
        self.run(_INSERT_EVENT, values)
        self.run(_INSERT_AUDIT, values)
        self.changed.update(dict.fromkeys(names_of(name, values["object_id"], after)))

    def commit(self) -> None:
        """For entry points only: send what is queued, and COMMIT."""
        with _timed("COMMIT"):
            self._connection.execute("COMMIT")
            self._pipeline.__exit__(None, None, None)

    def rollback(self) -> None:
        """For entry points only: roll back; the connection is usable again, or closed."""
        try:
            self._pipeline.__exit__(None, None, None)
        except psycopg.Error:
            pass  # the error that ended the transaction was already raised
        try:
            self._connection.rollback()
            if self._connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self._connection.execute("ROLLBACK")
        except psycopg.Error:
            disconnect()


def _rows_of(kind: Any) -> BaseRowFactory[Any]:
    def maker(cursor: Any) -> Callable[[Sequence[Any]], Any]:
        found = tuple(column.name for column in cursor.description or ())
        if found and found != kind._fields:
            raise TypeError(f"{kind.__name__} has other names than the columns {found}")
        return kind._make  # type: ignore[no-any-return]

    return maker


@contextmanager
def _timed(*statements: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    finally:
        metrics.count_query(started, *statements)


def _account(thing: View) -> Row:
    return {name: getattr(thing, name) for name in thing.accounted if hasattr(thing, name)}


_INSERT_EVENT = """
INSERT INTO outbox (id, name, object_type, object_id, payload, correlation_id, actor, organization_id)
VALUES (%(id)s, %(name)s, %(object_type)s, %(object_id)s, %(payload)s, %(correlation_id)s, %(actor)s,
        %(organization_id)s)
"""

_INSERT_AUDIT = """
INSERT INTO audit_logs (id, user_id, organization_id, on_behalf_of, action, operation, resource_type, resource_id,
                        ip_address, user_agent, before, after, response_status, correlation_id)
VALUES (%(audit_id)s, %(actor)s, %(organization_id)s, %(on_behalf_of)s, %(name)s, %(operation)s, %(object_type)s,
        %(object_id)s, %(ip)s, %(user_agent)s, %(before)s, %(after)s, %(status)s, %(correlation_id)s)
"""


@contextmanager
def reading(caller: Caller | None) -> Iterator[Reading]:
    """Queries as `caller` (None: the public). Raises Unavailable where the database does not answer."""
    yield Reading(connection(), caller, _role())


@contextmanager
def transaction(caller: Caller | None = None) -> Iterator[Tx]:
    """The operation's one transaction, as `caller` (None: the public, or the platform in a worker)."""
    tx = Tx(connection(), caller, _role())
    _state.tx = tx
    try:
        if caller and current().idempotency_key:
            _claim_key(tx, caller)
        yield tx
    except BaseException:
        _state.tx = None
        tx.rollback()
        raise


def _role() -> str | None:
    return None if current().operation.kind in ("endpoint", "socket", "authorizer") else WORKER


def pending() -> Tx | None:
    """For entry points: the transaction that the operation completed and that is not committed yet."""
    tx: Tx | None = getattr(_state, "tx", None)
    _state.tx = None
    return tx


def _claim_key(tx: Tx, caller: Caller) -> None:
    request = current()
    values = {"user_id": caller.user_id, "key": request.idempotency_key}
    [[lock], earlier] = tx.batch((_LOCK_KEY, values), (_SELECT_KEY, values))
    if not lock["locked"]:
        raise KeyInFlight(retry_after=1)
    if earlier:
        if earlier[0]["request_hash"] != request.request_hash:
            raise KeyReused()
        raise Replay(earlier[0]["status"], earlier[0]["body"])


def keep_answer(tx: Tx, caller: Caller, status: int, body: str) -> None:
    """For the endpoint: store the answer under its Idempotency-Key, in the operation's transaction."""
    request = current()
    tx.run(
        _INSERT_KEY,
        {
            "user_id": caller.user_id,
            "key": request.idempotency_key,
            "request_hash": request.request_hash,
            "operation": request.operation.name,
            "status": status,
            "body": body,
        },
    )


_LOCK_KEY = """
SELECT pg_try_advisory_xact_lock(hashtextextended(%(user_id)s::text || ' ' || %(key)s, 0)) AS locked
"""

_SELECT_KEY = """
SELECT request_hash, status, body
FROM idempotency_keys
WHERE user_id = %(user_id)s AND key = %(key)s AND created_at > now() - interval '24 hours'
"""

_INSERT_KEY = """
INSERT INTO idempotency_keys (user_id, key, request_hash, operation, status, body)
VALUES (%(user_id)s, %(key)s, %(request_hash)s, %(operation)s, %(status)s, %(body)s)
ON CONFLICT (user_id, key) DO UPDATE
SET request_hash = excluded.request_hash, operation = excluded.operation, status = excluded.status,
    body = excluded.body, created_at = now()
"""


def record_refusal(caller: Caller, resource_id: UUID | None, refusal: Refusal) -> None:
    """An audit row for a change that a known caller was refused; best effort, in a round trip of its own."""
    try:
        _record(caller, "refused", resource_id, refusal.status, Jsonb({"code": refusal.code}))
    except (psycopg.Error, Unavailable):
        disconnect()


def record_read(caller: Caller, resource_id: UUID | None) -> None:
    """An audit row for what a member of staff is about to read. Raises Unavailable; then nothing may be read."""
    try:
        _record(caller, "read", resource_id, current().operation.returns, None)
    except psycopg.Error as error:
        disconnect()
        raise Unavailable(message="The database does not answer.", retry_after=1) from error


def _record(caller: Caller, what: str, resource_id: UUID | None, status: int, after: Jsonb | None) -> None:
    request = current()
    values = {
        "audit_id": new_id(),
        "actor": caller.user_id,
        "organization_id": caller.organization_id,
        "on_behalf_of": None,
        "name": f"{request.operation.name}.{what}",
        "operation": request.operation.name,
        "object_type": request.operation.word,
        "object_id": resource_id,
        "ip": request.ip,
        "user_agent": request.user_agent,
        "before": None,
        "after": after,
        "status": status,
        "correlation_id": request.correlation_id,
    }
    with reading(caller) as tx:
        tx.send(_INSERT_AUDIT, values)


def refusal_of(error: psycopg.IntegrityError, raises: Sequence[type[Exception]]) -> Conflict | Refusal | None:
    """The declared refusal that a violated constraint stands for, or None where none claims it."""
    name = error.diag.constraint_name
    for kind in raises:
        if issubclass(kind, Refusal) and kind.constraint is not None and kind.constraint == name:
            return kind()
    return None
