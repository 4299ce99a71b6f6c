"""The SQL of the outbox's relay."""

from uuid import UUID

from shared.kit.db import Row, Tx

# Blocking: whoever was woken while another relay read its last rows waits for it, and then reads the rest.
_LOCK_RELAY = "SELECT pg_advisory_xact_lock(hashtextextended('relay_outbox', 0))"

_SELECT_UNPUBLISHED = """
SELECT o.id, o.name, o.object_id, o.payload, o.correlation_id, o.actor, o.occurred_at
FROM outbox o
WHERE o.published_at IS NULL
ORDER BY o.seq
LIMIT %(limit)s
"""

_UPDATE_PUBLISHED = "UPDATE outbox SET published_at = now() WHERE id = ANY(%(ids)s)"


def lock_unpublished(tx: Tx, limit: int) -> list[Row]:
    """The oldest events that nobody has published; until the end of the transaction nobody else will."""
    return tx.batch((_LOCK_RELAY, None), (_SELECT_UNPUBLISHED, {"limit": limit}))[1]


def update_published(tx: Tx, ids: list[UUID]) -> None:
    """These events are out."""
    tx.run(_UPDATE_PUBLISHED, {"ids": ids})
