"""The caller behind a session, according to the session's current row."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.kit import errors
from shared.kit.catalog import HttpOperation, Role
from shared.kit.db import Row, reading
from shared.kit.errors import EmailNotVerified, SessionEnded, Unauthenticated
from shared.kit.request import Caller
from shared.kit.settings import setting
from shared.kit.unit import perform


def caller_of_session(session_id: UUID, user_id: UUID) -> Caller:
    """Who is behind a verified token's session. Raises SessionEnded, Unavailable."""
    with reading(None) as tx:
        row = tx.one("SELECT * FROM app.session_caller(%(session_id)s)", {"session_id": session_id})
    if row is None or row["user_id"] != user_id:
        raise SessionEnded()
    return caller_from(row, session_id)


def check_verified(operation: HttpOperation, caller: Caller) -> None:
    """Raises EmailNotVerified if the operation and the stage require a verified address and the caller's is not."""
    if not operation.verified or caller.email_verified or setting("REQUIRE_VERIFIED_EMAIL", "0") != "1":
        return
    # Verified since the authorizer looked?
    if not perform(operation, lambda: caller_of_session(caller.session_id, caller.user_id)).email_verified:
        raise EmailNotVerified()


def caller_from(row: Row, session_id: UUID) -> Caller:
    """The caller that a row of `app.session_caller` or `app.connection_caller` describes."""
    return Caller(
        user_id=row["user_id"],
        organization_id=row["organization_id"],
        role=Role(row["role"]),
        session_id=session_id,
        email_verified=row["email_verified"],
    )


def authorized_caller(operation: HttpOperation, context: Mapping[str, Any]) -> Caller:
    """The caller that the authorizer has identified. Raises Unauthenticated, Unavailable."""
    if code := context.get("refusal"):
        kinds = (errors.TokenExpired, errors.SessionEnded, errors.InvalidToken)
        raise next((kind for kind in kinds if kind.code == code), Unauthenticated)()
    if subject := context.get("subject"):
        # The token is valid, but the database did not respond when the authorizer looked up its session.
        session_id = UUID(context["session_id"])
        return perform(operation, lambda: caller_of_session(session_id, UUID(subject)))
    try:
        return Caller(
            user_id=UUID(context["user_id"]),
            organization_id=UUID(context["organization_id"]),
            role=Role(context["role"]),
            session_id=UUID(context["session_id"]),
            email_verified=context["email_verified"] == "true",
        )
    except KeyError:
        raise Unauthenticated() from None
