"""The SQL of webhooks."""

from typing import Any
from uuid import UUID

from shared.kit.catalog import STAFF
from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.webhooks.models import NewWebhook

_COLUMNS = "w.id, w.url, w.events, w.description, w.status, w.disabled_reason, w.created_at"

# Of the caller's organization; the platform's own people keep the platform's.
_MINE = "w.organization_id IS NOT DISTINCT FROM %(organization_id)s::uuid"

_SELECT_ALL = f"SELECT {_COLUMNS} FROM webhooks w WHERE {_MINE} ORDER BY w.id"

_SELECT_ONE = f"SELECT {_COLUMNS} FROM webhooks w WHERE w.id = %(webhook_id)s AND {_MINE}"

_LOCK_ONE = f"SELECT {_COLUMNS}, w.secret FROM webhooks w WHERE w.id = %(webhook_id)s AND {_MINE} FOR UPDATE"

# Of two who add one at once, one counts after the other.
_LOCK_ALL = (
    "SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || %(organization_id)s::text, 0)) IS NULL AS locked"
)

_COUNT = f"SELECT count(*) AS count FROM webhooks w WHERE {_MINE}"

_INSERT = f"""
INSERT INTO webhooks AS w (id, organization_id, url, events, description, secret, created_by, updated_by)
VALUES (%(id)s, %(organization_id)s, %(url)s, %(events)s::text[], %(description)s, %(secret)s, %(by)s, %(by)s)
RETURNING {_COLUMNS}
"""

_UPDATE = f"""
UPDATE webhooks w
SET url = %(url)s, events = %(events)s::text[], description = %(description)s, status = %(status)s,
    disabled_reason = %(disabled_reason)s,
    -- Enabled again, it has another five days.
    failing_since = CASE WHEN w.status = 'DISABLED' THEN NULL ELSE w.failing_since END,
    updated_at = now(), updated_by = %(by)s
WHERE w.id = %(id)s
RETURNING {_COLUMNS}
"""

_UPDATE_SECRET = f"""
UPDATE webhooks w
SET old_secret = w.secret, secret = %(secret)s, rotated_at = app.now(), updated_at = now(), updated_by = %(by)s
WHERE w.id = %(webhook_id)s
RETURNING {_COLUMNS}
"""

_DELETE = f"DELETE FROM webhooks w WHERE w.id = %(webhook_id)s AND {_MINE} RETURNING {_COLUMNS}"


def keeper_of(caller: Caller) -> UUID | None:
    """The organization whose webhooks the caller keeps; None: the platform's."""
    return None if caller.role in STAFF else caller.organization_id


def select_webhooks(tx: Reading, caller: Caller) -> list[Row]:
    """The organization's webhooks, the oldest first."""
    return tx.all(_SELECT_ALL, {"organization_id": keeper_of(caller)})


def select_webhook(tx: Reading, caller: Caller, webhook_id: UUID) -> Row | None:
    """One of the organization's webhooks."""
    return tx.one(_SELECT_ONE, {"webhook_id": webhook_id, "organization_id": keeper_of(caller)})


def lock_webhook(tx: Tx, caller: Caller, webhook_id: UUID) -> Row | None:
    """One of the organization's webhooks with its `secret`, which nobody else changes until the transaction ends."""
    return tx.one(_LOCK_ONE, {"webhook_id": webhook_id, "organization_id": keeper_of(caller)})


def lock_count(tx: Tx, caller: Caller) -> int:
    """How many webhooks the organization has; nobody else adds one until the transaction ends."""
    values = {"organization_id": keeper_of(caller)}
    _, [counted] = tx.batch((_LOCK_ALL, {"organization_id": str(values["organization_id"])}), (_COUNT, values))
    return int(counted["count"])


def insert_webhook(tx: Tx, caller: Caller, new: NewWebhook, sealed: str) -> Row:
    """The new webhook; its secret is `sealed`."""
    values: dict[str, Any] = {**new.model_dump(), "id": new_id(), "organization_id": keeper_of(caller)}
    return tx.all(_INSERT, values | {"secret": sealed, "by": caller.user_id})[0]


def update_webhook(tx: Tx, caller: Caller, row: Row) -> Row:
    """The changed webhook."""
    return tx.all(_UPDATE, {**row, "by": caller.user_id})[0]


def update_secret(tx: Tx, caller: Caller, webhook_id: UUID, sealed: str) -> Row:
    """The webhook with a new secret; the last one signs, too, for a day."""
    return tx.all(_UPDATE_SECRET, {"webhook_id": webhook_id, "secret": sealed, "by": caller.user_id})[0]


def delete_webhook(tx: Tx, caller: Caller, webhook_id: UUID) -> Row | None:
    """The webhook that is gone, with its deliveries; None if there was none."""
    return tx.one(_DELETE, {"webhook_id": webhook_id, "organization_id": keeper_of(caller)})
