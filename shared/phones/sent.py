"""The SQL of what was sent to phones and devices: each thing once to one person by one channel."""

from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.kit.consumer import Event, event_of
from shared.kit.db import Row, Tx
from shared.kit.settings import setting
from shared.users.preferences import Channel

_INSERT_NOTICE = """
INSERT INTO sent_notices (id, user_id, event_id, channel)
VALUES (%(id)s, %(user_id)s, %(event_id)s, %(channel)s) ON CONFLICT DO NOTHING
RETURNING id
"""

_DELETE_NOTICE = "DELETE FROM sent_notices WHERE id = %(id)s"

_INSERT_DAY = """
INSERT INTO daily_sends (day, channel) VALUES (app.today('UTC'), %(channel)s) ON CONFLICT DO NOTHING
"""

# Whoever comes second waits for the first one's transaction, and counts after it.
_UPDATE_DAY = """
UPDATE daily_sends SET sent = sent + 1
WHERE day = app.today('UTC') AND channel = %(channel)s AND sent < %(most)s
RETURNING sent
"""

# Reports come twice, and in any order: nothing that has arrived or failed is on its way again.
_UPDATE_STATUS = """
UPDATE sent_notices n
SET status = %(status)s, sid = coalesce(%(sid)s, n.sid), error_code = %(error_code)s, updated_at = now()
WHERE n.id = %(id)s AND n.status = ANY(%(before)s::text[])
  AND (%(sid)s::text IS NULL OR coalesce(n.sid, %(sid)s) = %(sid)s)
RETURNING n.id, n.user_id, n.event_id, n.channel
"""

_LOCK_NOTICE = """
SELECT n.id, n.user_id, n.event_id, n.channel FROM sent_notices n WHERE n.id = %(id)s AND n.status = 'QUEUED'
FOR UPDATE
"""

_SELECT_EVENT = """
SELECT o.id, o.name, o.object_id, o.payload AS data, o.correlation_id, o.actor, o.occurred_at
FROM outbox o
WHERE o.id = %(id)s
"""

# Nobody else reads numbers and tokens. The last word of a number counts, whoever has it.
_SELECT_REACH = """
SELECT u.id,
       (SELECT p.number FROM phones p
        WHERE p.user_id = u.id AND p.confirmed_at IS NOT NULL
          AND coalesce((SELECT r.word FROM phone_replies r WHERE r.number = p.number
                        ORDER BY r.created_at DESC, r.sid DESC LIMIT 1), 'START') <> 'STOP') AS number,
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', d.id, 'platform', d.platform, 'token', d.token,
                                                     'token_hash', d.token_hash) ORDER BY d.created_at)
                 FROM devices d WHERE d.user_id = u.id), '[]') AS devices
FROM unnest(%(user_ids)s::uuid[]) AS u (id)
"""

_SELECT_NUMBER = "SELECT p.number FROM phones p WHERE p.user_id = %(user_id)s AND p.confirmed_at IS NOT NULL"

LIMITS: dict[Channel, str] = {"whatsapp": "WHATSAPP_A_DAY", "sms": "SMS_A_DAY"}
"""The settings that say how many messages the platform sends on one day (S0 §10.4)."""

BEFORE = {"SENT": ["QUEUED"], "DELIVERED": ["QUEUED", "SENT"], "FAILED": ["QUEUED", "SENT"]}
"""Status → those that it follows on."""


def notice_id(event_id: UUID, user_id: UUID, channel: Channel) -> UUID:
    """The same however often it is asked for: what is queued twice is one message."""
    return uuid5(NAMESPACE_OID, f"{event_id} {user_id} {channel}")


def claim_notice(tx: Tx, event_id: UUID, user_id: UUID, channel: Channel) -> str | None:
    """None for what is to be sent now; otherwise how it stands with what was sent before."""
    values: dict[str, Any] = {"event_id": event_id, "user_id": user_id, "channel": channel}
    values["id"] = notice_id(event_id, user_id, channel)
    if tx.one(_INSERT_NOTICE, values):
        return None
    [row] = tx.all("SELECT n.status FROM sent_notices n WHERE n.id = %(id)s", values)
    return str(row["status"])


def delete_notice(tx: Tx, notice: UUID) -> None:
    """Queue that it was not sent after all."""
    tx.run(_DELETE_NOTICE, {"id": notice})


def has_room(tx: Tx, channel: Channel) -> bool:
    """Whether the platform may send one more today; it is counted."""
    values: dict[str, Any] = {"channel": channel, "most": int(setting(LIMITS[channel]))}
    tx.run(_INSERT_DAY, values)
    return bool(tx.all(_UPDATE_DAY, values))


def update_status(
    tx: Tx, notice: UUID, status: str, sid: str | None = None, error_code: str | None = None
) -> Row | None:
    """The notice with its new status; None where that is no news."""
    values = {"id": notice, "status": status, "sid": sid, "error_code": error_code, "before": BEFORE[status]}
    return tx.one(_UPDATE_STATUS, values)


def lock_queued(tx: Tx, notice: UUID) -> Row | None:
    """The notice, if nothing is known of it but that it was queued."""
    return tx.one(_LOCK_NOTICE, {"id": notice})


def select_event(tx: Tx, event_id: UUID) -> Event | None:
    """What happened; None once it is forgotten."""
    row = tx.one(_SELECT_EVENT, {"id": event_id})
    return event_of(row) if row else None


def select_reach(tx: Tx, user_ids: list[UUID]) -> dict[UUID, Row]:
    """For each person the `number` that may be written to, and `devices`."""
    return {row["id"]: row for row in tx.all(_SELECT_REACH, {"user_ids": user_ids})}


def select_number(tx: Tx, user_id: UUID) -> str | None:
    """Somebody's number, whether or not it wants to be written to."""
    row = tx.one(_SELECT_NUMBER, {"user_id": user_id})
    return row["number"] if row else None
