"""Wakes the relay once a minute: a nudge after a commit may be lost, the event behind it may not."""

from typing import Any

from shared.kit.outbox import nudge_relay
from shared.kit.task import job


@job("rate(1 minute)")
def sweep_outbox(_: dict[str, Any]) -> None:
    nudge_relay()
