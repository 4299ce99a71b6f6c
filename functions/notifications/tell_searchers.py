"""Notify the owners of saved searches.

They are notified of a new space that matches: one that is listed, available again, or cheaper than before. Each
search reports a space once, and a user with several matching searches is notified once. Frames are queued last and
before the commit, as in functions/notifications/notify_people.py.
"""

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.notifications import queries, rules
from shared.notifications.models import NotificationNew
from shared.realtime.access import live_sockets
from shared.realtime.messages import Frame, send_frames


@consumer("space.created", "space.updated", tells=(NotificationNew,), emits=False, uses=("push.send",))
def tell_searchers(event: Event, tx: Tx) -> None:
    if event.name == "space.updated" and not event.data.get("is_news"):
        return
    notices = queries.insert_notifications(tx, event.id, rules.matches(event, queries.claim_matches(tx, event)))
    sockets = live_sockets(tx, [notice.user_id for notice in notices.values()])
    frames = [
        Frame(connection_id, rules.news(notification_id, notice))
        for notification_id, notice in notices.items()
        for connection_id in sockets.get(notice.user_id, ())
    ]
    send_frames(event.id, frames, event.correlation_id)
