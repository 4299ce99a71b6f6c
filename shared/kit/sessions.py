"""The caller behind a session, as the session's row says now."""

from uuid import UUID

from shared.kit.catalog import Role
from shared.kit.db import Row, reading
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller


def caller_of_session(session_id: UUID, user_id: UUID) -> Caller:
    """Who is behind a verified token's session. Raises SessionEnded, Unavailable."""
    with reading(None) as tx:
        row = tx.one("SELECT * FROM app.session_caller(%(session_id)s)", {"session_id": session_id})
    if row is None or row["user_id"] != user_id:
        raise SessionEnded()
    return caller_from(row, session_id)


def caller_from(row: Row, session_id: UUID) -> Caller:
    """The caller that a row of `app.session_caller` or `app.connection_caller` describes."""
    return Caller(
        user_id=row["user_id"],
        organization_id=row["organization_id"],
        role=Role(row["role"]),
        session_id=session_id,
        email_verified=row["email_verified"],
    )
