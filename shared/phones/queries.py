"""The SQL of phones: whose they are, and whether they want to be written to."""

from typing import Any
from uuid import UUID

from shared.kit.db import Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.phones import rules

# The last word of a number counts, whoever has it.
_SELECT_STOPPED = """
SELECT r.word = 'STOP' AS is_stopped
FROM phone_replies r
WHERE r.number = %(number)s
ORDER BY r.created_at DESC, r.sid DESC
LIMIT 1
"""

# The newest code alone is good.
_DELETE_PENDING = "DELETE FROM phones WHERE user_id = %(user_id)s AND confirmed_at IS NULL"

_INSERT_PENDING = """
INSERT INTO phones (id, user_id, number, expires_at)
VALUES (%(id)s, %(user_id)s, %(number)s, app.now() + %(life)s)
RETURNING id, number AS phone, expires_at
"""

_LOCK_PERSON = "SELECT u.id FROM users u WHERE u.id = %(user_id)s AND u.deleted_at IS NULL FOR NO KEY UPDATE"

_LOCK_PENDING = """
SELECT p.id, p.number AS phone, p.attempts
FROM phones p
WHERE p.user_id = %(user_id)s AND p.confirmed_at IS NULL AND p.expires_at > app.now() AND p.attempts < %(most)s
FOR UPDATE
"""

_UPDATE_ATTEMPTS = "UPDATE phones SET attempts = attempts + 1 WHERE id = %(id)s"

_DELETE_CONFIRMED = "DELETE FROM phones WHERE user_id = %(user_id)s AND confirmed_at IS NOT NULL"

_UPDATE_CONFIRMED = """
UPDATE phones SET confirmed_at = app.now() WHERE id = %(id)s RETURNING id, number AS phone, confirmed_at
"""

_SELECT_PENDING = """
SELECT p.number, u.language
FROM phones p
JOIN users u ON u.id = p.user_id
WHERE p.id = %(id)s AND p.confirmed_at IS NULL AND p.expires_at > app.now() AND u.deleted_at IS NULL
"""

_INSERT_REPLY = """
INSERT INTO phone_replies (sid, number, word) VALUES (%(sid)s, %(number)s, %(word)s) ON CONFLICT DO NOTHING
"""


def lock_person(tx: Tx, caller: Caller) -> bool:
    """Whether the caller still exists; what else they do about their devices waits."""
    return tx.one(_LOCK_PERSON, {"user_id": caller.user_id}) is not None


def lock_asking(tx: Tx, caller: Caller, number: str) -> tuple[bool, bool]:
    """Whether the caller still exists, and whether the number wants no messages; what else they do about their phone
    waits."""
    values = {"user_id": caller.user_id, "number": number}
    people, words = tx.batch((_LOCK_PERSON, values), (_SELECT_STOPPED, values))
    return bool(people), bool(words and words[0]["is_stopped"])


def insert_pending(tx: Tx, caller: Caller, number: str) -> Row:
    """The number that waits for its code, in place of one that did before."""
    values: dict[str, Any] = {"id": new_id(), "user_id": caller.user_id, "number": number}
    tx.run(_DELETE_PENDING, values)
    [row] = tx.all(_INSERT_PENDING, values | {"life": rules.CODE_LIFE})
    return row


def lock_pending(tx: Tx, caller: Caller) -> Row | None:
    """The number that waits for its code, if that is still good."""
    values = {"user_id": caller.user_id, "most": rules.MOST_ATTEMPTS}
    # The lock is a statement of its own: the next one then reads what the wait has left.
    return next(iter(tx.batch((_LOCK_PERSON, values), (_LOCK_PENDING, values))[1]), None)


def update_attempts(tx: Tx, phone_id: UUID) -> None:
    """Queue that a code was tried."""
    tx.run(_UPDATE_ATTEMPTS, {"id": phone_id})


def update_confirmed(tx: Tx, caller: Caller, phone_id: UUID) -> Row:
    """The number, which is the caller's from now on, in place of an earlier one."""
    tx.run(_DELETE_CONFIRMED, {"user_id": caller.user_id})
    [row] = tx.all(_UPDATE_CONFIRMED, {"id": phone_id})
    return row


def select_pending(tx: Tx, phone_id: UUID) -> Row | None:
    """The `number` to which a code is sent, and its owner's `language`; None where the code is no longer good."""
    return tx.one(_SELECT_PENDING, {"id": phone_id})


def insert_reply(tx: Tx, sid: str, number: str, word: str) -> None:
    """Queue that the number said STOP or START; the same message again changes nothing."""
    tx.run(_INSERT_REPLY, {"sid": sid, "number": number, "word": word})
