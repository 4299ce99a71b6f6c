import hashlib
import hmac
import json

from standardwebhooks import Webhook


def check_signature(body: bytes, secret: str) -> bool:
    """Whether the last field of the body signs what is before it."""
    signed, _, _ = body.rpartition(b',"signature"')
    expected = hmac.new(secret.encode(), signed + b"}", hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, json.loads(body)["signature"])


def check_headers(body: bytes, headers: dict[str, str], secret: str) -> None:
    """Raises WebhookVerificationError unless a header signs the body, not more than five minutes ago."""
    Webhook(secret).verify(body, headers)
