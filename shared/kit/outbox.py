"""The nudge that wakes the relay: without content, after COMMIT, never waited for, harmless if lost.

The outbox row is the message; the nudge only saves it the wait for the relay's schedule.
"""

from shared.kit.aws import AwsError, call
from shared.kit.errors import Unavailable
from shared.kit.settings import resource

_TIMEOUT = 0.05


def nudge_relay() -> None:
    """Wake the relay; a failure is ignored, since the relay also runs on a schedule."""
    try:
        call(
            "sqs",
            "AmazonSQS.SendMessage",
            {"QueueUrl": resource("relay"), "MessageBody": "{}"},
            timeout=_TIMEOUT,
        )
    except (AwsError, Unavailable):
        return
