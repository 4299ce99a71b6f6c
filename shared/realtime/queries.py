"""The SQL of the registry of sockets.

Source for the two hours: API Gateway quotas, "Connection duration for WebSocket API".
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kit.db import Reading, Row, Tx
from shared.kit.request import Caller

# $disconnect is best effort: what it missed is deleted when the next socket opens.
_DELETE_EXPIRED = """
DELETE FROM connections WHERE expires_at < now() AND connected_at < now() - interval '2 hours'
"""

_INSERT_CONNECTION = """
INSERT INTO connections (connection_id, user_id, organization_id, session_id, role, authenticated_at, expires_at)
VALUES (%(connection_id)s, %(user_id)s, %(organization_id)s, %(session_id)s, %(role)s,
        CASE WHEN %(user_id)s::uuid IS NOT NULL THEN now() END,
        least(now() + interval '2 hours', to_timestamp(%(token_expires)s)))
"""

_UPDATE_AUTHENTICATED = """
UPDATE connections
SET user_id = %(user_id)s, organization_id = %(organization_id)s, session_id = %(session_id)s,
    role = %(role)s, authenticated_at = now(),
    expires_at = least(connected_at + interval '2 hours', to_timestamp(%(token_expires)s))
WHERE connection_id = %(connection_id)s
RETURNING expires_at
"""

_INSERT_TICKET = """
INSERT INTO user_tokens (id, user_id, purpose, token_hash, session_id, expires_at)
SELECT %(id)s, caller.user_id, 'SOCKET', %(token_hash)s, caller.session_id, now() + make_interval(secs => %(seconds)s)
FROM app.session_caller(%(session_id)s) AS caller
RETURNING expires_at
"""

_UPDATE_TICKET_SPENT = """
WITH spent AS (
    UPDATE user_tokens SET spent_at = now()
    WHERE token_hash = %(token_hash)s AND purpose = 'SOCKET' AND spent_at IS NULL AND expires_at > now()
    RETURNING session_id
)
SELECT caller.* FROM spent CROSS JOIN LATERAL app.session_caller(spent.session_id) AS caller
"""

_DELETE_CONNECTION = "DELETE FROM connections WHERE connection_id = %(connection_id)s RETURNING connection_id"

_DELETE_UNAUTHENTICATED = """
DELETE FROM connections
WHERE connection_id = %(connection_id)s AND authenticated_at IS NULL
RETURNING connection_id
"""

_SELECT_AUTHENTICATED = """
SELECT connection_id FROM connections
WHERE connection_id = %(connection_id)s AND authenticated_at IS NOT NULL
"""

_COUNT_CONNECTIONS = "SELECT count(*) AS open FROM connections WHERE expires_at > now()"


_TICKET_SECONDS = 60


def insert_ticket(tx: Tx, ticket_id: UUID, caller: Caller, token_hash: str) -> datetime | None:
    """When the ticket expires; None if the caller's session has ended."""
    values = {"id": ticket_id, "session_id": caller.session_id, "token_hash": token_hash, "seconds": _TICKET_SECONDS}
    row = tx.one(_INSERT_TICKET, values)
    return row["expires_at"] if row else None


def update_ticket_spent(tx: Tx, token_hash: str) -> Row | None:
    """The ticket's caller, as in app.session_caller; None if it is unknown, used, too old or its session has ended."""
    return tx.one(_UPDATE_TICKET_SPENT, {"token_hash": token_hash})


def insert_connection(tx: Tx, connection_id: str, caller: Caller | None, token_expires: int | None) -> None:
    """Register a socket; `token_expires` in Unix seconds. Without a caller it receives nothing yet."""
    tx.run(_DELETE_EXPIRED)
    tx.run(_INSERT_CONNECTION, _values(connection_id, caller, token_expires))


def update_authenticated(tx: Tx, connection_id: str, caller: Caller, token_expires: int) -> datetime | None:
    """Until when the socket receives what concerns the caller; None if it is no longer registered."""
    row = tx.one(_UPDATE_AUTHENTICATED, _values(connection_id, caller, token_expires))
    return row["expires_at"] if row else None


def delete_connection(tx: Reading, connection_id: str) -> None:
    """Delete a socket."""
    tx.one(_DELETE_CONNECTION, {"connection_id": connection_id})


def delete_unauthenticated(tx: Reading, connection_id: str) -> bool:
    """Delete a socket unless somebody has authenticated on it; whether it was deleted."""
    values = {"connection_id": connection_id}
    # The second statement sees an authentication that the first one had to wait for.
    _, authenticated = tx.batch((_DELETE_UNAUTHENTICATED, values), (_SELECT_AUTHENTICATED, values))
    return not authenticated


def count_connections(tx: Reading) -> int:
    """How many sockets are registered and may still be open."""
    row = tx.one(_COUNT_CONNECTIONS)
    return int(row["open"]) if row else 0


def _values(connection_id: str, caller: Caller | None, token_expires: int | None) -> dict[str, Any]:
    return {
        "connection_id": connection_id,
        "user_id": caller.user_id if caller else None,
        "organization_id": caller.organization_id if caller else None,
        "session_id": caller.session_id if caller else None,
        "role": caller.role.value if caller else None,
        "token_expires": token_expires,
    }
