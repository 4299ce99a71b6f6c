"""By which channel somebody is told: the one they chose or, where that is full for the day or fails, the next one."""

from uuid import UUID

from shared.kit import metrics
from shared.kit.consumer import Event
from shared.kit.db import Row, Tx
from shared.notifications.models import Tiding
from shared.phones import messages, sent
from shared.phones.messages import Push, Text
from shared.phones.wording import worded
from shared.users.preferences import Channel, is_wanted

NEXT: dict[Channel, Channel] = {"whatsapp": "sms", "sms": "email"}
PHONE: tuple[Channel, ...] = ("whatsapp", "sms", "push")
"""WhatsApp first: what it has no room for is then found sent, where somebody chose SMS, too."""


def chosen(tiding: Tiding, reach: Row) -> list[Channel]:
    """The channels by which somebody wants to hear of it, and can."""
    can = {"whatsapp": reach["number"], "sms": reach["number"], "push": reach["devices"]}
    return [channel for channel in PHONE if can[channel] and is_wanted(tiding.person, tiding.kind, channel)]


def send(tx: Tx, event: Event, tiding: Tiding, reach: Row, channel: Channel, url: str, cause: Event) -> bool:
    """Queue what somebody is told, once by each channel; False where only an e-mail is left. `cause` is what this
    message comes of: the event itself, or the report that an earlier one did not arrive. Before the commit: what is
    queued twice is sent once. Needs `uses=SENDING`."""
    if channel == "push":
        return _push(tx, event, tiding, reach, url, cause)
    user_id: UUID = tiding.person["id"]
    while channel != "email":
        status = sent.claim_notice(tx, event.id, user_id, channel)
        if status is None and sent.has_room(tx, channel):
            notice, written = sent.notice_id(event.id, user_id, channel), worded(tiding, url)
            text = Text(reach["number"], channel, written.body, written.template, written.values)
            messages.queue_text(text, cause, notice)
            metrics.count("Messages", channel=channel)
            return True
        if status is None:
            sent.delete_notice(tx, sent.notice_id(event.id, user_id, channel))
            metrics.count("Rerouted", channel=channel)
        elif status != "FAILED":
            return True
        channel = NEXT[channel]
    return False


def _push(tx: Tx, event: Event, tiding: Tiding, reach: Row, url: str, cause: Event) -> bool:
    user_id: UUID = tiding.person["id"]
    if sent.claim_notice(tx, event.id, user_id, "push") is None:
        for device in reach["devices"]:
            push = Push(device["platform"], device["token"], tiding.title, tiding.text, url)
            known = {"device_id": device["id"], "token_hash": device["token_hash"]}
            messages.queue_push(push, cause, sent.notice_id(event.id, user_id, "push"), known)
            metrics.count("Messages", channel="push")
    return True
