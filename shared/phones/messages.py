"""Messages on their way to phones and devices: written inside the VPC, queued, and sent from outside it.

What they say, and to whom, is sealed: no queue and no dead letter holds a number, a name or a code in the clear.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.kit import wire
from shared.kit.announce import announce
from shared.kit.aws import call
from shared.kit.consumer import Event
from shared.kit.ids import new_id
from shared.kit.sealed import pack, unpack
from shared.kit.settings import resource

SENDING = ("texts.send", "device_pushes.send", "token_key.encrypt")
"""What queueing needs under `uses=`."""
REPORTING = ("bus.put",)
"""What `report` needs."""


@dataclass(frozen=True, slots=True)
class Text:
    """One message to one number. Without a template it is a text message."""

    to: str
    """E.164."""
    channel: str
    """`sms` or `whatsapp`."""
    body: str
    template: str
    values: list[str]


@dataclass(frozen=True, slots=True)
class Push:
    """One notification on one device."""

    platform: str
    token: str
    title: str
    body: str
    url: str


def queue_text(text: Text, cause: Event, about: UUID, is_code: bool = False) -> None:
    """Hand a message to the queue, which takes one of the same cause (within five minutes); `about` is the id under
    which it is reported. Raises AwsError, Unavailable."""
    _queue("texts", asdict(text), cause, about, {"is_code": is_code})


def queue_push(push: Push, cause: Event, about: UUID, device: dict[str, Any]) -> None:
    """As queue_text; `device` says which one it is, so that it can be forgotten."""
    _queue("device_pushes", asdict(push), cause, about, device)


def _queue(queue: str, content: dict[str, Any], cause: Event, about: UUID, facts: dict[str, Any]) -> None:
    body = {
        **facts,
        "event": cause.name,
        "about": about,
        "queued_at": datetime.now(UTC),
        "correlation_id": cause.correlation_id,
        "sealed": pack(content),
    }
    once = ".".join(str(part) for part in (cause.id, about, facts.get("device_id")) if part)
    message = {
        "QueueUrl": resource(queue),
        "MessageBody": wire.render(body),
        # No order among them: each is a group of its own, so that none waits for another that fails.
        "MessageGroupId": once,
        "MessageDeduplicationId": once,
    }
    call("sqs", "AmazonSQS.SendMessage", message)


def opened_text(message: dict[str, Any]) -> Text:
    """The message of a queue. Needs `uses=("token_key.decrypt",)`. Raises AwsError, Unavailable."""
    return Text(**unpack(message["sealed"]))


def opened_push(message: dict[str, Any]) -> Push:
    """As opened_text."""
    return Push(**unpack(message["sealed"]))


def report(name: str, message: dict[str, Any], **data: Any) -> None:
    """Tell the platform what became of a message. Raises AwsError, Unavailable."""
    cause = Event(
        id=new_id(),
        name=message["event"],
        object_id=UUID(message["about"]),
        data={},
        correlation_id=message["correlation_id"],
        actor=None,
        occurred_at=datetime.now(UTC),
    )
    announce(name, cause, **data)
