"""Time zones by their IANA names."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, StringConstraints

from shared.kit.fields import Says, Text, refuse

_NO_ZONE = "must be an IANA time zone, such as America/New_York"


def _zone(value: str) -> str:
    # Area/Place names only: `localtime`, `posix/…` and the like differ from one machine to the next.
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refuse(_NO_ZONE, "WRONG_FORMAT") from None
    return value


TimeZone = Annotated[
    Text,
    StringConstraints(max_length=64, pattern=r"^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2})$"),
    AfterValidator(_zone),
    Says(_NO_ZONE),
]
