"""Who has left messages unread for a while, and is mailed about it."""

from datetime import timedelta

from shared.kit.db import Row, Tx

PATIENCE = timedelta(minutes=15)
"""How long a message waits for its reader before they are mailed."""
PAUSE = timedelta(hours=1)
"""Between two e-mails to one person about one conversation."""
LOOKS_BACK = timedelta(days=3)
"""What the job still catches up on after it has not run."""

# What somebody has neither read nor been mailed about. `m` is from others, and not from whom they have blocked.
_UNREAD = """
FROM messages m
WHERE m.conversation_id = p.conversation_id AND m.seq > greatest(p.read_seq, p.mailed_seq)
  AND m.sender_id <> p.user_id AND m.taken_back_at IS NULL
  AND NOT EXISTS (SELECT FROM user_blocks k
                  WHERE k.blocker_id = p.user_id AND k.blocked_id = m.sender_id AND m.sent_at > k.created_at)
"""

_CLAIM_UNREAD = f"""
WITH due AS (
    SELECT p.conversation_id, p.user_id, c.last_seq, (SELECT count(*) {_UNREAD}) AS unread
    FROM conversations c
    JOIN conversation_participants p ON p.conversation_id = c.id
    JOIN users u ON u.id = p.user_id AND u.deleted_at IS NULL
    WHERE c.updated_at > now() - %(looks_back)s::interval
      AND c.last_seq > greatest(p.read_seq, p.mailed_seq)
      AND (p.mailed_at IS NULL OR p.mailed_at <= now() - %(pause)s::interval)
      AND EXISTS (SELECT {_UNREAD} AND m.sent_at <= now() - %(patience)s::interval)
    ORDER BY p.conversation_id, p.user_id
    LIMIT %(limit)s
    FOR UPDATE OF p SKIP LOCKED
)
UPDATE conversation_participants p
SET mailed_seq = due.last_seq, mailed_at = now()
FROM due
WHERE p.conversation_id = due.conversation_id AND p.user_id = due.user_id
RETURNING p.conversation_id, p.user_id, due.unread
"""


def claim_unread(tx: Tx, limit: int) -> list[Row]:
    """Who has to be mailed now: `conversation_id`, `user_id`, and how many messages are `unread`. Each is claimed with
    the transaction."""
    values = {"looks_back": LOOKS_BACK, "pause": PAUSE, "patience": PATIENCE, "limit": limit}
    return tx.all(_CLAIM_UNREAD, values)
