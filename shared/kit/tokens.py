"""Access tokens: JWTs signed by KMS (RS256), and the callers they stand for.

A token proves who logged in; what the caller may do comes from the session's row. API Gateway keeps the authorizer's
answer for 45 seconds (stacks/parts/authorizer.py), so a suspended user or an ended session is out within a minute.
Source: RFC 7519, RFC 9068 (`typ: at+jwt`), RFC 7638-like key ids (SHA-256 of the public key).
"""

import hashlib
import json
import time
from base64 import b64decode, b64encode, urlsafe_b64encode
from typing import Any
from uuid import UUID

import jwt

from shared.kit.aws import call
from shared.kit.errors import InvalidToken, TokenExpired
from shared.kit.request import Caller
from shared.kit.sessions import caller_of_session
from shared.kit.settings import resource, setting

AUDIENCE = "leasing-api"
LIFETIME = 24 * 3600
"""Lifetime of an access token in seconds (spec 4); even so, every session can be ended within a minute."""

_keys: dict[str, "PublicKey"] = {}


class PublicKey:
    """The signing key's public half and its id."""

    def __init__(self, der: bytes) -> None:
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        self.key: Any = load_der_public_key(der)
        self.key_id = _base64url(hashlib.sha256(der).digest())


def public_key() -> PublicKey:
    """The key that verifies our tokens. Needs `uses=("signing_key.read",)`."""
    key_id = resource("signing_key")
    if key_id not in _keys:
        answer = call("kms", "TrentService.GetPublicKey", {"KeyId": key_id})
        _keys[key_id] = PublicKey(b64decode(answer["PublicKey"]))
    return _keys[key_id]


def issue(claims: dict[str, Any], lifetime: int = LIFETIME) -> str:
    """A signed access token. Needs `uses=("signing_key.sign", "signing_key.read")`."""
    now = int(time.time())
    header = {"alg": "RS256", "typ": "at+jwt", "kid": public_key().key_id}
    body = {**claims, "iss": setting("PUBLIC_URL"), "aud": AUDIENCE, "iat": now, "exp": now + lifetime}
    signed = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, body))
    answer = call(
        "kms",
        "TrentService.Sign",
        {
            "KeyId": resource("signing_key"),
            "Message": b64encode(signed.encode()).decode(),
            "MessageType": "RAW",
            "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
        },
    )
    return f"{signed}.{_base64url(b64decode(answer['Signature']))}"


def verify(token: str) -> dict[str, Any]:
    """The claims of one of our tokens. Raises TokenExpired or InvalidToken.

    Only RS256 under our own key counts: `alg`, `kid`, `jku`, `x5u` and `jwk` of the header choose nothing.
    """
    try:
        header = jwt.get_unverified_header(token)
        if header.get("kid") != public_key().key_id or header.get("typ") != "at+jwt":
            raise InvalidToken()
        return jwt.decode(
            token,
            public_key().key,
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=setting("PUBLIC_URL"),
            options={"require": ["exp", "iat", "iss", "aud", "sub", "jti", "sid"]},
        )
    except jwt.ExpiredSignatureError:
        raise TokenExpired() from None
    except (jwt.InvalidTokenError, ValueError):
        raise InvalidToken() from None


def claims_of(authorization: str) -> dict[str, Any]:
    """The claims behind an `Authorization` header. Raises InvalidToken, TokenExpired."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidToken()
    return verify(token.strip())


def caller_of(claims: dict[str, Any]) -> Caller:
    """The caller of a verified token, as its session's row says now. Raises InvalidToken, SessionEnded."""
    try:
        session_id, user_id = UUID(claims["sid"]), UUID(claims["sub"])
    except ValueError:
        raise InvalidToken() from None
    return caller_of_session(session_id, user_id)


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
