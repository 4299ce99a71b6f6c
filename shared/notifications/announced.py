"""The SQL of what is announced to everybody: who was not connected, and is notified instead."""

from uuid import UUID

from shared.kit.consumer import Event
from shared.kit.db import Row, Tx
from shared.notifications.models import Notice, NotificationSubject
from shared.notifications.queries import insert_notifications
from shared.users.preferences import is_wanted

FIRST = UUID(int=0)
_ORGANIZATIONS = 50
"""Of one transaction."""

# As in queries.py: nothing appears before an id that somebody has seen already.
_LOCK_ORGANIZATIONS = """
SELECT o.id, pg_advisory_xact_lock(hashtextextended('notifications ' || o.id, 0)) IS NULL AS locked
FROM (SELECT id FROM organizations WHERE id > %(after)s ORDER BY id LIMIT %(limit)s) AS o
ORDER BY o.id
"""

_SELECT_ABSENT = """
SELECT u.id, u.name, u.email, u.language, u.preferences, n.kinds, n.quiet_hours, n.digest, app.now() AS now
FROM users u
LEFT JOIN notification_choices n ON n.user_id = u.id
WHERE u.organization_id = ANY(%(organization_ids)s::uuid[]) AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
  AND NOT EXISTS (
      SELECT FROM connections c
      CROSS JOIN LATERAL app.connection_caller(c.connection_id) AS caller
      WHERE c.user_id = u.id AND caller.user_id = u.id AND c.connected_at <= %(moment)s)
ORDER BY u.id
"""


def insert_notices(tx: Tx, event: Event, after: UUID) -> tuple[UUID | None, list[Row]]:
    """Notify whoever was not connected when it was announced, of the next organizations by id. The id of the last one;
    None if there are no more. And these people, whether or not they read notifications, with their choices."""
    rows = tx.all(_LOCK_ORGANIZATIONS, {"after": after, "limit": _ORGANIZATIONS})
    ids = [row["id"] for row in rows]
    absent = tx.all(_SELECT_ABSENT, {"organization_ids": ids, "moment": event.occurred_at})
    readers = [person for person in absent if is_wanted(person, "announcement", "in_app")]
    insert_notifications(tx, event.id, [_notice(event, person) for person in readers])
    return (ids[-1] if len(ids) == _ORGANIZATIONS else None), absent


def _notice(event: Event, person: Row) -> Notice:
    return Notice(
        user_id=person["id"],
        type="announcement",
        title=event.data["title"],
        message=event.data["body"],
        metadata={"announcement_id": event.object_id},
        event=event.name,
        subject=NotificationSubject.of({"type": "announcement", "id": event.object_id}),
        actor=None,
        params={},
    )
