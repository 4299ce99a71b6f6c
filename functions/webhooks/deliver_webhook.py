"""Deliver events to webhooks.

Makes attempts at receivers that have answered so far, several at once: one that does not answer in time holds up
one place of many, and only once.
"""

from typing import Any

from shared.kit.consumer import worker
from shared.webhooks.attempt import attempt
from shared.webhooks.messages import ATTEMPTING, send_reports


@worker(
    "webhooks",
    batch=10,
    uses=ATTEMPTING,
    layers=("tokens", "webhooks"),
    timeout=30,
    concurrent=True,
    afterwards=send_reports,
)
def deliver_webhook(message: dict[str, Any]) -> None:
    attempt(message)
