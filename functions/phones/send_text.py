"""Send queued messages to phones.

Hands text messages and WhatsApp messages to Twilio, outside the VPC. One that Twilio does not take in four attempts
goes to the dead-letter queue. Twilio knows no idempotency keys: a message that may have been sent, because an answer
was lost or a function died, is looked for there before it is sent again. One that has waited for more than ten minutes
goes back to be asked about: its reader may have sent STOP, or sleep.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.kit.aws import AwsError
from shared.kit.consumer import worker
from shared.kit.errors import Unavailable
from shared.kit.request import current
from shared.kit.secret import secret
from shared.kit.settings import setting
from shared.phones.messages import REPORTING, opened_text, report
from shared.phones.provider import Provider, Refused, Unsure

PAUSES = (1, 2, 4)
"""Seconds between the attempts."""
FRESH, STALE = timedelta(minutes=1), timedelta(minutes=10)
"""Until when a message cannot have been sent before, and until when it may be sent at all."""
TIMEOUT = 60
"""Seconds: enough for four attempts and looks that time out, and the pauses between them."""


@worker("texts", batch=1, uses=("twilio.read", "token_key.decrypt", *REPORTING), layers=("twilio",), timeout=TIMEOUT)
def send_text(message: dict[str, Any]) -> None:
    queued_at = datetime.fromisoformat(message["queued_at"])
    is_again = current().receives > 1
    may_be_there = is_again or datetime.now(UTC) - queued_at > FRESH
    # A second delivery follows a crash, or four attempts: it gets one.
    for pause in (None,) if is_again else (*PAUSES, None):
        try:
            _send(message, queued_at, may_be_there)
            return
        except (AwsError, Unavailable, Unsure):
            if pause is None:
                raise
            may_be_there = True
            time.sleep(pause)


def _send(message: dict[str, Any], queued_at: datetime, may_be_there: bool) -> None:
    text, provider = opened_text(message), Provider(secret("twilio"))
    try:
        sid = provider.found(text, queued_at) if may_be_there else None
        if sid is None and datetime.now(UTC) - queued_at > STALE:
            _report("text.returned", message)
            return
        sid = sid or provider.send(text, _callback(message))
    except Refused as refusal:
        _report("text.refused", message, error_code=refusal.code)
        return
    _report("text.sent", message, sid=sid)


def _report(name: str, message: dict[str, Any], **data: Any) -> None:
    # Whoever gets no code asks for another one.
    if not message["is_code"]:
        report(name, message, **data)


def _callback(message: dict[str, Any]) -> str | None:
    if message["is_code"]:
        return None
    return f"{setting('PUBLIC_URL')}/api/v1/webhooks/twilio?notice={message['about']}"
