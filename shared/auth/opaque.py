"""Refresh tokens: opaque to everybody else.

A token is `session id, secret, seal`, in base64url. The seal is ours, so a correctly sealed token that
is not the newest of its session has been used before; a child is an HMAC of its parent, so a repeated request
with the same parent gets the same child (spec 6). The database only has SHA-256 hashes.
All but `hash_of` need `uses=("derive_key.mac",)`.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from shared.auth.rules import InvalidRefreshToken
from shared.kit.keys import derived_key

_ID, _SECRET, _SEAL = 16, 32, 16


def first_token(session_id: UUID) -> str:
    """The first refresh token of a session."""
    return _sealed(session_id.bytes + secrets.token_bytes(_SECRET))


def child_of(parent: str) -> str:
    """The token that replaces `parent`."""
    key = derived_key("refresh tokens")
    return _sealed(session_of(parent).bytes + hmac.digest(key, b"child " + parent.encode(), "sha256"))


def session_of(token: str) -> UUID:
    """The session of a token that we sealed. Raises InvalidRefreshToken for any other text."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError:
        raise InvalidRefreshToken() from None
    body = raw[: _ID + _SECRET]
    # Compared whole: base64 has several texts for the same bytes, and a token has one hash.
    if len(raw) != _ID + _SECRET + _SEAL or not hmac.compare_digest(_sealed(body).encode(), token.encode()):
        raise InvalidRefreshToken()
    return UUID(bytes=body[:_ID])


def hash_of(token: str) -> str:
    """The hash of a token, as the database stores it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _sealed(body: bytes) -> str:
    seal = hmac.digest(derived_key("refresh tokens"), b"seal " + body, "sha256")[:_SEAL]
    return urlsafe_b64encode(body + seal).decode().rstrip("=")
