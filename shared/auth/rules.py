"""Who may sign in, and with what: the rules that need neither database nor clock."""

import hmac
from base64 import urlsafe_b64encode
from uuid import UUID

from shared.kit.errors import Conflict, Detail, Invalid, Unauthenticated

MAX_FAILURES = 5
LOCK_MINUTES = 15
VERIFICATION_HOURS = 24
VERIFICATION_KEY = "verification tokens"
"""The purpose of the derived key behind every verification token."""
RESET_HOURS = 1
RESET_KEY = "password reset tokens"
"""The purpose of the derived key behind every token that sets a new password."""
REMEMBERED_PASSWORDS = 5
"""How many passwords, the present one among them, are refused as a new one (source 000, 6.4)."""
REUSED = "REFRESH_TOKEN_REUSED"
"""Why a session was revoked whose refresh token came twice."""
LOGGED_OUT = "LOGGED_OUT"
PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 (a reason, no password)


class EmailTaken(Conflict):
    message = "Somebody has registered with this e-mail address already."
    constraint = "users_email_key"


class InvalidCredentials(Unauthenticated):
    message = "E-mail address or password is wrong."
    remedy = "Let the person try again; after five failures the address is locked for 15 minutes."


class AccountLocked(Unauthenticated):
    message = "Too many failed logins; please try again later."
    remedy = "Wait `Retry-After` seconds, or offer a new password by mail."


class InvalidRefreshToken(Unauthenticated):
    code = "INVALID_TOKEN"
    message = "The refresh token is not valid; log in again."


class RefreshTokenReused(Unauthenticated):
    message = "This refresh token was used before. The session has been ended for safety; log in again."


class InvalidMailedToken(Invalid):
    code = "INVALID_TOKEN"
    message = "This token is unknown, used or too old; ask for a new one."
    remedy = "Have another mail sent."

    def __init__(self) -> None:
        super().__init__(Detail("token", "is unknown, used or too old"))


class PasswordReused(Invalid):
    message = "This password was used before; choose another one."

    def __init__(self) -> None:
        super().__init__(Detail("new_password", f"must not be one of the last {REMEMBERED_PASSWORDS}"))


class EmailAlreadyVerified(Conflict):
    message = "This e-mail address has been verified already."


def check_password(password: str, field: str = "password") -> None:
    """Raises Invalid with one detail on `field` per broken rule (source 000, 6.4)."""
    rules = {
        "must have at least 8 characters": len(password) >= 8,
        "must contain an upper case letter": any(sign.isupper() for sign in password),
        "must contain a lower case letter": any(sign.islower() for sign in password),
        "must contain a number": any(sign.isdigit() for sign in password),
    }
    broken = [Detail(field, rule) for rule, kept in rules.items() if not kept]
    if broken:
        raise Invalid(*broken)


CLAIMS = ("sub", "iss", "aud", "iat", "exp", "jti", "userId", "email", "role", "org_id", "sid")
"""Everything that an access token says (decision 2)."""


def claims(user_id: UUID, organization_id: UUID, session_id: UUID, email: str, role: str) -> dict[str, str]:
    """What an access token says besides its dates (decision 2)."""
    return {
        "userId": str(user_id),
        "email": email,
        "role": role,
        "sub": str(user_id),
        "org_id": str(organization_id),
        "sid": str(session_id),
    }


def mailed_token(key: bytes, token_id: UUID) -> str:
    """The secret of a row of `user_tokens`: made again wherever it is needed, stored nowhere."""
    return urlsafe_b64encode(hmac.digest(key, token_id.bytes, "sha256")).decode().rstrip("=")
