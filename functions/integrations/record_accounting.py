"""Record what accounting software answered.

Which company was connected, what it has, and what became of each document; then the next documents go. Where it lets us
in no more, the connection is DISCONNECTED, and whoever made it is told.
"""

from typing import Any

from shared.integrations import batches, queries, rules, targets
from shared.kit.consumer import Event, consumer
from shared.kit.db import Row, Tx
from shared.kit.sealed import unpack


@consumer(
    "integration.let_in",
    "integration.not_let_in",
    "integration.listed",
    "integration.not_listed",
    "integration.answered",
    "integration.revoked",
    uses=("accounting.send", "token_key.decrypt", "token_key.encrypt"),
    timeout=60,
)
def record_accounting(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (attempts and connections have ids)
    if event.name == "integration.let_in":
        _connect(event, tx)
    elif event.name == "integration.not_let_in":
        queries.update_attempt_failed(tx, event.object_id, event.data["reason"])
    elif connection := queries.lock_by_id(tx, event.object_id):
        _record(event, tx, connection)


def _connect(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101
    connection = queries.upsert_connected(tx, event.object_id, event.data)
    if connection:
        tx.emit("integration.connected", rules.told(connection))


def _record(event: Event, tx: Tx, connection: Row) -> None:
    told: dict[str, Any] = event.data
    if event.name == "integration.listed":
        targets.upsert_targets(tx, connection, told["kind"], told["read_id"], unpack(told["sealed"]), told["ends"])
    elif event.name == "integration.not_listed":
        queries.update_paused(tx, connection["id"], told["reason"], 0, rules.PAUSES)
    elif event.name == "integration.revoked":
        _disconnect(tx, connection, told["reason"])
    elif str(connection["batch_id"]) == told["batch_id"]:
        batches.answered(tx, connection, told)
        if told["revoked"]:
            _disconnect(tx, connection, told["revoked"])
        # Read again: it has no batch now, and may have been told to wait.
        if going := queries.lock_by_id(tx, connection["id"]):
            batches.send_next(tx, going, event.correlation_id)


def _disconnect(tx: Tx, connection: Row, reason: str) -> None:
    if connection["status"] != "CONNECTED":
        return
    ended = queries.update_status(tx, connection["id"], "DISCONNECTED", reason)
    if ended:
        facts = {"company_name": ended["company_name"], "software": rules.title(ended), "failure": reason}
        tx.emit("integration.disconnected", rules.told(ended), user_id=queries.select_reader(tx, ended), **facts)
