"""A mail on its way out: composed inside the VPC, queued, and sent from outside it.

Its text is final when it is queued. It is sealed there, so that no queue and no dead letter holds an
address, a name or a token in the clear.
"""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from shared.kit import wire
from shared.kit.aws import call
from shared.kit.consumer import Event
from shared.kit.sealed import pack, unpack
from shared.kit.settings import resource


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person."""

    to: str
    subject: str
    text: str
    html: str


def queue(mail: Mail, event: Event, user_id: UUID) -> None:
    """Hand a mail to the queue; of the same event and person the queue takes one (within five minutes). Who has no
    account yet goes by the invitation's id.

    Needs `uses=("mail.send", "token_key.encrypt")`. Raises AwsError, Unavailable.
    """
    body = {
        "event": event.name,
        "event_id": event.id,
        "user_id": user_id,
        "correlation_id": event.correlation_id,
        "sealed": pack(asdict(mail)),
    }
    once = f"{event.id}.{user_id}"
    message = {
        "QueueUrl": resource("mail"),
        "MessageBody": wire.render(body),
        # No order among mails: each is a group of its own, so that none waits for another that fails.
        "MessageGroupId": once,
        "MessageDeduplicationId": once,
    }
    call("sqs", "AmazonSQS.SendMessage", message)


def opened(body: dict[str, Any]) -> Mail:
    """The mail of a queued message. Needs `uses=("token_key.decrypt",)`. Raises AwsError, Unavailable."""
    return Mail(**unpack(body["sealed"]))
