"""The nudge that wakes the relay: content-free, after commit, never waited for and never missed.

The outbox row is the message; the nudge only spares it the wait for the relay's schedule.
"""

from shared.kit.aws import AwsError, call
from shared.kit.errors import Unavailable
from shared.kit.settings import resource

_TIMEOUT = 0.05


def nudge_relay() -> None:
    """Wake the relay; a failure is ignored, as the relay's schedule sweeps what was missed."""
    try:
        call(
            "sqs",
            "AmazonSQS.SendMessage",
            {"QueueUrl": resource("relay"), "MessageBody": "{}"},
            timeout=_TIMEOUT,
        )
    except (AwsError, Unavailable):
        return
