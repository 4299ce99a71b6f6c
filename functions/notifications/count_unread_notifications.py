"""Count unread notifications.

Returns how many of the caller's notifications are unread, for a badge.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.notifications import queries
from shared.notifications.models import UnreadCount


@endpoint("GET /notifications/unread-count", access=EVERY_ROLE)
def count_unread_notifications(caller: Caller) -> UnreadCount:
    with reading(caller) as tx:
        return UnreadCount(unread=queries.count_unread(tx, caller))
