"""Repeat deliveries to webhooks.

Makes attempts at receivers that did not answer the last time. They have functions of their own, so that however many
of them are slow or dead, the others never wait for them.
"""

from typing import Any

from shared.kit.consumer import worker
from shared.webhooks.attempt import attempt
from shared.webhooks.messages import ATTEMPTING, send_reports


@worker(
    "webhook_retries",
    batch=10,
    uses=ATTEMPTING,
    layers=("tokens", "webhooks"),
    timeout=30,
    concurrent=True,
    afterwards=send_reports,
)
def retry_webhook(message: dict[str, Any]) -> None:
    attempt(message)
