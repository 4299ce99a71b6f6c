"""Mark all notifications as read.

Marks all of the caller's notifications as read.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.notifications import queries
from shared.notifications.models import AllRead


@endpoint("PUT /notifications/read-all", access=EVERY_ROLE, writes=True)
def mark_all_notifications_read(caller: Caller) -> AllRead:
    with transaction(caller) as tx:
        all_read = AllRead.of({"id": caller.user_id, "marked": queries.update_all_read(tx, caller)})
        if all_read.marked:
            tx.emit("notifications.read", all_read)
    return all_read
