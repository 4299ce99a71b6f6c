"""How an event is signed: in its body, and in headers as Standard Webhooks has them.

Source: S4 §3.5, and https://github.com/standard-webhooks/standard-webhooks.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook


def signed(payload: str, secret: str) -> str:
    """The payload with its signature as the last field: hex HMAC-SHA256 of the payload, keyed by the secret's text."""
    signature = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
    return f'{payload[:-1]},"signature":"{signature}"}}'


def headers_of(event_id: str, body: str, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of one attempt; every secret signs, the newest first."""
    # The library takes whatever time it gets for UTC.
    moment = now.astimezone(UTC)
    return {
        "content-type": "application/json",
        "user-agent": "leasing-webhooks/1",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event_id, moment, body) for secret in secrets),
    }
