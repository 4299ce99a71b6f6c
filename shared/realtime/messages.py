"""Messages from functions inside the VPC, which read the registry, to those outside, which reach the sockets.

`push` (FIFO) carries frames and closings to functions/realtime/push_frames.py, in order for each socket, and on each
channel;
`sockets_to_close` carries sockets that may need closing to functions/realtime/close_socket.py.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zlib import crc32

from shared.kit import wire
from shared.kit.aws import AwsError, call
from shared.kit.consumer import ConsumerOperation
from shared.kit.fields import FrameData
from shared.kit.request import current
from shared.kit.settings import NotDeclared, resource

_BATCH = 10
"""Entries that SQS accepts in one call."""


_GROUPS = 8
"""Into how many groups the sockets of a channel are divided: each hears in order, and all at the same time."""
_SOCKETS = 100
"""Sockets of one message, which `push_frames` serves one after the other."""


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
    _check_declared({type(frame.data) for frame in frames})
    by_socket: dict[str, list[str]] = {}
    for frame in frames:
        text = wire.render({"event": frame.data.frame_name, "data": frame.data})
        by_socket.setdefault(frame.connection_id, []).append(text)
    _queue(
        event_id,
        [
            (connection_id, {"connection_id": connection_id, "frames": texts, "correlation_id": correlation_id})
            for connection_id, texts in by_socket.items()
        ],
    )


def send_on_channel(
    event_id: UUID, channel: str, data: FrameData, connection_ids: Iterable[str], correlation_id: str
) -> None:
    """As send_frames: a frame for all sockets that hear the channel, one message for up to a hundred of them. A socket
    is always in the same group of its channel, so that its frames stay in order."""
    _check_declared({type(data)})
    text = wire.render({"event": data.frame_name, "channel": channel, "data": data})
    groups: dict[int, list[str]] = {}
    for connection_id in connection_ids:
        groups.setdefault(crc32(connection_id.encode()) % _GROUPS, []).append(connection_id)
    _queue(
        event_id,
        [
            (
                f"{channel}-{group}",
                {
                    "connection_ids": sockets[start : start + _SOCKETS],
                    "frames": [text],
                    "correlation_id": correlation_id,
                },
            )
            for group, sockets in sorted(groups.items())
            for start in range(0, len(sockets), _SOCKETS)
        ],
    )


def _check_declared(kinds: set[type[FrameData]]) -> None:
    operation = current().operation
    declared = set(operation.tells) if isinstance(operation, ConsumerOperation) else set()
    if undeclared := {kind.__name__ for kind in kinds - declared}:
        raise NotDeclared(f"{operation.name} must declare {', '.join(sorted(undeclared))} under tells=")


def _queue(event_id: UUID, messages: list[tuple[str, dict[str, Any]]]) -> None:
    """Queue messages, each with its group."""
    for start in range(0, len(messages), _BATCH):
        entries = [
            _entry(str(number), event_id, group, body)
            for number, (group, body) in enumerate(messages[start : start + _BATCH])
        ]
        answer = call("sqs", "AmazonSQS.SendMessageBatch", {"QueueUrl": resource("push"), "Entries": entries})
        if failed := answer.get("Failed"):
            raise AwsError(500, failed[0]["Code"], f"the frames of {len(failed)} messages were not queued")


def _entry(name: str, event_id: UUID, group: str, body: dict[str, Any]) -> dict[str, str]:
    sockets = body.get("connection_id") or body["connection_ids"]
    once = hashlib.sha256(f"{event_id} {sockets} {body['frames']}".encode()).hexdigest()
    return {
        "Id": name,
        "MessageBody": wire.render(body),
        "MessageGroupId": group,
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
