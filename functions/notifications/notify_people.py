"""Notify people of an event.

Everyone concerned is notified of each step of a deal: with a stored notification, and a frame on each open socket.

Frames are queued last and before the commit. After it, a crash would lose them, and two deliveries could overtake
each other: it is the commit that lets the next event of the same deal through. A frame cannot be wrong, because the
change it reports was committed before its event was sent. If this commit fails, the event is delivered again, the
queue drops duplicates, and at worst someone holds the id of a notification that was replaced by its twin.
"""

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.kit.settings import setting
from shared.notifications import queries, rules
from shared.realtime.access import live_sockets
from shared.realtime.messages import Frame, send_frames

_CONTRACT_URL = "/api/v1/contracts/{contract_id}/download"


@consumer(*rules.HEARD, tells=rules.FRAMES, ordered=True, emits=False, uses=("push.send",))
def notify_people(event: Event, tx: Tx) -> None:
    deal, everybody = queries.select_concerned(tx, event)
    people = rules.concerned(event, everybody)
    told = queries.insert_notifications(tx, event.id, rules.notices(event, deal, people))
    sockets = live_sockets(tx, [person.id for person in people])
    frames = []
    if change := rules.frame(event, setting("PUBLIC_URL") + _CONTRACT_URL):
        frames += [Frame(connection_id, change) for ids in sockets.values() for connection_id in ids]
    for notification_id, notice in told.items():
        news = rules.news(notification_id, notice)
        frames += [Frame(connection_id, news) for connection_id in sockets.get(notice.user_id, ())]
    send_frames(event.id, frames, event.correlation_id)
