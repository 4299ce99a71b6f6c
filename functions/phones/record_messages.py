"""Record what became of messages to phones.

What did not arrive by WhatsApp goes by SMS, and what did not arrive by SMS by e-mail. A number that has blocked us at
Twilio counts as one that sent STOP. Devices that are gone are forgotten.
"""

from uuid import UUID

from shared.kit import metrics
from shared.kit.consumer import Event, consumer
from shared.kit.db import Row, Tx
from shared.notifications.reaching import REACHING, tell_again
from shared.phones import devices, queries, sent

UNSUBSCRIBED = "21610"
"""Twilio's code for a number that has sent STOP to it."""


@consumer(
    *("text.sent", "text.refused", "text.returned", "text.undelivered"),
    *("push.sent", "push.refused", "device.unreachable"),
    emits=False,
    uses=(*REACHING, "derive_key.mac"),
    layers=("mail",),
    timeout=45,
)
def record_messages(event: Event, tx: Tx) -> None:
    notice = event.object_id
    assert notice is not None  # noqa: S101 (notices have ids)
    if event.name in ("text.sent", "push.sent"):
        sent.update_status(tx, notice, "SENT", sid=event.data.get("sid"))
    elif event.name == "push.refused":
        sent.update_status(tx, notice, "FAILED", error_code=event.data["error_code"])
    elif event.name == "device.unreachable":
        devices.delete_dead(tx, UUID(event.data["device_id"]), event.data["token_hash"])
    elif event.name == "text.returned":
        if found := sent.lock_queued(tx, notice):
            # As if it had not been tried: whether it is sent now, later, or not at all, is seen anew.
            sent.delete_notice(tx, notice)
            _tell_again(event, tx, found)
    elif event.name == "text.undelivered":
        _reroute(event, tx, {**event.data, "user_id": UUID(event.data["user_id"])})
    elif found := sent.update_status(tx, notice, "FAILED", error_code=event.data["error_code"]):
        _reroute(event, tx, {**found, "error_code": event.data["error_code"]})


def _reroute(event: Event, tx: Tx, notice: Row) -> None:
    number = sent.select_number(tx, notice["user_id"])
    if notice["error_code"] == UNSUBSCRIBED and number:
        queries.insert_reply(tx, f"{UNSUBSCRIBED}.{event.id}", number, "STOP")
    metrics.count("Rerouted", channel=notice["channel"])
    _tell_again(event, tx, notice)


def _tell_again(event: Event, tx: Tx, notice: Row) -> None:
    if heard := sent.select_event(tx, UUID(str(notice["event_id"]))):
        tell_again(tx, heard, notice["user_id"], event)
