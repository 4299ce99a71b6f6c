"""Notify the owners of saved searches.

They are notified of a new space that matches: one that is listed, free again, or cheaper than before. Each search
reports a space once, until somebody has leased it and it is free again; a user with several matching searches is
notified once. Frames and messages are queued last and before the commit, as in
functions/notifications/notify_people.py. They are mailed by functions/notifications/mail_searchers.py.
"""

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.notifications import queries, rules
from shared.notifications.models import NotificationNew
from shared.notifications.reaching import REACHING, tell
from shared.notifications.tidings import SEARCHED, of_matches
from shared.realtime.access import live_sockets
from shared.realtime.messages import Frame, send_frames


@consumer(*SEARCHED, tells=(NotificationNew,), emits=False, uses=("push.send", *REACHING), layers=("mail",), timeout=45)
def tell_searchers(event: Event, tx: Tx) -> None:
    if event.name == "space.updated" and not event.data.get("is_news"):
        return
    is_free_again = event.name == "space.freed" or event.data.get("is_free_again")
    if is_free_again and not queries.delete_matches(tx, event):
        return
    found = queries.claim_matches(tx, event)
    notices = queries.insert_notifications(tx, event.id, rules.matches(event, found))
    sockets = live_sockets(tx, [notice.user_id for notice in notices.values()])
    frames = [
        Frame(connection_id, rules.news(notification_id, notice))
        for notification_id, notice in notices.items()
        for connection_id in sockets.get(notice.user_id, ())
    ]
    tell(tx, event, of_matches(event, found))
    send_frames(event.id, frames, event.correlation_id)
