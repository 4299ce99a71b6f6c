"""The SQL of whom a message of somebody's was written to."""

from shared.kit.consumer import Event
from shared.kit.db import Row, Tx

# Whoever has read it, or has blocked its sender, need not be told; nobody is told what was taken back.
_SELECT_ADDRESSEES = """
SELECT u.id, u.name, u.email, u.language, u.preferences, n.kinds, n.quiet_hours, n.digest, app.now() AS now,
       s.name AS sender, m.content
FROM messages m
JOIN users s ON s.id = m.sender_id
JOIN conversation_participants p ON p.conversation_id = m.conversation_id
JOIN users u ON u.id = p.user_id
LEFT JOIN notification_choices n ON n.user_id = u.id
WHERE m.id = %(message_id)s AND m.taken_back_at IS NULL AND p.user_id <> m.sender_id AND p.read_seq < m.seq
  AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
  AND NOT EXISTS (SELECT FROM user_blocks k WHERE k.blocker_id = u.id AND k.blocked_id = m.sender_id)
ORDER BY u.id
"""


def select_addressees(tx: Tx, event: Event) -> list[Row]:
    """Those who have not read the message, with their choices, its `sender` and its `content`."""
    return tx.all(_SELECT_ADDRESSEES, {"message_id": event.data["message_id"]})
