"""Versions of objects, so that nobody overwrites somebody else's change unseen (spec 38).

The `ETag` of an object's answer contains its version; a PUT or DELETE that sends it back as `If-Match` is carried out
only while that version is current. A version is the moment of the last change; docs/decisions/0008 says why.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta

from shared.kit.errors import Stale
from shared.kit.request import current

_SINCE = datetime(1970, 1, 1, tzinfo=UTC)
_TAG = re.compile(r'"([^"]*)"')


def tag(version: datetime) -> str:
    """What `If-Match` takes for an object that is shown in a list and so has no ETag of its own."""
    return f'"{_token(version)}"'


def etag(version: datetime, text: str) -> str:
    """The tag of an answer: the object's version, which `If-Match` compares, and the hash of the answer itself."""
    return f'"{_token(version)}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def check_version(*standing: datetime) -> None:
    """Raises Stale if the request's `If-Match` names none of the current versions; without that header, nothing."""
    header = current().headers.get("if-match")
    if header is None or header.strip() == "*":
        return
    # A weak tag counts too: a compressing proxy weakens ours on the way, and the version is still in it.
    named = {tag.partition("-")[0] for tag in _TAG.findall(header)}
    if named.isdisjoint(_token(version) for version in standing):
        raise Stale()


def _token(version: datetime) -> str:
    # Microseconds since 1970.
    return f"{(version - _SINCE) // timedelta(microseconds=1):x}"
