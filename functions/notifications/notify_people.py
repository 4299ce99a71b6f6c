"""Notify people of an event.

Everyone concerned is notified of each step of a deal: with a stored notification, and with frames on each open socket.
Others hear of the change on the channel of its contract, as far as they may see it.
What each event tells whom is in the table of news (shared/notifications/news/).

Frames are queued last and before the commit. After it, a crash would lose them, and two deliveries could overtake
each other: it is the commit that lets the next event of the same deal through. A frame cannot be wrong, because the
change it reports was committed before its event was sent. If this commit fails, the event is delivered again, the
queue drops duplicates, and at worst someone holds the id of a notification that was replaced by its twin.
"""

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.notifications import queries, rules, table
from shared.realtime.access import hearers
from shared.realtime.messages import Frame, send_frames, send_on_channel


@consumer(*table.HEARD, tells=table.FRAMES, ordered=True, emits=False, uses=("push.send",))
def notify_people(event: Event, tx: Tx) -> None:
    deal, everybody = queries.select_concerned(tx, event)
    people = rules.concerned(event, everybody)
    stored = queries.insert_notifications(tx, event.id, rules.notices(event, deal, people))
    news = {notice.user_id: rules.news(notification_id, notice) for notification_id, notice in stored.items()}
    channel = table.channel_of(event)
    sockets, followers = hearers(tx, [person.id for person in people], channel)
    frames = [
        Frame(connection_id, data)
        for person in people
        for connection_id in sockets.get(person.id, ())
        for data in (*rules.frames(event, person), *([news[person.id]] if person.id in news else []))
    ]
    send_frames(event.id, frames, event.correlation_id)
    if channel and followers:
        for data in rules.change(event):
            send_on_channel(event.id, channel.name, data, followers, event.correlation_id)
