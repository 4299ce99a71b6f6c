"""What a webhook may be, when an event is sent again, and when it is not any more."""

import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from shared.kit.addresses import NotPublic, Unresolved, public_address
from shared.kit.errors import Conflict, Detail, Invalid
from shared.kit.settings import setting
from shared.webhooks.models import ALL

MOST_WEBHOOKS = 10
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""After each failure of a series; after the last one the delivery is parked."""
KEPT_ATTEMPTS = 20
GAVE_UP = "Nothing could be delivered for five days."
STOPPED = "Disabled by the organization."

TEST = "webhook.test"


class TooManyWebhooks(Conflict):
    code = "TOO_MANY_WEBHOOKS"
    message = "An organization has at most ten webhooks."


def new_secret() -> str:
    """A secret in the form of Standard Webhooks: 32 random bytes."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def check_url(url: str) -> None:
    """Raises Invalid on `url` unless its host is public. A name that does not resolve now may do so later: the address
    is checked again at each use."""
    parts = urlsplit(url)
    if parts.scheme == "http" and setting("ALLOW_LOCAL_TARGETS", "") != "1":
        raise Invalid(Detail("url", "must start with https://"))
    try:
        public_address(parts.hostname or "", parts.port or 443)
    except Unresolved:
        return
    except NotPublic as why:
        raise Invalid(Detail("url", str(why))) from None


def check_events(names: Sequence[str], known: Mapping[str, Any]) -> None:
    """Raises Invalid on the first event that is not public."""
    for number, name in enumerate(names):
        if name != ALL and name not in known:
            raise Invalid(Detail(f"events.{number}", "is not the name of a public event"))


def outcome_of(row: Mapping[str, Any], status_code: int | None) -> tuple[str, int, timedelta | None]:
    """A delivery's status after an attempt, its failures since the series began, and the pause before the next one."""
    if is_success(status_code):
        return "SUCCEEDED", 0, None
    failures = row["failures"] + 1
    if row["webhook_status"] == "DISABLED" or failures > len(PAUSES):
        return "PARKED", failures, None
    return "FAILED", failures, PAUSES[failures - 1]


def is_success(status_code: int | None) -> bool:
    """Whether the receiver has taken the event."""
    return status_code is not None and 200 <= status_code < 300
