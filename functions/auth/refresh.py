"""Refresh a session.

Exchanges a refresh token for a new pair of tokens. A repeat within ten seconds (a lost response, two browser tabs)
returns the same new refresh token. A refresh token that was used longer ago has been copied, so the whole session
ends.
"""

from shared.auth import cookie, opaque, queries, rules, sessions
from shared.auth.models import RefreshRequest, Session, Tokens, User
from shared.kit.catalog import ANYONE, Role
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.reply import Reply
from shared.kit.request import Caller, Request


@endpoint(
    "POST /auth/refresh",
    access=ANYONE,
    writes=True,
    raises=(rules.InvalidRefreshToken, rules.RefreshTokenReused, SessionEnded),
    uses=("signing_key.sign", "signing_key.read", "derive_key.mac"),
    database="auth",
    layers=("tokens",),
)
def refresh(sent: RefreshRequest, request: Request) -> Reply[Tokens]:
    parent = sent.refresh_token or request.headers.get("x-refresh-token") or request.cookies.get(cookie.NAME) or ""
    session_id = opaque.session_of(parent)
    child, parent_hash = opaque.child_of(parent), opaque.hash_of(parent)
    with transaction() as tx:
        row = queries.lock_session(tx, session_id)
        if row is None:
            raise SessionEnded()
        user = User.of(row)
        tx.become(Caller(user.id, user.organization_id, Role(user.role), session_id))
        if parent_hash == row["refresh_hash"]:
            queries.update_session_rotated(tx, session_id, opaque.hash_of(child), sessions.refresh_days())
            tx.emit("session.refreshed", Session(id=session_id, user_id=user.id))
            return sessions.refreshed(user, session_id, child)
        if parent_hash == row["previous_hash"] and row["just_rotated"]:
            return sessions.refreshed(user, session_id, child)
        queries.update_session_revoked(tx, session_id, rules.REUSED)
        tx.emit("session.revoked", Session(id=session_id, user_id=user.id, revoked_reason=rules.REUSED))
    # Raised after the block, so that the session ends first.
    raise rules.RefreshTokenReused()
