"""Who may sign in, and with what: the rules that need neither database nor clock."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.auth.models import VerifySecondFactor
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
CHALLENGE_MINUTES = 5
CHALLENGE_TRIES = 5
"""How long, and how often, somebody who has given the password may try to give the second factor."""
REUSED = "REFRESH_TOKEN_REUSED"
"""Why a session was revoked whose refresh token came twice."""
LOGGED_OUT = "LOGGED_OUT"
ENDED_ELSEWHERE = "ENDED_ELSEWHERE"
"""Why a session was revoked that its person ended from another one."""
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


class SecondFactorOn(Conflict):
    message = "The second factor is on already."
    remedy = "Turn it off first to set up another one."


class SecondFactorOff(Conflict):
    message = "There is no second factor."


class SecondFactorNotSetUp(Conflict):
    message = "No second factor was set up."
    remedy = "`POST /api/v1/auth/2fa/setup` first, then enable it with a code from the app."


class WrongCode(Invalid):
    code = "INVALID_CODE"
    message = "The code is wrong, or was used before."
    remedy = "Let the person read the next code from the app; its clock may be off."

    def __init__(self) -> None:
        super().__init__(Detail("code", "is wrong, or was used before"))


class WrongPasswordOrCode(Invalid):
    code = "INVALID_CODE"
    message = "The password or the code is wrong, or the code was used before."
    remedy = "Let the person try both again."


class InvalidOAuthState(Invalid):
    code = "INVALID_STATE"
    message = "This browser began no such sign-in, or began it too long ago."
    remedy = "Begin the sign-in again, in one browser."

    def __init__(self) -> None:
        super().__init__(Detail("state", "belongs to no sign-in that this browser began"))


class InvalidOAuthCode(Unauthenticated):
    code = "INVALID_CODE"
    message = "The code is unknown, used or too old; sign in at the provider again."
    remedy = "Begin the sign-in at the provider again."


class NotLetIn(Exception):
    """Why a sign-in at a provider ended without a code, as the frontend is told."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class InvalidCode(Unauthenticated):
    message = "The code is wrong or was used before, or the sign-in took too long or too many tries."
    remedy = "Let the person try the next code; after five tries, or five minutes, sign in anew."


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


def check_return(address: str, frontends: list[str]) -> None:
    """Raises Invalid where somebody would be sent to a page that is none of our frontends'."""
    is_plain = all("!" <= sign <= "~" for sign in address) and not {"\\", "#"} & set(address)
    if not is_plain or not any(address == origin or address.startswith(f"{origin}/") for origin in frontends):
        raise Invalid(Detail("return_to", "must be a page of a known frontend"))


def verified_email(claims: Mapping[str, Any]) -> str:
    """The address that the provider has verified. Raises NotLetIn."""
    email = claims.get("email")
    # Some say it as text.
    if claims.get("email_verified") not in (True, "true") or not isinstance(email, str):
        raise NotLetIn("email_not_verified")
    if not (email.isascii() and email.isprintable() and "@" in email and len(email) <= 254):
        raise NotLetIn("email_not_verified")
    return email


def check_one_factor(asked: VerifySecondFactor) -> None:
    """Raises Invalid unless there is either a code or a recovery code."""
    if (asked.code is None) == (asked.recovery_code is None):
        raise Invalid(Detail("code", "must be given, or recovery_code instead"))


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
