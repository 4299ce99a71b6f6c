"""Notify people of an import.

Its organization's owners, and whoever asked for it, hear on their sockets how far it is, at most once a second; whoever
asked is notified of its end. Frames are queued last and before the commit, as in
functions/notifications/notify_people.py.
"""

from uuid import UUID

from shared.imports.models import ImportProgress
from shared.imports.rules import HEARERS
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.kit.fields import FrameData
from shared.notifications import queries, rules
from shared.notifications.models import NotificationNew
from shared.notifications.news.imports import ENDED
from shared.notifications.reaching import REACHING, tell
from shared.notifications.tidings import of_import
from shared.realtime.access import live_sockets
from shared.realtime.messages import Frame, send_frames
from shared.users.preferences import is_wanted


@consumer(
    *("import.progressed", ENDED),
    tells=(ImportProgress, NotificationNew),
    emits=False,
    uses=("push.send", *REACHING),
    layers=("mail",),
    timeout=45,
)
def tell_importers(event: Event, tx: Tx) -> None:
    if event.name != ENDED and not event.data["is_told"]:
        return
    hearers = queries.select_hearers(
        tx, UUID(event.data["organization_id"]), UUID(event.data["user_id"]), sorted(HEARERS)
    )
    sockets = live_sockets(tx, hearers)
    progress = ImportProgress.of(
        {
            "import_id": event.object_id,
            **{name: event.data[name] for name in ("total", "succeeded", "failed", "status")},
        }
    )
    frames = [Frame(socket, progress) for user_id in hearers for socket in sockets.get(user_id, ())]
    frames += [
        Frame(socket, news) for user_id, news in _noticed(event, tx).items() for socket in sockets.get(user_id, ())
    ]
    send_frames(event.id, frames, event.correlation_id)


def _noticed(event: Event, tx: Tx) -> dict[UUID, FrameData]:
    """What whoever asked for the import is told of its end."""
    assert event.object_id is not None  # noqa: S101 (imports have ids)
    person = queries.select_importer(tx, event.object_id) if event.name == ENDED else None
    if person is None:
        return {}
    tell(tx, event, [of_import(event, person)])
    if not is_wanted(person, "import_update", "in_app"):
        return {}
    stored = queries.insert_notifications(tx, event.id, [rules.ended_import(event, person)])
    return {notice.user_id: rules.news(notification_id, notice) for notification_id, notice in stored.items()}
