"""Starting and refreshing sessions: the access token, and the refresh token in the body and as a cookie."""

import secrets
from typing import Any
from uuid import UUID

from shared.auth import cookie, factors, opaque, queries
from shared.auth.models import Challenge, SecondFactorAsked, Session, SignedIn, Tokens, User
from shared.auth.rules import claims
from shared.kit import tokens
from shared.kit.catalog import Role
from shared.kit.db import Row, Tx
from shared.kit.ids import new_id
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.settings import setting


def refresh_days() -> int:
    """How long a session lives after its last refresh, in days."""
    return int(setting("REFRESH_TOKEN_DAYS", "30"))


def access_seconds() -> int:
    """How long an access token lives, in seconds."""
    return int(setting("ACCESS_TOKEN_SECONDS", str(tokens.LIFETIME)))


def entered(tx: Tx, row: Row) -> Reply[SignedIn | SecondFactorAsked]:
    """After the first proof (a password or another provider): a session, or the request for the second factor.

    `row` is the user with `two_factor_enabled`. Needs what `begun` needs.
    """
    if not row["two_factor_enabled"]:
        return begun(tx, User.of(row))
    challenge_id, token = new_id(), secrets.token_urlsafe(32)
    factors.insert_challenge(tx, challenge_id, row["id"], opaque.hash_of(token))
    tx.emit("second_factor.asked", Challenge(id=challenge_id, user_id=row["id"]))
    return Reply(SecondFactorAsked(mfa_required=True, mfa_token=token))


def begun(tx: Tx, user: User) -> Reply[SignedIn]:
    """A new session of an authenticated user. Needs `uses=("signing_key.sign", "derive_key.mac")`."""
    caller = Caller(user.id, user.organization_id, Role(user.role), session_id=new_id())
    refresh_token = opaque.first_token(caller.session_id)
    tx.become(caller)
    queries.update_last_login(tx, user.id)
    queries.insert_session(tx, caller.session_id, user.id, opaque.hash_of(refresh_token), refresh_days())
    tx.emit("session.started", Session(id=caller.session_id, user_id=user.id))
    return signed_in(user, caller.session_id, refresh_token)


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
