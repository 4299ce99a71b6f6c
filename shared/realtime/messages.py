"""Messages from functions inside the VPC, which read the registry, to those outside, which reach the sockets.

`push` (FIFO) carries frames and closings to functions/realtime/push_frames.py, in order for each socket;
`sockets_to_close` carries sockets that may need closing to functions/realtime/close_socket.py.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from shared.kit import wire
from shared.kit.aws import AwsError, call
from shared.kit.consumer import ConsumerOperation
from shared.kit.fields import FrameData
from shared.kit.request import current
from shared.kit.settings import NotDeclared, resource

_BATCH = 10
"""Entries that SQS accepts in one call."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What to send to one socket."""

    connection_id: str
    data: FrameData


def send_frames(event_id: UUID, frames: list[Frame], correlation_id: str) -> None:
    """Queue frames about an event, one message for each socket; the queue drops a repeated message within five minutes.

    Needs `uses=("push.send",)`. Raises AwsError, Unavailable; some frames may then have been queued. Raises
    NotDeclared if the operation does not declare such frames under `tells=`, from which docs/asyncapi.json is made.
    """
    operation = current().operation
    declared = {kind.__name__ for kind in operation.tells} if isinstance(operation, ConsumerOperation) else set()
    if undeclared := {type(frame.data).__name__ for frame in frames} - declared:
        raise NotDeclared(f"{operation.name} must declare {', '.join(sorted(undeclared))} under tells=")
    by_socket: dict[str, list[str]] = {}
    for frame in frames:
        text = wire.render({"event": frame.data.frame_name, "data": frame.data})
        by_socket.setdefault(frame.connection_id, []).append(text)
    told = list(by_socket.items())
    for start in range(0, len(told), _BATCH):
        entries = [
            _entry(str(number), event_id, connection_id, texts, correlation_id)
            for number, (connection_id, texts) in enumerate(told[start : start + _BATCH])
        ]
        answer = call("sqs", "AmazonSQS.SendMessageBatch", {"QueueUrl": resource("push"), "Entries": entries})
        if failed := answer.get("Failed"):
            raise AwsError(500, failed[0]["Code"], f"the frames of {len(failed)} sockets were not queued")


def _entry(name: str, event_id: UUID, connection_id: str, texts: list[str], correlation_id: str) -> dict[str, str]:
    body = {"connection_id": connection_id, "frames": texts, "correlation_id": correlation_id}
    once = hashlib.sha256(f"{event_id} {connection_id} {texts}".encode()).hexdigest()
    return {
        "Id": name,
        "MessageBody": wire.render(body),
        "MessageGroupId": connection_id,
        "MessageDeduplicationId": once,
    }


def send_closing(connection_id: str, correlation_id: str) -> None:
    """Queue the closing of a socket. Needs `uses=("push.send",)`."""
    body = {"connection_id": connection_id, "frames": None, "correlation_id": correlation_id}
    call(
        "sqs",
        "AmazonSQS.SendMessage",
        {
            "QueueUrl": resource("push"),
            "MessageBody": wire.render(body),
            "MessageGroupId": connection_id,
            "MessageDeduplicationId": hashlib.sha256(f"close {connection_id}".encode()).hexdigest(),
        },
    )


def send_doubt(connection_id: str, correlation_id: str, *, is_gone: bool, delay: int = 0) -> None:
    """Have a socket checked in `delay` seconds: it may be gone, or still unauthenticated by then.

    Needs `uses=("sockets_to_close.send",)`.
    """
    body = {"connection_id": connection_id, "is_gone": is_gone, "correlation_id": correlation_id}
    call(
        "sqs",
        "AmazonSQS.SendMessage",
        {"QueueUrl": resource("sockets_to_close"), "MessageBody": wire.render(body), "DelaySeconds": delay},
    )
