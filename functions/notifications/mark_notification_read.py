"""Mark a notification as read.

Marks one of the caller's notifications as read. Over WebSocket, the same operation is `notification:mark_read`.
"""

from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.kit.socket import Socket
from shared.notifications import queries
from shared.notifications.models import Notification


@endpoint(
    "PUT /notifications/{notification_id}/read",
    access=EVERY_ROLE,
    writes=True,
    socket=Socket("notification:mark_read", answers="notification:read", fields={"notification_id": "id"}),
)
def mark_notification_read(caller: Caller, notification_id: UUID) -> Notification:
    with transaction(caller) as tx:
        row, changed = queries.update_read(tx, caller, notification_id)
        if row is None:
            raise NotFound()
        notification = Notification.of(row)
        if changed:
            tx.emit("notification.read", notification)
    return notification
