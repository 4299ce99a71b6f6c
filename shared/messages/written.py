"""The SQL of messages, and of what people do about them: take back, block, report."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.files.access import attach
from shared.files.attached import FILES
from shared.kit.db import Asked, Reading, Row, Tx
from shared.kit.errors import Detail, Invalid
from shared.kit.ids import new_id
from shared.kit.paging import Paged
from shared.kit.request import Caller
from shared.messages.models import MessageFilter, NewMessage
from shared.messages.queries import SEEN

_COLUMNS = f"""
m.id, m.conversation_id, m.sender_id, m.subject, m.content, {FILES.format(alias="m")} AS attachments,
CASE WHEN m.read_at IS NULL THEN 'SENT' ELSE 'READ' END AS status,
m.is_admin_intervention, m.sent_at, m.read_at, m.taken_back_at
"""

_SELECT_MESSAGES = f"""
SELECT {_COLUMNS}, m.seq FROM messages m
WHERE m.conversation_id = %(conversation_id)s AND {SEEN}
  AND (%(before)s::bigint IS NULL OR m.seq < %(before)s)
ORDER BY m.seq DESC
LIMIT %(limit)s
"""

_SELECT_AFTER = f"""
SELECT {_COLUMNS}, m.seq FROM messages m
WHERE m.conversation_id = %(conversation_id)s AND {SEEN}
  AND m.seq > coalesce(%(since)s::bigint, (SELECT a.seq FROM messages a WHERE a.id = %(after)s))
ORDER BY m.seq
LIMIT %(limit)s
"""

_SELECT_PLACE = "SELECT a.seq FROM messages a WHERE a.id = %(after)s AND a.conversation_id = %(conversation_id)s"

_SELECT_WITH = f"""
SELECT {_COLUMNS} FROM messages m
WHERE m.conversation_id = ANY ((SELECT app.conversations_with(%(other_id)s))::uuid[]) AND {SEEN}
  AND (%(before)s::timestamptz IS NULL OR (m.sent_at, m.id) < (%(before)s, %(before_id)s::uuid))
ORDER BY m.sent_at DESC, m.id DESC
LIMIT %(limit)s
"""

_SELECT_MESSAGE = f"""
SELECT {_COLUMNS}, clock_timestamp() AS now FROM messages m
WHERE m.id = %(message_id)s AND {SEEN}
  AND EXISTS (SELECT FROM conversation_participants p
              WHERE p.conversation_id = m.conversation_id AND p.user_id = %(user_id)s)
"""

_SELECT_TOLD = f"""
SELECT m.id AS message_id, m.conversation_id, m.sender_id, m.content, {FILES.format(alias="m")} AS attachments,
       m.sent_at
FROM messages m WHERE m.id = %(id)s
"""

_INSERT_MESSAGE = """
INSERT INTO messages (id, conversation_id, seq, sender_id, subject, content, file_ids, is_admin_intervention, sent_at)
VALUES (%(id)s, %(conversation_id)s, %(seq)s, %(sender_id)s, %(subject)s, %(content)s, %(file_ids)s::uuid[],
        %(is_admin_intervention)s, %(sent_at)s)
"""

_UPDATE_TAKEN_BACK = f"""
UPDATE messages m
SET content = NULL, subject = NULL, file_ids = '{{}}', taken_back_at = now()
WHERE m.id = %(message_id)s AND m.sender_id = %(user_id)s AND m.taken_back_at IS NULL
RETURNING {_COLUMNS}
"""

_INSERT_BLOCK = """
INSERT INTO user_blocks (blocker_id, blocked_id) VALUES (%(user_id)s, %(other_id)s) ON CONFLICT DO NOTHING
"""

_DELETE_BLOCK = """
DELETE FROM user_blocks WHERE blocker_id = %(user_id)s AND blocked_id = %(other_id)s RETURNING blocked_id
"""

_INSERT_REPORT = """
INSERT INTO message_reports (id, message_id, reporter_id, reason, content)
VALUES (%(id)s, %(message_id)s, %(reporter_id)s, %(reason)s, %(content)s)
RETURNING id, message_id
"""

_SELECT_REPORTS = """
SELECT r.id, r.message_id, m.conversation_id, m.sender_id, r.reporter_id, r.reason, r.content, r.created_at
FROM message_reports r
JOIN messages m ON m.id = r.message_id
WHERE %(before)s::timestamptz IS NULL OR (r.created_at, r.id) < (%(before)s, %(before_id)s::uuid)
ORDER BY r.created_at DESC, r.id DESC
LIMIT %(limit)s
"""


def select_messages(
    tx: Reading, caller: Caller, conversation_id: UUID, query: MessageFilter, seq: int | None
) -> list[Row]:
    """Messages of a conversation, the newest first, or those after one of them in their order; one more than the page
    holds, which begins beyond the number `seq`. Raises Invalid on `after` if it is no message of the conversation."""
    values: dict[str, Any] = {"conversation_id": conversation_id, "user_id": caller.user_id, "limit": query.limit + 1}
    if query.after is None:
        return tx.all(_SELECT_MESSAGES, values | {"before": seq})
    values |= {"since": seq, "after": query.after}
    place, rows = tx.batch((_SELECT_PLACE, values), (_SELECT_AFTER, values))
    if not place:
        raise Invalid(Detail("after", "is not a message of this conversation"))
    return rows


def select_messages_with(
    tx: Reading, caller: Caller, other_id: UUID, before: tuple[datetime | None, UUID | None], limit: int
) -> list[Row]:
    """The newest `limit` messages, `before` a moment and an id, of all conversations that both are in."""
    values = {"user_id": caller.user_id, "other_id": other_id, "before": before[0], "before_id": before[1]}
    return tx.all(_SELECT_WITH, values | {"limit": limit})


def select_message(tx: Reading, caller: Caller, message_id: UUID) -> Row | None:
    """A message of a conversation that the caller is in, and the moment `now`."""
    return tx.one(_SELECT_MESSAGE, {"message_id": message_id, "user_id": caller.user_id})


def ask_told(tx: Tx, message_id: UUID) -> Asked[Row]:
    """A message, for the platform, which tells of it."""
    return tx.later(_SELECT_TOLD, {"id": message_id}).then(lambda rows: rows[0])


def insert_message(
    tx: Tx, caller: Caller, written: Row, new: NewMessage, files: Sequence[Row] = (), *, intervenes: bool = False
) -> UUID:
    """Queue the message with its attachments; `written` is its conversation with its number and moment. Its id."""
    message_id = new_id()
    file_ids = attach(tx, caller, "message", message_id, files)
    values = {
        "id": message_id,
        "conversation_id": written["id"],
        "seq": written["seq"],
        "sender_id": caller.user_id,
        "subject": new.subject,
        "content": new.content,
        "file_ids": file_ids,
        "is_admin_intervention": intervenes,
        "sent_at": written["sent_at"],
    }
    tx.run(_INSERT_MESSAGE, values)
    return message_id


def update_taken_back(tx: Tx, caller: Caller, message_id: UUID) -> Row | None:
    """The caller's message without its content; None if it was taken back meanwhile."""
    return tx.one(_UPDATE_TAKEN_BACK, {"message_id": message_id, "user_id": caller.user_id})


def insert_block(tx: Tx, caller: Caller, other_id: UUID) -> None:
    """Queue that the caller blocks somebody."""
    tx.run(_INSERT_BLOCK, {"user_id": caller.user_id, "other_id": other_id})


def delete_block(tx: Tx, caller: Caller, other_id: UUID) -> bool:
    """Whether the caller had blocked them; they no longer do."""
    return tx.one(_DELETE_BLOCK, {"user_id": caller.user_id, "other_id": other_id}) is not None


def insert_report(tx: Tx, caller: Caller, message: Row, reason: str) -> Row:
    """The new report, with the message as it is now."""
    values = {
        "id": new_id(),
        "message_id": message["id"],
        "reporter_id": caller.user_id,
        "reason": reason,
        "content": message["content"],
    }
    return tx.all(_INSERT_REPORT, values)[0]


def select_reports(tx: Reading, query: Paged) -> list[Row]:
    """Reported messages, the newest first; one more than the page holds."""
    before, before_id = query.key_before(datetime.fromisoformat, UUID)
    return tx.all(_SELECT_REPORTS, {"before": before, "before_id": before_id, "limit": query.limit + 1})
