"""The SQL of the outbox relay."""

from uuid import UUID

from shared.kit.db import Row, Tx

# Blocking: a relay that is woken while another one reads its last rows waits for it and then reads the rest.
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
    """The oldest unpublished events, locked until the end of the transaction."""
    return tx.batch((_LOCK_RELAY, None), (_SELECT_UNPUBLISHED, {"limit": limit}))[1]


def update_published(tx: Tx, ids: list[UUID]) -> None:
    """Mark these events as published."""
    tx.run(_UPDATE_PUBLISHED, {"ids": ids})
