"""The SQL of administration: users, support notes, the audit log and its seals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.admin.models import AuditFilter, UserFilter
from shared.admin.rules import ROLES_THAT_LOOK_AFTER
from shared.admin.shown import SHOWN
from shared.kit.catalog import STAFF
from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.paging import Paged
from shared.kit.request import Caller

# --- users

_USER = """
SELECT u.id, u.email, u.name, u.role, u.status, u.email_verified, u.two_factor_enabled, u.organization_id,
       o.name AS organization_name, u.last_login_at, u.created_at, u.updated_at
FROM users u
JOIN organizations o ON o.id = u.organization_id
"""


def select_users(tx: Reading, query: UserFilter) -> list[Row]:
    """One row more than the page holds."""
    (before,) = query.key_before(UUID)
    values = query.model_dump(include={"role", "status", "organization_id"})
    return tx.all(_SELECT_USERS, {**values, "q": _pattern(query.q), "before": before, "limit": query.limit + 1})


def _pattern(words: str | None) -> str | None:
    """A pattern for ILIKE: the text anywhere, its wildcards escaped."""
    if words is None:
        return None
    for sign in "\\%_":
        words = words.replace(sign, f"\\{sign}")
    return f"%{words}%"


_SELECT_USERS = f"""
{_USER}
WHERE u.deleted_at IS NULL
  AND (%(role)s::text IS NULL OR u.role = %(role)s)
  AND (%(status)s::text IS NULL OR u.status = %(status)s)
  AND (%(organization_id)s::uuid IS NULL OR u.organization_id = %(organization_id)s)
  AND (%(q)s::text IS NULL OR u.name ILIKE %(q)s OR u.email ILIKE %(q)s OR o.name ILIKE %(q)s)
  AND (%(before)s::uuid IS NULL OR u.id < %(before)s)
ORDER BY u.id DESC
LIMIT %(limit)s
"""


def lock_user(tx: Tx, caller: Caller, user_id: UUID) -> tuple[Row | None, Row]:
    """The user, and what a change depends on: `is_administrator` (whether the caller still is one), `peers` with the
    user's role in the organization, and whether the organization `has_something` to look after.

    Changes that concern one organization, or administrators who change each other, wait for each other.
    """
    values = {"id": user_id, "caller_id": caller.user_id, "roles": list(ROLES_THAT_LOOK_AFTER)}
    # The locks are statements of their own: the next ones then read what the wait has left.
    _, _, users, [around] = tx.batch(
        (_LOCK_PEERS, values), (_LOCK_USERS, values), (_SELECT_USER, values), (_SELECT_AROUND, values)
    )
    return (users[0] if users else None), around


# Always in the same order, so that two administrators who act on each other do not deadlock.
_LOCK_USERS = "SELECT u.id FROM users u WHERE u.id IN (%(id)s, %(caller_id)s) ORDER BY u.id FOR UPDATE"

_LOCK_PEERS = """
SELECT o.id
FROM organizations o
WHERE o.id = (SELECT u.organization_id FROM users u WHERE u.id = %(id)s)
FOR UPDATE
"""

_SELECT_USER = f"{_USER} WHERE u.id = %(id)s AND u.deleted_at IS NULL"

_SELECT_AROUND = """
SELECT EXISTS (
           SELECT FROM users a
           WHERE a.id = %(caller_id)s AND a.role = 'SUPER_ADMIN' AND a.status = 'ACTIVE' AND a.deleted_at IS NULL
       ) AS is_administrator,
       (SELECT count(*) FROM users p
        WHERE p.organization_id = u.organization_id AND p.role = u.role AND p.id <> u.id
          AND p.status = 'ACTIVE' AND p.deleted_at IS NULL) AS peers,
       app.has_something(u.organization_id, u.id) AS has_something
FROM (SELECT %(id)s::uuid AS id) asked
LEFT JOIN users u ON u.id = asked.id
"""


def update_role(tx: Tx, caller: Caller, user_id: UUID, role: str) -> Row:
    """The user with the new role."""
    return _updated(tx, _UPDATE_ROLE, {"id": user_id, "role": role, "by": caller.user_id})


_UPDATE_ROLE = """
UPDATE users SET role = %(role)s, updated_at = clock_timestamp(), updated_by = %(by)s WHERE id = %(id)s
"""


def update_status(tx: Tx, caller: Caller, user_id: UUID, status: str) -> Row:
    """The user with the new status."""
    return _updated(tx, _UPDATE_STATUS, {"id": user_id, "status": status, "by": caller.user_id})


_UPDATE_STATUS = """
UPDATE users SET status = %(status)s, updated_at = clock_timestamp(), updated_by = %(by)s WHERE id = %(id)s
"""


def _updated(tx: Tx, statement: str, values: dict[str, Any]) -> Row:
    tx.run(statement, values)
    [row] = tx.all(_SELECT_USER, values)
    return row


def update_administrator(tx: Tx, email: str) -> Row | None:
    """The active user with this address, who is a SUPER_ADMIN from now on."""
    row = tx.one(_LOCK_BY_EMAIL, {"email": email.lower()})
    if row is None:
        return None
    return _updated(tx, _UPDATE_ROLE, {"id": row["id"], "role": "SUPER_ADMIN", "by": None})


_LOCK_BY_EMAIL = """
SELECT u.id FROM users u
WHERE lower(u.email) = %(email)s AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
FOR UPDATE
"""

# --- support notes


def insert_note(tx: Tx, caller: Caller, user_id: UUID, text: str) -> Row | None:
    """The note; None if there is no such user."""
    return tx.one(_INSERT_NOTE, _note(caller, user_id, text))


def keep_reason(tx: Tx, caller: Caller, user_id: UUID, reason: str) -> None:
    """A note that says why a user was suspended."""
    tx.run(_INSERT_NOTE, _note(caller, user_id, reason))


def _note(caller: Caller, user_id: UUID, text: str) -> dict[str, Any]:
    return {"id": new_id(), "user_id": user_id, "author_id": caller.user_id, "text": text}


_INSERT_NOTE = """
INSERT INTO support_notes (id, user_id, author_id, text)
SELECT %(id)s, u.id, %(author_id)s, %(text)s FROM users u WHERE u.id = %(user_id)s AND u.deleted_at IS NULL
RETURNING id, user_id, author_id, text, created_at
"""


def select_notes(tx: Reading, user_id: UUID, query: Paged) -> list[Row] | None:
    """One row more than the page holds; None if there is no such user."""
    (before,) = query.key_before(UUID)
    values = {"user_id": user_id, "before": before, "limit": query.limit + 1}
    users, notes = tx.batch((_SELECT_KNOWN, values), (_SELECT_NOTES, values))
    return notes if users else None


_SELECT_KNOWN = "SELECT u.id FROM users u WHERE u.id = %(user_id)s"

_SELECT_NOTES = """
SELECT n.id, n.user_id, n.author_id, n.text, n.created_at
FROM support_notes n
WHERE n.user_id = %(user_id)s AND (%(before)s::uuid IS NULL OR n.id < %(before)s)
ORDER BY n.id DESC
LIMIT %(limit)s
"""

# --- the audit log


def select_entries(tx: Reading, caller: Caller, query: AuditFilter) -> list[Row]:
    """One row more than the page holds: of the caller's organization, or of all if the caller sees all."""
    before, before_id = query.key_before(datetime.fromisoformat, UUID)
    values = {
        **query.model_dump(include={"user_id", "action", "resource_type", "resource_id", "begins", "ends"}),
        "organization_id": None if caller.role in STAFF else caller.organization_id,
        "before": before,
        "before_id": before_id,
        "limit": query.limit + 1,
    }
    return tx.all(_SELECT_ENTRIES, values)


_MINE = "(%(organization_id)s::uuid IS NULL OR a.organization_id = %(organization_id)s)"


_SELECT_ENTRIES = f"""
{SHOWN}WHERE {_MINE}
  AND (%(user_id)s::uuid IS NULL OR a.user_id = %(user_id)s)
  AND (%(action)s::text IS NULL OR a.action = %(action)s)
  AND (%(resource_type)s::text IS NULL OR a.resource_type = %(resource_type)s)
  AND (%(resource_id)s::uuid IS NULL OR a.resource_id = %(resource_id)s)
  AND (%(begins)s::date IS NULL OR a.created_at >= %(begins)s::date::timestamp AT TIME ZONE 'UTC')
  AND (%(ends)s::date IS NULL OR a.created_at < (%(ends)s::date + 1)::timestamp AT TIME ZONE 'UTC')
  AND (%(before)s::timestamptz IS NULL OR (a.created_at, a.id) < (%(before)s, %(before_id)s::uuid))
ORDER BY a.created_at DESC, a.id DESC
LIMIT %(limit)s
"""

# --- its seals

SETTLED = "1 hour"
"""The age at which an entry is sealed: no transaction lives that long, so none adds an older entry afterwards."""

# Addresses and user agents are left out: they are deleted together with an account (app.forget_traces).
_SUM = """
SELECT count(*) AS entries,
       encode(sha256(convert_to(%(previous)s || coalesce(string_agg(
           encode(sha256(convert_to(jsonb_build_array(
               a.id, to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), a.user_id,
               a.organization_id, a.on_behalf_of, a.action, a.operation, a.resource_type, a.resource_id,
               a.request_body, a.response_status, a.before, a.after, a.correlation_id
           )::text, 'UTF8')), 'hex'), '' ORDER BY a.created_at, a.id), ''), 'UTF8')), 'hex') AS hash
FROM audit_logs a
WHERE a.created_at > %(since)s::timestamptz AND a.created_at <= %(until)s::timestamptz
"""

_BEGINNING: Row = {"number": 0, "sealed_until": "-infinity", "hash": ""}
"""The hash that the first seal continues."""


def insert_seal(tx: Tx) -> Row | None:
    """The seal of every settled entry since the previous seal; None if there are none."""
    # The lock is a statement of its own: the next ones then read what the wait has left.
    _, seals, [settled] = tx.batch((_LOCK_SEALS, None), (_SELECT_LAST_SEAL, None), (_SELECT_SETTLED, None))
    last = seals[0] if seals else _BEGINNING
    until = settled["until"]
    found = _sum(tx, last, until)
    if not found["entries"]:
        return None
    return tx.one(_INSERT_SEAL, {"number": last["number"] + 1, "sealed_until": until, **found})


_LOCK_SEALS = "SELECT pg_advisory_xact_lock(hashtextextended('audit seals', 0))"
_SELECT_LAST_SEAL = "SELECT number, sealed_until, hash FROM audit_seals ORDER BY number DESC LIMIT 1"
_SELECT_SETTLED = f"SELECT now() - interval '{SETTLED}' AS until"
_INSERT_SEAL = """
INSERT INTO audit_seals (number, sealed_until, entries, hash)
VALUES (%(number)s, %(sealed_until)s, %(entries)s, %(hash)s)
RETURNING number, sealed_until, entries, hash
"""


def _sum(tx: Reading, previous: Row, until: datetime) -> Row:
    """The number of `entries` between a seal and a moment, and the `hash` over that seal and the entries."""
    [found] = tx.all(_SUM, {"previous": previous["hash"], "since": previous["sealed_until"], "until": until})
    return found


def check_seals(tx: Reading) -> Row:
    """The number of `seals` and the last one's `hash`, the numbers of `broken` seals (their entries do not match), how
    many entries no seal covers (`unsealed`), and how many of these should be sealed (`overdue`)."""
    seals, [rest] = tx.batch((_SELECT_SEALS, None), (_SELECT_UNSEALED, None))
    broken = []
    previous = _BEGINNING
    for number, seal in enumerate(seals, start=1):
        found = _sum(tx, previous, seal["sealed_until"])
        if seal["number"] != number or found != {"entries": seal["entries"], "hash": seal["hash"]}:
            broken.append(seal["number"])
        previous = seal
    return {"seals": len(seals), "hash": previous["hash"], "broken": broken, **rest}


_SELECT_SEALS = "SELECT number, sealed_until, entries, hash FROM audit_seals ORDER BY number"

_SELECT_UNSEALED = """
SELECT count(*) AS unsealed, count(*) FILTER (WHERE a.created_at < now() - interval '1 day') AS overdue
FROM audit_logs a
WHERE a.created_at > (SELECT coalesce(max(s.sealed_until), '-infinity') FROM audit_seals s)
"""
