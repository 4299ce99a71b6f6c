"""How people hear of an event on their phones, and by e-mail where phones cannot be reached.

Only functions with the layer `mail` import this module.
"""

from uuid import UUID

from shared.kit.consumer import Event
from shared.kit.db import Row, Tx
from shared.notifications import emails, held, mail, tidings
from shared.notifications.models import Tiding
from shared.phones import sent, telling
from shared.phones.messages import SENDING
from shared.users.preferences import Channel, held_until

REACHING = (*SENDING, "mail.send")
"""What these functions need under `uses=`."""


def tell(
    tx: Tx, event: Event, found: list[Tiding], channels: tuple[Channel, ...] = telling.PHONE, cause: Event | None = None
) -> None:
    """Queue what each of them is told by these of the channels that they chose, or hold it until the end of their
    quiet hours. What was sent is not sent again; what failed goes by the next channel."""
    reaches = sent.select_reach(tx, [tiding.person["id"] for tiding in found]) if found else {}
    for tiding in found:
        person, reach = tiding.person, reaches[tiding.person["id"]]
        for channel in telling.chosen(tiding, reach):
            if channel not in channels:
                continue
            due_at = held_until(person, tiding.kind, channel, person["now"])
            if due_at is None:
                _send(tx, event, tiding, reach, channel, cause or event)
            else:
                held.hold(tx, person["id"], event.id, channel, due_at)


def tell_again(tx: Tx, event: Event, user_id: UUID, cause: Event) -> None:
    """Queue what has not reached somebody, by the next channel, if they still may and want to hear of it. `cause`
    reported that."""
    tell(tx, event, tidings_for(tx, event, user_id), cause=cause)


def tidings_for(tx: Tx, event: Event, user_id: UUID) -> list[Tiding]:
    """What the event means to one person; none where it does not concern them any more."""
    return [tiding for tiding in tidings.tidings(tx, event, user_id) if tiding.person["id"] == user_id]


def _send(tx: Tx, event: Event, tiding: Tiding, reach: Row, channel: Channel, cause: Event) -> None:
    url = emails.page(tiding.path)
    if telling.send(tx, event, tiding, reach, channel, url, cause) or tidings.is_mailed(event, tiding):
        return
    if sent.claim_notice(tx, event.id, tiding.person["id"], "email") is None:
        mail.queue(emails.instead(tiding, url), event, tiding.person["id"])
