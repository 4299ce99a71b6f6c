"""Mark a notification as unread.

Marks one of the caller's notifications as unread again, so that it counts and is listed among the unread ones.
"""

from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.notifications import queries
from shared.notifications.models import Notification


@endpoint("PUT /notifications/{notification_id}/unread", access=EVERY_ROLE, writes=True)
def mark_notification_unread(caller: Caller, notification_id: UUID) -> Notification:
    with transaction(caller) as tx:
        row, changed = queries.update_unread(tx, caller, notification_id)
        if row is None:
            raise NotFound()
        notification = Notification.of(row)
        if changed:
            tx.emit("notification.unread", notification)
    return notification
