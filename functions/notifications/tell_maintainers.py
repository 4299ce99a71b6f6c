"""Notify people of maintenance.

Whoever reported a ticket, the owner's side and contractors are notified of what happens to it, as far as they may see
it; their open sockets, and those that follow the ticket's channel, hear that it has changed. Frames are queued last and
before the commit, as in functions/notifications/notify_people.py.
"""

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.notifications import queries, rules, table, tickets
from shared.notifications.models import NotificationNew
from shared.notifications.news import contractors, maintenance
from shared.notifications.news.maintenance import TicketUpdated
from shared.realtime.access import hearers
from shared.realtime.messages import Frame, send_frames, send_on_channel


@consumer(
    *table.events_of(maintenance.NEWS),
    *table.events_of(contractors.NEWS),
    tells=(TicketUpdated, NotificationNew),
    ordered=True,
    emits=False,
    uses=("push.send",),
)
def tell_maintainers(event: Event, tx: Tx) -> None:
    told = tickets.select_told(tx, event)
    if told is None:
        return
    stored = queries.insert_notifications(tx, event.id, tickets.notices(event, told))
    news = {notice.user_id: rules.news(notification_id, notice) for notification_id, notice in stored.items()}
    changed, channel = tickets.change(event, told.about), tickets.channel_of(event)
    sockets, followers = hearers(tx, [person["id"] for person in told.people], channel)
    frames = [
        Frame(connection_id, data)
        for person in told.people
        for connection_id in sockets.get(person["id"], ())
        for data in (changed if tickets.sees_change(person, told.about) else None, news.get(person["id"]))
        if data
    ]
    send_frames(event.id, frames, event.correlation_id)
    if channel and changed and followers:
        send_on_channel(event.id, channel.name, changed, followers, event.correlation_id)
