"""One attempt to deliver an event."""

from datetime import UTC, datetime
from typing import Any

from shared.webhooks.messages import asked, report
from shared.webhooks.posting import post
from shared.webhooks.signing import headers_of, signed


def attempt(message: dict[str, Any]) -> None:
    """Make the attempt that a message asks for, and report what came of it. Raises AwsError, Unavailable."""
    told, secrets = asked(message)
    body = signed(told["payload"], secrets[0])
    now = datetime.now(UTC)
    outcome = post(told["url"], body.encode(), headers_of(told["event_id"], body, secrets, now))
    report(message, {"at": now, **outcome._asdict()})
