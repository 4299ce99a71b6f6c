"""A session's answers: the access token it signs, and the refresh token in the body and as a cookie."""

from typing import Any
from uuid import UUID

from shared.auth import cookie
from shared.auth.models import SignedIn, Tokens, User
from shared.auth.rules import claims
from shared.kit import tokens
from shared.kit.endpoint import Reply
from shared.kit.ids import new_id
from shared.kit.settings import setting


def refresh_days() -> int:
    """How long a session lives after its last refresh, in days."""
    return int(setting("REFRESH_TOKEN_DAYS", "30"))


def access_seconds() -> int:
    """How long an access token lives, in seconds."""
    return int(setting("ACCESS_TOKEN_SECONDS", str(tokens.LIFETIME)))


def signed_in(user: User, session_id: UUID, refresh_token: str) -> Reply[SignedIn]:
    """The answer to a login. Needs `uses=("signing_key.sign",)`."""
    pair = _pair(user, session_id, refresh_token)
    return Reply(SignedIn(**pair, user=user), cookies=(cookie.holding(refresh_token, refresh_days()),))


def refreshed(user: User, session_id: UUID, refresh_token: str) -> Reply[Tokens]:
    """The answer to a refresh. Needs `uses=("signing_key.sign",)`."""
    pair = _pair(user, session_id, refresh_token)
    return Reply(Tokens(**pair), cookies=(cookie.holding(refresh_token, refresh_days()),))


def _pair(user: User, session_id: UUID, refresh_token: str) -> dict[str, Any]:
    body = claims(user.id, user.organization_id, session_id, user.email, user.role)
    return {
        "token": tokens.issue(body | {"jti": new_id().hex}, access_seconds()),
        "refresh_token": refresh_token,
        "token_type": "Bearer",
        "expires_in": access_seconds(),
    }
