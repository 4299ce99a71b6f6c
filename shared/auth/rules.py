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
"""The purpose of the derived key behind every password reset token."""
REMEMBERED_PASSWORDS = 5
"""How many recent passwords, including the current one, cannot be chosen again (S0 §6.4)."""
CHALLENGE_MINUTES = 5
CHALLENGE_TRIES = 5
"""How long, and how often, a user who has entered the password may try to enter the second factor."""
REUSED = "REFRESH_TOKEN_REUSED"
"""Why a session was revoked: its refresh token was used twice."""
LOGGED_OUT = "LOGGED_OUT"
ENDED_ELSEWHERE = "ENDED_ELSEWHERE"
"""Why a session was revoked: its user ended it from another session."""
PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 (a reason, no password)


class EmailTaken(Conflict):
    message = "An account with this e-mail address already exists."
    constraint = "users_email_key"


class InvalidCredentials(Unauthenticated):
    message = "The e-mail address or password is wrong."
    remedy = "Ask the user to try again. Five failed attempts lock the address for 15 minutes."


class AccountLocked(Unauthenticated):
    message = "Too many failed sign-in attempts. Please try again later."
    remedy = "Wait `Retry-After` seconds, or offer a password reset by e-mail."


class InvalidRefreshToken(Unauthenticated):
    code = "INVALID_TOKEN"
    message = "The refresh token is not valid. Sign in again."


class RefreshTokenReused(Unauthenticated):
    message = "This refresh token was already used. For your security, the session has ended. Sign in again."


class InvalidMailedToken(Invalid):
    code = "INVALID_TOKEN"
    message = "This token is unknown, already used or expired. Request a new one."
    remedy = "Request another e-mail."

    def __init__(self) -> None:
        super().__init__(Detail("token", "is unknown, already used or expired"))


class PasswordReused(Invalid):
    message = "This password was used before. Choose another one."

    def __init__(self) -> None:
        super().__init__(Detail("new_password", f"must not be one of the last {REMEMBERED_PASSWORDS}"))


class SecondFactorOn(Conflict):
    message = "Two-factor authentication is already on."
    remedy = "Turn it off first to set up a new second factor."


class SecondFactorOff(Conflict):
    message = "Two-factor authentication is off."


class SecondFactorNotSetUp(Conflict):
    message = "Two-factor authentication has not been set up."
    remedy = "Call `POST /api/v1/auth/2fa/setup` first, then enable it with a code from the app."


class WrongCode(Invalid):
    code = "INVALID_CODE"
    message = "The code is wrong or was already used."
    remedy = "Ask the user for the next code from the app. The clock of their device may be wrong."

    def __init__(self) -> None:
        super().__init__(Detail("code", "is wrong or was already used"))


class WrongPasswordOrCode(Invalid):
    code = "INVALID_CODE"
    message = "The password or the code is wrong, or the code was already used."
    remedy = "Ask the user to enter both again."


class InvalidOAuthState(Invalid):
    code = "INVALID_STATE"
    message = "This browser did not start this sign-in, or started it too long ago."
    remedy = "Start the sign-in again, and finish it in the same browser."

    def __init__(self) -> None:
        super().__init__(Detail("state", "does not belong to a sign-in that this browser started"))


class InvalidOAuthCode(Unauthenticated):
    code = "INVALID_CODE"
    message = "The code is unknown, already used or expired. Sign in with the provider again."
    remedy = "Start the sign-in with the provider again."


class NotLetIn(Exception):
    """Why a sign-in with a provider ended without a code; the frontend gets this reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class InvalidCode(Unauthenticated):
    message = "The code is wrong or was already used, or the sign-in took too long or too many attempts."
    remedy = "Ask the user for the next code. After five attempts or five minutes, start the sign-in again."


class EmailAlreadyVerified(Conflict):
    message = "This e-mail address is already verified."


def check_password(password: str, field: str = "password") -> None:
    """Raises Invalid with one detail on `field` per broken rule (S0 §6.4)."""
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
    """Raises Invalid unless the page belongs to one of our frontends."""
    is_plain = all("!" <= sign <= "~" for sign in address) and not {"\\", "#"} & set(address)
    if not is_plain or not any(address == origin or address.startswith(f"{origin}/") for origin in frontends):
        raise Invalid(Detail("return_to", "must be a page of a registered frontend"))


def verified_email(claims: Mapping[str, Any]) -> str:
    """The e-mail address that the provider has verified. Raises NotLetIn."""
    email = claims.get("email")
    # Some providers send it as text.
    if claims.get("email_verified") not in (True, "true") or not isinstance(email, str):
        raise NotLetIn("email_not_verified")
    if not (email.isascii() and email.isprintable() and "@" in email and len(email) <= 254):
        raise NotLetIn("email_not_verified")
    return email


def check_one_factor(proof: VerifySecondFactor) -> None:
    """Raises Invalid unless there is either a code or a recovery code."""
    if (proof.code is None) == (proof.recovery_code is None):
        raise Invalid(Detail("code", "is required, unless recovery_code is given", "REQUIRED"))


CLAIMS = ("sub", "iss", "aud", "iat", "exp", "jti", "userId", "email", "role", "org_id", "sid")
"""The claims of an access token (spec 2)."""


def claims(user_id: UUID, organization_id: UUID, session_id: UUID, email: str, role: str) -> dict[str, str]:
    """The claims of an access token, except its dates (spec 2)."""
    return {
        "userId": str(user_id),
        "email": email,
        "role": role,
        "sub": str(user_id),
        "org_id": str(organization_id),
        "sid": str(session_id),
    }


def mailed_token(key: bytes, token_id: UUID) -> str:
    """The secret of a row of `user_tokens`: derived whenever it is needed, never stored."""
    return urlsafe_b64encode(hmac.digest(key, token_id.bytes, "sha256")).decode().rstrip("=")
