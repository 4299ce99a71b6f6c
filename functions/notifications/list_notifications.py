"""List the caller's notifications.

Lists the caller's notifications, newest first; `meta.unread` counts all that are unread. After a lost WebSocket
connection, a client can list everything since a given id, in order.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.notifications import queries
from shared.notifications.models import Notification, NotificationFilter, NotificationList, NotificationMeta


@endpoint("GET /notifications", access=EVERY_ROLE)
def list_notifications(caller: Caller, query: NotificationFilter) -> NotificationList:
    with reading(caller) as tx:
        rows, unread = queries.select_notifications(tx, caller, query)
    shown, meta = query.page(rows, "id")
    return NotificationList.of(
        {"data": [Notification.of(row) for row in shown], "meta": NotificationMeta.of({**meta, "unread": unread})}
    )
