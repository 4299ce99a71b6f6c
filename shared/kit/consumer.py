"""The entry point for messages: events from the bus, and messages that our own code queued.

A message can be delivered twice, late or out of order. A consumer of events therefore writes an inbox row
in the transaction of its effect; an `ordered` one first catches up on the earlier events of the same object,
which it finds in the outbox, so that effects happen in the order of the changes.
A message that fails is reported alone; the rest of its batch stays done.
"""

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.kit import metrics, wire
from shared.kit.catalog import Database, Kind, Operation
from shared.kit.db import Row, Tx, reading, transaction
from shared.kit.fields import FrameData
from shared.kit.log import logger
from shared.kit.request import Request, begin, current
from shared.kit.unit import perform


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ConsumerOperation(Operation):
    """An operation that events start, from a queue of its own."""

    kind: ClassVar[Kind] = "consumer"

    hears: tuple[str, ...]
    tells: tuple[type[Any], ...] = ()
    """The frames that it sends to sockets."""
    batch: int = 10


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class WorkerOperation(Operation):
    """An operation that messages of one of the platform's queues start."""

    kind: ClassVar[Kind] = "worker"

    queue: str
    batch: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `name` is noun.past, `object_id` the thing it happened to."""

    id: UUID
    name: str
    object_id: UUID | None
    data: dict[str, Any]
    correlation_id: str
    actor: UUID | None
    occurred_at: datetime


Listener = Callable[[Event, Tx], None]
Handler = Callable[[dict[str, Any]], None]


class _Queue:
    """A declared consumer of a queue: callable as its own Lambda handler."""

    def __init__(
        self,
        function: Callable[..., Any],
        operation: Operation,
        concurrent: bool = False,
        afterwards: Callable[[], None] | None = None,
    ) -> None:
        self.function = function
        self.operation = operation
        self.__name__ = operation.name
        self.__doc__ = function.__doc__
        self._concurrent = concurrent
        self._afterwards = afterwards

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        groups: dict[str, list[dict[str, Any]]] = {}
        for record in event["Records"]:
            group = record["attributes"].get("MessageGroupId", record["messageId"])
            groups.setdefault(group, []).append(record)
        if self._concurrent and len(groups) > 1:
            with ThreadPoolExecutor(len(groups)) as pool:
                failed = list(pool.map(self._failures, groups.values()))
        else:
            failed = [self._failures(records) for records in groups.values()]
        if self._afterwards and not self._is_concluded(self._afterwards):
            failed = [[record["messageId"] for record in event["Records"]]]
        return {"batchItemFailures": [{"itemIdentifier": name} for names in failed for name in names]}

    def _is_concluded(self, afterwards: Callable[[], None]) -> bool:
        begin(Request(self.operation, "-"))
        try:
            afterwards()
        except Exception as error:  # noqa: BLE001 (the whole batch is reported to the queue)
            self._complain(error, current().correlation_id, None)
            return False
        return True

    def _failures(self, records: list[dict[str, Any]]) -> list[str]:
        for number, record in enumerate(records):
            if not self._handled(record):
                # The later messages of its FIFO group wait for it, to keep their order.
                return [waiting["messageId"] for waiting in records[number:]]
        return []

    def _handled(self, record: dict[str, Any]) -> bool:
        request = Request(self.operation, "-", receives=_receives(record))
        begin(request)
        try:
            # Inside the try, so that a malformed body fails alone and not with its whole batch.
            body = wire.load(record["body"])
            request.correlation_id = str(_correlation_of(body))
            self.handle(body)
        except Exception as error:  # noqa: BLE001 (reported to the queue, which retries and then parks it)
            told = {"message_id": record["messageId"], "receives": request.receives}
            self._complain(error, request.correlation_id, told)
            return False
        logger.info(f"{self.operation.name} done", correlation_id=request.correlation_id, **metrics.measured())
        return True

    def _complain(self, error: Exception, correlation_id: str, metadata: dict[str, Any] | None) -> None:
        logger.error(
            f"{self.operation.name} failed",
            correlation_id=correlation_id,
            error_type=type(error).__name__,
            sqlstate=getattr(error, "sqlstate", None),
            stack=traceback.format_tb(error.__traceback__),
            metadata=metadata,
            **metrics.measured(),
        )

    def handle(self, body: dict[str, Any]) -> None:
        """The work for one message's body."""
        self.function(body)


def _correlation_of(body: Any) -> Any:
    if not isinstance(body, dict):
        return "-"
    return body.get("correlation_id") or (body.get("detail") or {}).get("correlation_id") or "-"


def _receives(record: dict[str, Any]) -> int:
    return int(record["attributes"].get("ApproximateReceiveCount", "1"))


class Consumer(_Queue):
    """A consumer of events."""

    def __init__(
        self, function: Callable[..., Any], operation: ConsumerOperation, ordered: bool, inbox: bool = True
    ) -> None:
        super().__init__(function, operation)
        self._hears = operation.hears
        self._ordered = ordered
        self._inbox = inbox and operation.database is not None

    def handle(self, body: dict[str, Any]) -> None:
        event = event_of(body["detail"])
        if not self._inbox:
            self.function(event)
            return
        if self._ordered and event.object_id:
            for earlier in self._earlier(event):
                perform(self.operation, lambda earlier=earlier: self._once(earlier))  # type: ignore[misc]
        perform(self.operation, lambda: self._once(event))

    def _once(self, event: Event) -> None:
        with transaction() as tx:
            fresh = tx.one(_INSERT_INBOX, {"consumer": self.operation.name, "event_id": event.id})
            if fresh:
                self.function(event, tx)

    def _earlier(self, event: Event) -> list[Event]:
        values = {
            "object_id": event.object_id,
            "event_id": event.id,
            "consumer": self.operation.name,
            "names": list(self._hears),
        }
        found: list[Row] = []

        def read() -> None:
            with reading(None) as tx:
                found[:] = tx.all(_SELECT_EARLIER, values)

        perform(self.operation, read)
        return [event_of(row) for row in found]


_INSERT_INBOX = """
INSERT INTO inbox (consumer, event_id) VALUES (%(consumer)s, %(event_id)s)
ON CONFLICT DO NOTHING
RETURNING event_id
"""

_SELECT_EARLIER = """
SELECT o.id, o.name, o.object_id, o.payload AS data, o.correlation_id, o.actor, o.occurred_at
FROM outbox o
WHERE o.object_id = %(object_id)s
  AND o.name = ANY(%(names)s)
  AND o.seq < (SELECT seq FROM outbox WHERE id = %(event_id)s)
  AND NOT EXISTS (SELECT FROM inbox i WHERE i.consumer = %(consumer)s AND i.event_id = o.id)
ORDER BY o.seq
"""


def event_of(detail: dict[str, Any]) -> Event:
    """The event of an EventBridge entry, or of an outbox row whose payload is called `data`."""
    return Event(
        id=UUID(str(detail["id"])),
        name=detail["name"],
        object_id=UUID(str(detail["object_id"])) if detail["object_id"] else None,
        data=detail["data"],
        correlation_id=detail["correlation_id"],
        actor=UUID(str(detail["actor"])) if detail["actor"] else None,
        occurred_at=datetime.fromisoformat(str(detail["occurred_at"])),
    )


def detail_of(row: Row) -> str:
    """An outbox row as the `Detail` of an EventBridge entry."""
    return wire.render(
        {name: row[name] for name in ("id", "name", "object_id", "correlation_id", "actor")}
        | {
            "data": row["payload"],
            "occurred_at": row["occurred_at"],
        }
    )


def consumer(
    *hears: str,
    tells: tuple[type[FrameData], ...] = (),
    ordered: bool = False,
    inbox: bool = True,
    database: Database | None = "worker",
    emits: bool = True,
    valkey: bool = False,
    uses: tuple[str, ...] = (),
    layers: tuple[str, ...] = (),
    timeout: int = 15,
    memory: int = 512,
    batch: int = 10,
    disk: int = 512,
) -> Callable[[Callable[..., None]], Consumer]:
    """Declare a consumer of the named events. With a database the function is `(event, tx)`, and the inbox ensures
    that each event has one effect; without one it is `(event)`, runs outside the VPC and must itself be safe to
    repeat. Without the `inbox` it is `(event)`, too, for work that is too long for one transaction: it opens its own
    (shared/kit/unit.py), and reads from the thing itself whether there is anything left to do. `tells` are the frames
    that it may send to sockets. A consumer that `emits` no events gets no access to the relay's queue."""

    def declare(function: Callable[..., None]) -> Consumer:
        operation = ConsumerOperation(
            function=function,
            hears=hears,
            tells=tells,
            database=database,
            valkey=valkey,
            vpc=database is not None,
            uses=tuple(sorted({*uses, "relay.send"})) if database and emits else uses,
            layers=("common", *layers),
            timeout=timeout,
            memory=memory,
            batch=batch,
            disk=disk,
        )
        return Consumer(function, operation, ordered, inbox)

    return declare


def worker(
    queue: str,
    *,
    database: Database | None = None,
    batch: int = 10,
    uses: tuple[str, ...] = (),
    layers: tuple[str, ...] = (),
    timeout: int = 15,
    memory: int = 512,
    vpc: bool | None = None,
    concurrent: bool = False,
    afterwards: Callable[[], None] | None = None,
) -> Callable[[Handler], _Queue]:
    """Declare the consumer of a queue that our own code sends to; the function takes one message's body.

    `concurrent` handles the FIFO groups of a batch in parallel, each in order; without groups, all messages.
    `afterwards` concludes a batch, with one call for all of it; if it raises, the whole batch comes again.
    """

    def declare(function: Callable[..., None]) -> _Queue:
        operation = WorkerOperation(
            function=function,
            queue=queue,
            batch=batch,
            database=database,
            vpc=database is not None if vpc is None else vpc,
            uses=uses,
            layers=("common", *layers),
            timeout=timeout,
            memory=memory,
        )
        return _Queue(function, operation, concurrent, afterwards)

    return declare
