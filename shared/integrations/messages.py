"""What is asked of the worker that talks to the providers: a message, queued by a consumer before it commits.

A connection's messages are one group of a FIFO queue, so that two workers are never at the same books at once. What
they hold is sealed, because it names people and may hold a code.
"""

from typing import Any, Literal
from uuid import UUID

from shared.kit.aws import call
from shared.kit.sealed import pack
from shared.kit.settings import resource
from shared.kit.wire import render

Task = Literal["CONNECT", "READ", "SEND", "REVOKE"]


def queue(
    task: Task, once: Any, connection: dict[str, Any], about: UUID | None, correlation_id: str, asked: Any
) -> None:
    """Hand a task to the worker; of the same `once` and task the queue takes one (within five minutes).

    Needs `uses=("accounting.send", "token_key.encrypt")`. Raises AwsError, Unavailable.
    """
    organization_id, provider = str(connection["organization_id"]), connection["provider"]
    body = {
        "task": task,
        "about": about,
        "organization_id": organization_id,
        "provider": provider,
        "correlation_id": correlation_id,
        "sealed": pack(asked),
    }
    message = {
        "QueueUrl": resource("accounting"),
        "MessageBody": render(body),
        "MessageGroupId": f"{organization_id}.{provider}",
        "MessageDeduplicationId": f"{once}.{provider}.{task}",
    }
    call("sqs", "AmazonSQS.SendMessage", message)
