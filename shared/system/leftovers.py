"""The SQL that deletes what no rule needs any longer.

What may be deleted is stated twice: here, and in the policies `leftover` (migration 0006), which bind every worker.
Audit rows, notifications and everything that belongs to a deal are never leftovers.
"""

from shared.kit.db import Tx

_DELETE_CONNECTIONS = """
DELETE FROM connections
WHERE connection_id IN (
    SELECT connection_id FROM connections
    WHERE expires_at < now() AND connected_at < now() - interval '2 hours'
    LIMIT %(limit)s)
RETURNING 1
"""

_DELETE_SESSIONS = """
DELETE FROM sessions
WHERE id IN (
    SELECT s.id FROM sessions s
    WHERE least(s.expires_at, s.revoked_at) < now() - interval '30 days'
      AND NOT EXISTS (SELECT FROM connections c WHERE c.session_id = s.id)
    LIMIT %(limit)s)
RETURNING 1
"""

_DELETE_USER_TOKENS = """
DELETE FROM user_tokens
WHERE id IN (SELECT id FROM user_tokens WHERE expires_at < now() - interval '7 days' LIMIT %(limit)s)
RETURNING 1
"""

_DELETE_LOGIN_ATTEMPTS = """
DELETE FROM login_attempts
WHERE email_hash IN (
    SELECT email_hash FROM login_attempts
    WHERE updated_at < now() - interval '1 day' AND (locked_until IS NULL OR locked_until < now())
    LIMIT %(limit)s)
RETURNING 1
"""

_DELETE_RATE_WINDOWS = """
DELETE FROM rate_windows
WHERE subject_hash IN (
    SELECT subject_hash FROM rate_windows WHERE updated_at < now() - interval '1 day' LIMIT %(limit)s)
RETURNING 1
"""

_DELETE_IDEMPOTENCY_KEYS = """
DELETE FROM idempotency_keys
WHERE (user_id, key) IN (
    SELECT user_id, key FROM idempotency_keys WHERE created_at < now() - interval '2 days' LIMIT %(limit)s)
RETURNING 1
"""

_DELETE_WORK_ITEMS = """
DELETE FROM work_items
WHERE (entity_id, job, day) IN (
    SELECT entity_id, job, day FROM work_items WHERE done_at < now() - interval '400 days' LIMIT %(limit)s)
RETURNING 1
"""

_DELETE_OUTBOX = """
DELETE FROM outbox
WHERE id IN (SELECT id FROM outbox WHERE published_at < now() - interval '60 days' LIMIT %(limit)s)
RETURNING 1
"""

# While its event is still in the outbox, an ordered consumer would take the event for one that it has missed.
_DELETE_INBOX = """
DELETE FROM inbox
WHERE (consumer, event_id) IN (
    SELECT i.consumer, i.event_id FROM inbox i
    WHERE i.handled_at < now() - interval '90 days'
      AND NOT EXISTS (SELECT FROM outbox o WHERE o.id = i.event_id)
    LIMIT %(limit)s)
RETURNING 1
"""

# Sockets are deleted before their sessions, events before the record that they were handled.
# As long as an event can come again, whoever was told of it on their phone is not told again.
_DELETE_SENT_NOTICES = """
DELETE FROM sent_notices
WHERE id IN (SELECT id FROM sent_notices WHERE created_at < now() - interval '90 days' LIMIT %(limit)s)
RETURNING 1
"""

_STATEMENTS = (
    _DELETE_CONNECTIONS,
    _DELETE_SESSIONS,
    _DELETE_USER_TOKENS,
    _DELETE_LOGIN_ATTEMPTS,
    _DELETE_RATE_WINDOWS,
    _DELETE_IDEMPOTENCY_KEYS,
    _DELETE_WORK_ITEMS,
    _DELETE_OUTBOX,
    _DELETE_INBOX,
    _DELETE_SENT_NOTICES,
)


def delete_leftovers(tx: Tx, limit: int) -> int:
    """Delete at most `limit` leftovers of each kind; the number deleted of the kind that had most."""
    return max(len(tx.all(statement, {"limit": limit})) for statement in _STATEMENTS)
