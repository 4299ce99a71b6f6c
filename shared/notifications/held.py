"""The SQL of what waits for the end of somebody's quiet hours, or for their daily digest."""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kit.db import Row, Tx
from shared.users.preferences import Channel

# A digest takes all that waits for a person, so no limit may part it.
_LOCK_DUE = """
SELECT h.user_id, h.event_id, h.channel, n.quiet_hours, app.now() AS now,
       o.id, o.name, o.object_id, o.payload AS data, o.correlation_id, o.actor, o.occurred_at
FROM held_notices h
JOIN outbox o ON o.id = h.event_id
LEFT JOIN notification_choices n ON n.user_id = h.user_id
WHERE h.due_at <= app.now()
  AND h.user_id IN (SELECT d.user_id FROM held_notices d WHERE d.due_at <= app.now()
                    GROUP BY d.user_id ORDER BY min(d.due_at), d.user_id LIMIT %(people)s)
ORDER BY h.user_id, o.seq
FOR UPDATE OF h SKIP LOCKED
"""

_INSERT_HELD = """
INSERT INTO held_notices (user_id, event_id, channel, due_at)
VALUES (%(user_id)s, %(event_id)s, %(channel)s, %(due_at)s) ON CONFLICT DO NOTHING
"""

_UPDATE_DUE = """
UPDATE held_notices SET due_at = %(due_at)s
WHERE user_id = %(user_id)s
  AND (event_id, channel) IN (SELECT * FROM unnest(%(event_ids)s::uuid[], %(channels)s::text[]))
"""

_DELETE_HELD = """
DELETE FROM held_notices
WHERE user_id = %(user_id)s
  AND (event_id, channel) IN (SELECT * FROM unnest(%(event_ids)s::uuid[], %(channels)s::text[]))
"""


def hold(tx: Tx, user_id: UUID, event_id: UUID, channel: Channel, due_at: datetime) -> None:
    """Queue that the news waits."""
    tx.run(_INSERT_HELD, {"user_id": user_id, "event_id": event_id, "channel": channel, "due_at": due_at})


def lock_due(tx: Tx, people: int) -> list[Row]:
    """What is to be sent now to so many people: `user_id`, `channel`, `quiet_hours`, the moment `now`, and the columns
    of the event, in its order."""
    return tx.all(_LOCK_DUE, {"people": people})


def postpone(tx: Tx, user_id: UUID, rows: list[Row], due_at: datetime) -> None:
    """Queue that these wait longer."""
    tx.run(_UPDATE_DUE, {**_named(user_id, rows), "due_at": due_at})


def release(tx: Tx, user_id: UUID, rows: list[Row]) -> None:
    """Queue that these wait no longer."""
    tx.run(_DELETE_HELD, _named(user_id, rows))


def _named(user_id: UUID, rows: list[Row]) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "event_ids": [row["event_id"] for row in rows],
        "channels": [row["channel"] for row in rows],
    }
