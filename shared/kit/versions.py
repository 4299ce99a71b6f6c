"""Versions of things, so that nobody overwrites what somebody else has written since (spec 38).

Who reads a thing learns its version from the `ETag`; a PUT or DELETE that sends it back as `If-Match` is done
only while that version stands. A version is the moment of the last change; docs/decisions/0008 says why.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta

from shared.kit.errors import Stale
from shared.kit.request import current

_SINCE = datetime(1970, 1, 1, tzinfo=UTC)
_TAG = re.compile(r'"([^"]*)"')


def tag(version: datetime) -> str:
    """What `If-Match` takes for a thing that is shown beside others and so has no ETag of its own."""
    return f'"{_token(version)}"'


def etag(version: datetime, text: str) -> str:
    """The tag of an answer: the thing's version, which `If-Match` is about, and the hash of the answer itself."""
    return f'"{_token(version)}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def check_version(*standing: datetime) -> None:
    """Raises Stale where the request's `If-Match` names none of the versions that stand; without it all is well."""
    asked = current().headers.get("if-match")
    if asked is None or asked.strip() == "*":
        return
    # A weak tag counts too: a proxy that compresses weakens ours on the way, and the version is still in it.
    named = {tag.partition("-")[0] for tag in _TAG.findall(asked)}
    if named.isdisjoint(_token(version) for version in standing):
        raise Stale()


def _token(version: datetime) -> str:
    # Microseconds since 1970.
    return f"{(version - _SINCE) // timedelta(microseconds=1):x}"
