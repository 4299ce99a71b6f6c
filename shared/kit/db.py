"""The database: one connection per environment, one transaction per operation, few round trips.

`with transaction(caller) as tx` opens the operation's transaction. Leaving the block by an exception
undoes it; leaving it normally leaves it to the way in (endpoint, consumer, step, …), which sends the
last statements (the answer under its idempotency key) together with COMMIT. So a write is BEGIN with
its first query, then its queries, then COMMIT with everything that needs no answer.

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
"""The role of consumers, jobs and saga steps, which act for the platform and not for a caller."""

_state = threading.local()


class Replay(Exception):
    """The answer to this Idempotency-Key exists already."""

    def __init__(self, status: int, body: str) -> None:
        self.status, self.body = status, body
        super().__init__("replayed")


class NotSent(RuntimeError):
    """An answer was wanted before anything had sent its question."""


class Asked(Generic[T]):
    """An answer that is on its way: its query travels with the transaction's next one, which has to come first."""

    def __init__(self, read: Callable[[], T], is_sent: Callable[[], bool]) -> None:
        self._read, self._is_sent = read, is_sent
        self._found: list[T] = []

    def answer(self) -> T:
        """The answer, which may also be a refusal that is raised. Raises NotSent before the next query."""
        if not self._found:
            if not self._is_sent():
                raise NotSent("Ask for the answer after the query with which the question travels.")
            self._found.append(self._read())
        return self._found[0]

    def then(self, make: Callable[[T], U]) -> "Asked[U]":
        """What `make` makes of the answer, when it is there."""
        return Asked(lambda: make(self.answer()), self._is_sent)


def known(value: T) -> Asked[T]:
    """An answer that nobody has to be asked for."""
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
        """Several queries on one snapshot's round trip; their rows, in order."""
        return self.records(*((sql, values, None) for sql, values in statements))

    def records(self, *statements: Statement) -> list[list[Any]]:
        """As `batch`, each query's rows of its NamedTuple, which has the columns' names; None: dicts.

        For who reads ten thousand rows: they take half the time of dicts.
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
        """A statement that answers nothing, in a transaction of its own."""
        with self._connection.pipeline():
            self._set_context()
            self._connection.execute(sql, values)

    def _set_context(self) -> None:
        self._connection.execute(
            "SELECT app.set_ctx(%(user_id)s::uuid, %(organization_id)s::uuid, %(role)s)", self._context
        )


class Tx(Reading):
    """A transaction. Statements travel together until an answer is needed."""

    def __init__(self, connection: Connection, caller: Caller | None, role: str | None = None) -> None:
        super().__init__(connection, caller, role)
        self.on_behalf_of: UUID | None = None
        """The organization that the caller acts for, where it is not its own: audit rows name it."""
        self.changed: dict[str, None] = {}
        """What `cache.names_of` says of the events told here: cached answers that end with COMMIT."""
        self._sent = 0
        """How often statements have been sent to answer a query."""
        self._pipeline = connection.pipeline()
        self._entered = self._pipeline.__enter__()
        connection.execute("BEGIN")
        self._set_context()

    def _answers(self, statements: Sequence[Statement]) -> list[list[Any]]:
        cursors = self._executed(statements)
        self._sent += 1
        return [cursor.fetchall() for cursor in cursors]

    def run(self, sql: str, values: Values | None = None) -> None:
        """Queue a statement whose answer nobody needs; it travels with the next query or COMMIT."""
        self._connection.execute(sql, values)

    def later(self, sql: str, values: Values | None = None) -> Asked[list[Row]]:
        """Queue a query that travels with the next one; its rows are there after that."""
        cursor, sent = self._connection.execute(sql, values), self._sent
        return Asked(cursor.fetchall, lambda: self._sent > sent)

    def flush(self) -> None:
        """Send what is queued, for answers with which no further query travels."""
        with _timed():
            self._entered.sync()
        self._sent += 1

    def become(self, caller: Caller) -> None:
        """Go on as `caller`, who has just proved inside this transaction to be that person."""
        self.caller = caller
        self._context = {
            "user_id": caller.user_id,
            "organization_id": caller.organization_id,
            "role": caller.role.value,
        }
        self._set_context()

    def emit(self, name: str, thing: View, before: View | None = None, **data: Any) -> None:
        """Tell that `thing` changed: the event for everybody else and the audit row, in this transaction.

        `name` is `noun.past`. Both carry the fields that the view's class names as `accounted`; the event
        carries `data` besides.
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
        """For the ways in only: send what is queued, and COMMIT."""
        with _timed("COMMIT"):
            self._connection.execute("COMMIT")
            self._pipeline.__exit__(None, None, None)

    def rollback(self) -> None:
        """For the ways in only: undo everything; the connection is usable again or given up."""
        try:
            self._pipeline.__exit__(None, None, None)
        except psycopg.Error:
            pass  # the error that ended the transaction has been raised already
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
    """For the ways in: the transaction that the operation completed and nobody has committed yet."""
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
    """An audit row for a change that was refused to a known caller; best effort, a round trip of its own."""
    try:
        _record(caller, "refused", resource_id, refusal.status, Jsonb({"code": refusal.code}))
    except (psycopg.Error, Unavailable):
        disconnect()


def record_read(caller: Caller, resource_id: UUID | None) -> None:
    """An audit row for what one of the platform's own people is about to read. Raises Unavailable: then it does not."""
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
        "object_type": request.operation.domain,
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
