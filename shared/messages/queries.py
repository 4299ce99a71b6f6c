"""The SQL of conversations: who is in them, and how far they have read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kit.catalog import STAFF
from shared.kit.db import Asked, Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.messages.models import ConversationFilter

SEEN = """
NOT EXISTS (SELECT FROM user_blocks k
            WHERE k.blocker_id = %(user_id)s AND k.blocked_id = m.sender_id AND m.sent_at > k.created_at)
"""
"""What the reader sees of the messages `m`: nothing that somebody wrote whom they had blocked."""

# Whoever is in it; staff, where somebody has reported what was written there.
_MINE = """
(EXISTS (SELECT FROM conversation_participants p WHERE p.conversation_id = c.id AND p.user_id = %(user_id)s)
 OR (%(is_staff)s AND EXISTS (SELECT FROM message_reports r JOIN messages m ON m.id = r.message_id
                              WHERE m.conversation_id = c.id)))
"""

_COLUMNS = f"""
c.id, c.context_type, c.context_id, c.guide_id, c.subject, c.updated_at,
(SELECT count(*) FROM messages m
 WHERE m.conversation_id = c.id AND m.sender_id <> %(user_id)s AND m.taken_back_at IS NULL AND {SEEN}
   AND m.seq > (SELECT p.read_seq FROM conversation_participants p
                WHERE p.conversation_id = c.id AND p.user_id = %(user_id)s)) AS unread_count,
(SELECT jsonb_build_object('id', m.id, 'content', m.content, 'sent_at', m.sent_at, 'sender_id', m.sender_id)
 FROM messages m WHERE m.conversation_id = c.id AND {SEEN} ORDER BY m.seq DESC LIMIT 1) AS last_message
"""

_SELECT_CONVERSATION = f"SELECT {_COLUMNS} FROM conversations c WHERE c.id = %(conversation_id)s AND {_MINE}"

_SELECT_CONVERSATIONS = f"""
SELECT listed.* FROM (
    SELECT {_COLUMNS}
    FROM conversations c
    JOIN conversation_participants own ON own.conversation_id = c.id AND own.user_id = %(user_id)s
    WHERE (%(context_type)s::text IS NULL OR c.context_type = %(context_type)s)
      AND (%(context_id)s::uuid IS NULL OR c.context_id = %(context_id)s)
      AND (%(before)s::timestamptz IS NULL OR (c.updated_at, c.id) < (%(before)s, %(before_id)s::uuid))
) AS listed
WHERE %(unread)s::boolean IS NULL OR (listed.unread_count > 0) = %(unread)s
ORDER BY listed.updated_at DESC, listed.id DESC
LIMIT %(limit)s
"""

_SELECT_PARTICIPANTS = """
SELECT p.conversation_id, p.id, p.name, p.company, p.profile_image, p.has_left, p.has_blocked
FROM app.participants(%(conversation_ids)s) AS p
"""

_SELECT_CORRESPONDENTS = """
SELECT p.id, p.organization_id, p.has_blocked
FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS asked (id, place)
CROSS JOIN LATERAL app.correspondent(asked.id) AS p
ORDER BY asked.place
"""

_SELECT_SHARED = "SELECT app.conversations_with(%(other_id)s) AS ids"

# Of two who begin at once, one counts after the other.
_LOCK_BEGINNINGS = """
SELECT pg_advisory_xact_lock(hashtextextended('conversations ' || %(user_id)s::text, 0)) IS NULL AS locked
"""

_COUNT_BEGUN = """
SELECT count(*) AS begun FROM conversations c
WHERE c.created_by = %(user_id)s AND c.created_at > now() - interval '24 hours'
"""

_RETURNING = "RETURNING c.id, c.last_seq AS seq, c.updated_at AS sent_at"

# The row is locked from here on: messages are numbered, and committed, in one order. Somebody else may have begun the
# same conversation meanwhile.
_UPSERT_PAIR = f"""
INSERT INTO conversations AS c (id, first_id, second_id, subject, last_seq, created_by)
VALUES (%(id)s, least(%(user_id)s::uuid, %(other_id)s::uuid), greatest(%(user_id)s::uuid, %(other_id)s::uuid),
        %(subject)s, 1, %(user_id)s)
ON CONFLICT (first_id, second_id) DO UPDATE SET last_seq = c.last_seq + 1, updated_at = clock_timestamp()
{_RETURNING}
"""

_UPSERT_CONTEXT = f"""
INSERT INTO conversations AS c (id, context_type, context_id, owner_organization_id, client_organization_id, subject,
                                last_seq, created_by)
VALUES (%(id)s, %(type)s, %(context_id)s, %(owner_organization_id)s, %(client_organization_id)s, %(subject)s, 1,
        %(user_id)s)
ON CONFLICT (context_type, context_id, client_organization_id)
DO UPDATE SET last_seq = c.last_seq + 1, updated_at = clock_timestamp()
{_RETURNING}
"""

_UPDATE_WRITTEN = f"""
UPDATE conversations c
SET last_seq = c.last_seq + 1, updated_at = clock_timestamp()
WHERE c.id = %(conversation_id)s
  AND EXISTS (SELECT FROM conversation_participants p WHERE p.conversation_id = c.id AND p.user_id = %(user_id)s)
{_RETURNING}
"""

_OF_CONTEXT = """
c.context_type = %(type)s AND c.context_id = %(context_id)s
AND c.client_organization_id = %(client_organization_id)s
"""

# Before anybody else: only who is in a conversation sees who else is.
_JOIN_CONTEXT = f"""
INSERT INTO conversation_participants (conversation_id, user_id)
SELECT c.id, %(user_id)s FROM conversations c WHERE {_OF_CONTEXT}
ON CONFLICT DO NOTHING
"""

_SELECT_PARTICIPANTS_OF = f"""
SELECT p.id, p.has_left, p.has_blocked
FROM app.participants(ARRAY(SELECT c.id FROM conversations c WHERE {_OF_CONTEXT})) AS p
"""

_UPDATE_INTERVENED = f"""
UPDATE conversations c
SET last_seq = c.last_seq + 1, updated_at = clock_timestamp()
WHERE c.id = %(conversation_id)s
{_RETURNING}
"""

# No RETURNING, and no target of the conflict: either would need the right to see who else is there.
_INSERT_PARTICIPANT = """
INSERT INTO conversation_participants (conversation_id, user_id)
VALUES (%(conversation_id)s, %(user_id)s) ON CONFLICT DO NOTHING
"""

_SELECT_COLLEAGUE_ROLE = """
SELECT u.role FROM users u
WHERE u.id = %(user_id)s AND u.organization_id = %(organization_id)s AND u.deleted_at IS NULL
"""

_LOCK_OWN = """
SELECT c.guide_id FROM conversations c
WHERE c.id = %(conversation_id)s AND c.owner_organization_id = %(organization_id)s
FOR UPDATE
"""

_UPDATE_GUIDE = "UPDATE conversations c SET guide_id = %(guide_id)s WHERE c.id = %(conversation_id)s"

# Whoever has blocked the writer does not hear of it.
_SELECT_HEARERS = """
SELECT p.user_id FROM conversation_participants p
WHERE p.conversation_id = %(conversation_id)s
  AND NOT EXISTS (SELECT FROM user_blocks k WHERE k.blocker_id = p.user_id AND k.blocked_id = %(actor)s)
ORDER BY p.user_id
"""

_READ = "SELECT r.moved FROM app.read_conversation(%(conversation_id)s, %(message_id)s) AS r"


def select_conversation(tx: Reading, caller: Caller, conversation_id: UUID) -> Row | None:
    """A conversation that the caller may read, with what is unread in it."""
    values = {"conversation_id": conversation_id, "user_id": caller.user_id, "is_staff": caller.role in STAFF}
    return tx.one(_SELECT_CONVERSATION, values)


def select_conversations(tx: Reading, caller: Caller, query: ConversationFilter) -> list[Row]:
    """The caller's conversations, the newest first; one more than the page holds."""
    before, before_id = query.key_before(datetime.fromisoformat, UUID)
    values: dict[str, Any] = {
        "user_id": caller.user_id,
        "context_type": query.context_type,
        "context_id": query.context_id,
        "unread": query.unread,
        "before": before,
        "before_id": before_id,
        "limit": query.limit + 1,
    }
    return tx.all(_SELECT_CONVERSATIONS, values)


def select_participants(tx: Reading, conversation_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Who is in each of the conversations, as in app.participants."""
    found: dict[UUID, list[Row]] = {one: [] for one in conversation_ids}
    for row in tx.all(_SELECT_PARTICIPANTS, {"conversation_ids": list(conversation_ids)}):
        found[row.pop("conversation_id")].append(row)
    return found


def ask_correspondents(tx: Tx, ids: Sequence[UUID]) -> Asked[list[Row]]:
    """Those of the people to whom the caller may write, as in app.correspondent."""
    return tx.later(_SELECT_CORRESPONDENTS, {"ids": list(ids)})


def select_correspondent(tx: Tx, user_id: UUID) -> Row | None:
    """Somebody to whom the caller may write, as in app.correspondent."""
    return tx.one(_SELECT_CORRESPONDENTS, {"ids": [user_id]})


def ask_begun(tx: Tx, caller: Caller) -> Asked[int]:
    """How many conversations the caller has begun in 24 hours; they begin no other until the transaction ends."""
    values = {"user_id": caller.user_id}
    tx.later(_LOCK_BEGINNINGS, values)
    return tx.later(_COUNT_BEGUN, values).then(lambda rows: int(rows[0]["begun"]))


def select_shared(tx: Reading, other_id: UUID) -> list[UUID]:
    """The conversations that both the caller and somebody else are in."""
    return list(tx.all(_SELECT_SHARED, {"other_id": other_id})[0]["ids"])


def upsert_pair(tx: Tx, caller: Caller, other_id: UUID, subject: str | None) -> Row:
    """The conversation of two people with the number (`seq`) and the moment (`sent_at`) of its next message; whether it
    `is_new`."""
    values = {"id": new_id(), "user_id": caller.user_id, "other_id": other_id, "subject": subject}
    [row] = tx.all(_UPSERT_PAIR, values)
    return {**row, "is_new": row["id"] == values["id"]}


def upsert_context(tx: Tx, caller: Caller, about: Row, others: Sequence[UUID]) -> tuple[Row, list[Row]]:
    """The conversation as in upsert_pair, and who is in it: the caller and the `others` too. `about` has its `type`,
    `context_id`, `owner_organization_id`, `client_organization_id` and `subject`."""
    values = {**about, "id": new_id(), "user_id": caller.user_id}
    asked = tx.later(_UPSERT_CONTEXT, values)
    for one in (caller.user_id, *others):
        tx.run(_JOIN_CONTEXT, values | {"user_id": one})
    participants = tx.all(_SELECT_PARTICIPANTS_OF, values)
    [row] = asked.answer()
    return {**row, "is_new": row["id"] == values["id"]}, participants


def update_written(tx: Tx, caller: Caller, conversation_id: UUID) -> tuple[Row | None, list[Row]]:
    """The conversation as in upsert_pair, None if the caller is not in it; and who is in it."""
    values = {"conversation_id": conversation_id, "user_id": caller.user_id}
    written, participants = tx.batch(
        (_UPDATE_WRITTEN, values), (_SELECT_PARTICIPANTS, {"conversation_ids": [conversation_id]})
    )
    return (written[0] if written else None), participants


def update_intervened(tx: Tx, conversation_id: UUID) -> tuple[Row | None, list[Row]]:
    """As update_written, for staff, who are in no conversation."""
    values = {"conversation_id": conversation_id}
    written, participants = tx.batch(
        (_UPDATE_INTERVENED, values), (_SELECT_PARTICIPANTS, {"conversation_ids": [conversation_id]})
    )
    return (written[0] if written else None), participants


def ask_colleague_role(tx: Tx, caller: Caller, user_id: UUID) -> Asked[str | None]:
    """The role of somebody of the caller's organization; None if there is nobody of that id."""
    values = {"user_id": user_id, "organization_id": caller.organization_id}
    return tx.later(_SELECT_COLLEAGUE_ROLE, values).then(lambda rows: rows[0]["role"] if rows else None)


def lock_own_conversation(tx: Tx, caller: Caller, conversation_id: UUID) -> Row | None:
    """The `guide_id` of a conversation about an object of the caller's organization, locked."""
    return tx.one(_LOCK_OWN, {"conversation_id": conversation_id, "organization_id": caller.organization_id})


def update_guide(tx: Tx, conversation_id: UUID, guide_id: UUID) -> None:
    """Queue that this agent guides the client."""
    tx.run(_UPDATE_GUIDE, {"conversation_id": conversation_id, "guide_id": guide_id})


def insert_participants(tx: Tx, conversation_id: UUID, user_ids: Sequence[UUID]) -> None:
    """Queue that these people are in the conversation; whoever is already stays."""
    for user_id in user_ids:
        tx.run(_INSERT_PARTICIPANT, {"conversation_id": conversation_id, "user_id": user_id})


def read_conversation(tx: Tx, conversation_id: UUID, message_id: UUID) -> bool | None:
    """Mark the conversation as read by the caller up to the message: whether that is further than before; None if the
    caller is not in it or the message is not."""
    row = tx.one(_READ, {"conversation_id": conversation_id, "message_id": message_id})
    return bool(row["moved"]) if row else None


def select_hearers(tx: Reading, conversation_id: UUID, actor: UUID | None) -> list[UUID]:
    """The user ids of those who hear of what somebody does in a conversation."""
    return [row["user_id"] for row in tx.all(_SELECT_HEARERS, {"conversation_id": conversation_id, "actor": actor})]
