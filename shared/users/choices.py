"""The SQL of notification preferences."""

from typing import Any

from psycopg.types.json import Jsonb

from shared.kit.db import Asked, Reading, Row, Tx
from shared.kit.request import Caller

_SELECT_CHOICES = """
SELECT u.id, u.preferences, n.kinds, n.quiet_hours, n.digest
FROM users u
LEFT JOIN notification_choices n ON n.user_id = u.id
WHERE u.id = %(id)s AND u.deleted_at IS NULL
"""

# Of two changes at once, one sees the other's result.
_LOCK_CHOOSER = "SELECT u.id FROM users u WHERE u.id = %(id)s AND u.deleted_at IS NULL FOR UPDATE OF u"

_UPSERT_CHOICES = """
INSERT INTO notification_choices (user_id, kinds, quiet_hours, digest)
VALUES (%(id)s, %(kinds)s, %(quiet_hours)s, %(digest)s)
ON CONFLICT (user_id) DO UPDATE
SET kinds = excluded.kinds, quiet_hours = excluded.quiet_hours, digest = excluded.digest, updated_at = now()
"""

_CLEAR_CHANNELS = """
UPDATE notification_choices n
SET kinds = (SELECT coalesce(jsonb_object_agg(k.key, k.value - %(channels)s::text[]), '{}') FROM jsonb_each(n.kinds) k),
    updated_at = now()
WHERE n.user_id = %(id)s AND EXISTS (SELECT FROM jsonb_each(n.kinds) k WHERE k.value ?| %(channels)s::text[])
RETURNING n.user_id
"""


def select_choices(tx: Reading, caller: Caller) -> Row | None:
    """What the caller chose: `id`, `preferences`, `kinds`, `quiet_hours` and `digest`, null where they have not."""
    return tx.one(_SELECT_CHOICES, {"id": caller.user_id})


def lock_choices(tx: Tx, caller: Caller) -> Row | None:
    """As select_choices, but locked."""
    values = {"id": caller.user_id}
    # The lock is a statement of its own: the next one then reads what the wait has left.
    _, found = tx.batch((_LOCK_CHOOSER, values), (_SELECT_CHOICES, values))
    return found[0] if found else None


def upsert_choices(tx: Tx, row: Row) -> None:
    """Queue that this is what they chose."""
    hours = row["quiet_hours"]
    values: dict[str, Any] = {
        "id": row["id"],
        "kinds": Jsonb(row["kinds"]),
        "quiet_hours": None if hours is None else Jsonb(hours),
        "digest": row["digest"] or "IMMEDIATE",
    }
    tx.run(_UPSERT_CHOICES, values)


def ask_cleared(tx: Tx, caller: Caller, channels: list[str]) -> Asked[bool]:
    """Forget what the caller chose for single kinds on these channels; whether they had."""
    return tx.later(_CLEAR_CHANNELS, {"id": caller.user_id, "channels": channels}).then(bool)
