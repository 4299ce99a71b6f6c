"""Record what became of an export.

It has begun, is written or delivered, or an attempt has failed. What failed is tried again after a while; after the
last time it is FAILED, and says why.
"""

from shared.exports import queries, rules
from shared.kit.consumer import Event, consumer
from shared.kit.db import Row, Tx


@consumer("export.started", "export.written", "export.unwritten", "export.delivered", "export.undelivered")
def record_export(event: Event, tx: Tx) -> None:
    row = _recorded(event, tx)
    if row is None:
        return
    export, told = rules.shown(row), rules.told(row)
    if row["status"] == "COMPLETED":
        tx.emit("export.completed", export, **told)
    elif row["status"] == "FAILED":
        tx.emit("export.failed", export, **told)
    elif event.name == "export.written":
        tx.emit("export.delivery_requested", export, **told)


def _recorded(event: Event, tx: Tx) -> Row | None:
    """The export, if the message is news."""
    assert event.object_id is not None  # noqa: S101 (exports have ids)
    attempt = event.data["attempt"]
    match event.name:
        case "export.started":
            queries.update_started(tx, event.object_id, attempt)
            return None
        case "export.written":
            return queries.update_written(tx, event.object_id, attempt, event.data)
        case "export.delivered":
            return queries.update_delivered(tx, event.object_id, attempt)
        case _:
            is_final = event.data.get("is_final", False)
            return queries.update_failed(tx, event.object_id, attempt, event.data["reason"], rules.RETRIES, is_final)
