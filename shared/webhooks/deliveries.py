"""The SQL of deliveries: which are due, which are on their way, and what became of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.webhooks.audience import PLATFORM, Audience
from shared.webhooks.models import DeliveryFilter

_COLUMNS = "d.id, d.event_id, e.name AS event, d.status, d.attempts, d.next_attempt_at, d.created_at"

_SELECT = f"SELECT {_COLUMNS} FROM webhook_deliveries d JOIN public_events e ON e.id = d.event_id"

_SELECT_ONE = _SELECT + " WHERE d.id = %(delivery_id)s"

_SELECT_PAGE = (
    _SELECT
    + """
WHERE d.webhook_id = %(webhook_id)s
  AND (%(status)s::text IS NULL OR d.status = %(status)s)
  AND (%(before)s::timestamptz IS NULL OR (d.created_at, d.id) < (%(before)s, %(before_id)s::uuid))
ORDER BY d.created_at DESC, d.id DESC
LIMIT %(limit)s
"""
)

_INSERT = """
INSERT INTO webhook_deliveries (id, webhook_id, event_id, next_attempt_at)
VALUES (%(id)s, %(webhook_id)s, %(event_id)s, app.now())
"""

_SELECT_LISTENING = """
SELECT w.id
FROM webhooks w
WHERE w.organization_id IS NOT DISTINCT FROM %(organization_id)s::uuid AND w.status = 'ACTIVE'
  AND (w.events = '{*}' OR %(name)s = ANY (w.events))
ORDER BY w.id
"""

# Webhooks are locked before their deliveries, in the order of their ids: so nobody waits crosswise, and no two send
# more than the limit at once.
_LOCK_WEBHOOKS = """
SELECT w.id FROM webhooks w WHERE w.id = ANY (%(webhook_ids)s::uuid[]) ORDER BY w.id FOR NO KEY UPDATE
"""

_SELECT_DUE_WEBHOOKS = """
SELECT w.id
FROM webhooks w
WHERE w.id > %(after)s
  AND EXISTS (SELECT FROM webhook_deliveries d
              WHERE d.webhook_id = w.id AND d.next_attempt_at <= app.now()
                AND (d.claimed_until IS NULL OR d.claimed_until <= now()))
ORDER BY w.id
LIMIT %(limit)s
"""

# Who has lost the right hears nothing more: a broker without the mandate, an organization without anybody who might
# read it. Claims last for a while by the real clock, which no stage moves.
_CLAIM = """
WITH due AS (
    SELECT d.id, extract(epoch FROM d.next_attempt_at - app.now()) AS wait,
           NOT EXISTS (SELECT FROM users u
                       WHERE u.status = 'ACTIVE' AND u.deleted_at IS NULL
                         AND CASE WHEN w.organization_id IS NULL THEN u.role = 'SUPER_ADMIN'
                                  ELSE u.organization_id = w.organization_id
                                       AND u.role IN ('OWNER', 'CLIENT', 'BROKER') END)
           OR (e.side = 'BROKER'
               AND NOT EXISTS (SELECT FROM mandates m
                               JOIN users b ON b.id = m.broker_id
                               WHERE m.client_organization_id = e.client_organization_id
                                 AND b.organization_id = e.organization_id AND m.revoked_at IS NULL
                                 AND (m.valid_until IS NULL OR m.valid_until >= app.today('UTC')))) AS is_lost
    FROM webhooks w
    CROSS JOIN LATERAL (
        SELECT o.id, o.event_id, o.next_attempt_at
        FROM webhook_deliveries o
        WHERE o.webhook_id = w.id AND o.next_attempt_at <= app.now() + %(ahead)s
          AND (o.claimed_until IS NULL OR o.claimed_until <= now())
        ORDER BY o.next_attempt_at, o.id
        LIMIT greatest(0, CASE WHEN w.failing_since IS NULL THEN %(most)s::bigint ELSE 1 END
                          - (SELECT count(*) FROM webhook_deliveries f
                             WHERE f.webhook_id = w.id AND f.claim IS NOT NULL AND f.claimed_until > now()))
    ) d
    JOIN public_events e ON e.id = d.event_id
    WHERE w.id = ANY (%(webhook_ids)s::uuid[])
)
UPDATE webhook_deliveries d
SET status = CASE WHEN due.is_lost THEN 'PARKED' ELSE d.status END,
    next_attempt_at = CASE WHEN NOT due.is_lost THEN d.next_attempt_at END,
    claim = CASE WHEN NOT due.is_lost THEN gen_random_uuid() END,
    claimed_until = CASE WHEN NOT due.is_lost THEN now() + %(lease)s END
FROM due, webhooks w, public_events e
WHERE due.id = d.id AND w.id = d.webhook_id AND e.id = d.event_id
RETURNING d.id AS delivery_id, d.claim, d.event_id, w.url, w.failing_since IS NOT NULL AS is_failing, e.payload,
          w.secret, CASE WHEN w.rotated_at > app.now() - interval '24 hours' THEN w.old_secret END AS old_secret,
          greatest(ceil(due.wait), 0)::integer AS delay, due.is_lost
"""

# An attempt may be over before its claim is committed, which is when whoever claimed it lets the webhook go.
_LOCK_WEBHOOK_OF = """
SELECT w.id FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id WHERE d.id = %(delivery_id)s
FOR NO KEY UPDATE OF w
"""

_LOCK_CLAIMED = """
SELECT d.id, d.webhook_id, d.failures, d.attempts, w.status AS webhook_status, w.failing_since,
       w.failing_since < app.now() - interval '5 days' AS is_given_up
FROM webhook_deliveries d
JOIN webhooks w ON w.id = d.webhook_id
WHERE d.id = %(delivery_id)s AND d.claim = %(claim)s
FOR NO KEY UPDATE OF d
"""

_UPDATE_ATTEMPTED = """
UPDATE webhook_deliveries d
SET status = %(status)s, attempts = %(attempts)s, failures = %(failures)s, claim = NULL, claimed_until = NULL,
    next_attempt_at = app.now() + %(pause)s::interval
WHERE d.id = %(id)s
"""

_UPDATE_HEALTH = """
UPDATE webhooks w
SET failing_since = CASE WHEN %(is_failing)s THEN coalesce(w.failing_since, app.now()) END
WHERE w.id = %(webhook_id)s AND (w.failing_since IS NOT NULL) <> %(is_failing)s
"""

_DISABLE = """
UPDATE webhooks w SET status = 'DISABLED', disabled_reason = %(reason)s, updated_at = now()
WHERE w.id = %(webhook_id)s AND w.status = 'ACTIVE'
RETURNING w.id, w.organization_id, w.url, w.events, w.description, w.status, w.disabled_reason, w.created_at,
          (SELECT u.id FROM users u
           WHERE u.status = 'ACTIVE' AND u.deleted_at IS NULL
             AND CASE WHEN w.organization_id IS NULL THEN u.role = 'SUPER_ADMIN'
                      ELSE u.organization_id = w.organization_id AND u.role IN ('OWNER', 'CLIENT', 'BROKER') END
           ORDER BY u.id IS DISTINCT FROM w.created_by, u.id
           LIMIT 1) AS user_id
"""

_PARK = """
UPDATE webhook_deliveries d
SET status = 'PARKED', next_attempt_at = NULL, claim = NULL, claimed_until = NULL
WHERE d.webhook_id = %(webhook_id)s AND d.next_attempt_at IS NOT NULL
"""

_LOCK_MINE = """
SELECT d.id, d.webhook_id, d.claimed_until > now() AS is_on_its_way
FROM webhook_deliveries d
JOIN webhooks w ON w.id = d.webhook_id
WHERE d.id = %(delivery_id)s AND w.organization_id IS NOT DISTINCT FROM %(organization_id)s::uuid
FOR UPDATE OF d
"""

_UPDATE_REDELIVERED = """
UPDATE webhook_deliveries d
SET status = 'PENDING', failures = 0, next_attempt_at = app.now(), claim = NULL, claimed_until = NULL
WHERE d.id = %(delivery_id)s
"""

MOST = 10
"""Attempts that are on their way to one webhook at once; one that fails has one."""
LEASE = timedelta(minutes=15)
"""After this an attempt of which nothing was heard is made again."""
AHEAD = timedelta(seconds=10)
"""What is due this soon waits in the queue."""


def insert_deliveries(tx: Tx, audience: Audience, event_id: UUID, name: str) -> list[UUID]:
    """Deliver an event to the webhooks that listen to it; their ids."""
    organization_id = None if audience.organization_id == PLATFORM else audience.organization_id
    listening = [row["id"] for row in tx.all(_SELECT_LISTENING, {"organization_id": organization_id, "name": name})]
    for webhook_id in listening:
        insert_delivery(tx, webhook_id, event_id)
    return listening


def insert_delivery(tx: Tx, webhook_id: UUID, event_id: UUID) -> UUID:
    """Deliver an event to one webhook."""
    delivery_id = new_id()
    tx.run(_INSERT, {"id": delivery_id, "webhook_id": webhook_id, "event_id": event_id})
    return delivery_id


def select_due_webhooks(tx: Reading, after: UUID, limit: int) -> list[UUID]:
    """The next webhooks by id to which something is due."""
    return [row["id"] for row in tx.all(_SELECT_DUE_WEBHOOKS, {"after": after, "limit": limit})]


def claim_due(tx: Tx, webhook_ids: list[UUID]) -> list[Row]:
    """What is to be sent to these webhooks now; it is not claimed again before it is recorded, or lost. What nobody
    there may read any more is parked."""
    values: dict[str, Any] = {"webhook_ids": webhook_ids, "most": MOST, "lease": LEASE, "ahead": AHEAD}
    claimed: list[Row] = []
    while True:
        rows = tx.batch((_LOCK_WEBHOOKS, values), (_CLAIM, values))[1]
        claimed += [row for row in rows if not row["is_lost"]]
        # In place of what was parked there is room for more.
        if not any(row["is_lost"] for row in rows):
            return claimed


def lock_claimed(tx: Tx, delivery_id: UUID, claim: UUID) -> Row | None:
    """The delivery with its webhook's health, if this attempt at it has not been recorded."""
    values = {"delivery_id": delivery_id, "claim": claim}
    rows = tx.batch((_LOCK_WEBHOOK_OF, values), (_LOCK_CLAIMED, values))[1]
    return rows[0] if rows else None


def update_attempted(
    tx: Tx, row: Row, status: str, attempts: list[Any], failures: int, pause: timedelta | None
) -> None:
    """Record an attempt, and when the next one is."""
    values = {"id": row["id"], "status": status, "attempts": Jsonb(attempts), "failures": failures, "pause": pause}
    tx.run(_UPDATE_ATTEMPTED, values)


def update_health(tx: Tx, webhook_id: UUID, is_failing: bool) -> None:
    """Remember since when a webhook has been failing, or that it answers."""
    tx.run(_UPDATE_HEALTH, {"webhook_id": webhook_id, "is_failing": is_failing})


def disable(tx: Tx, webhook_id: UUID, reason: str) -> Row | None:
    """The webhook that is disabled now, whose deliveries are parked, with the `user_id` of whoever created it, or of a
    colleague who may keep it; None if it was disabled before."""
    row = tx.one(_DISABLE, {"webhook_id": webhook_id, "reason": reason})
    tx.run(_PARK, {"webhook_id": webhook_id})
    return row


def park(tx: Tx, webhook_id: UUID) -> None:
    """Try nothing more by itself that was meant for the webhook."""
    tx.run(_PARK, {"webhook_id": webhook_id})


def select_deliveries(
    tx: Reading, webhook_id: UUID, asked: DeliveryFilter, key: tuple[datetime | None, UUID | None]
) -> list[Row]:
    """One row more than the page holds, which begins after `key`, the newest first."""
    before, before_id = key
    values = {"webhook_id": webhook_id, "status": asked.status, "limit": asked.limit + 1}
    return tx.all(_SELECT_PAGE, values | {"before": before, "before_id": before_id})


def select_delivery(tx: Reading, delivery_id: UUID) -> Row:
    """The delivery."""
    return tx.all(_SELECT_ONE, {"delivery_id": delivery_id})[0]


def lock_delivery(tx: Tx, organization_id: UUID | None, delivery_id: UUID) -> Row | None:
    """A delivery to one of the organization's webhooks."""
    return tx.one(_LOCK_MINE, {"delivery_id": delivery_id, "organization_id": organization_id})


def update_redelivered(tx: Tx, delivery_id: UUID) -> None:
    """Have the delivery sent again, from the first step on."""
    tx.run(_UPDATE_REDELIVERED, {"delivery_id": delivery_id})
