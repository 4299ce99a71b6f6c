"""The only way from a user to the sockets that receive what concerns them."""

from collections import defaultdict
from uuid import UUID

from shared.kit.db import Reading

# The session decides, not the registry: a user who was suspended or logged out receives nothing more.
_SELECT_SOCKETS = """
SELECT c.user_id, c.connection_id
FROM connections c
CROSS JOIN LATERAL app.connection_caller(c.connection_id) AS caller
WHERE c.user_id = ANY(%(user_ids)s) AND caller.user_id = c.user_id
ORDER BY c.connected_at, c.connection_id
"""


def live_sockets(tx: Reading, user_ids: list[UUID]) -> dict[UUID, list[str]]:
    """The connection ids of each user who has any."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for row in tx.all(_SELECT_SOCKETS, {"user_ids": user_ids}):
        found[row["user_id"]].append(row["connection_id"])
    return found
