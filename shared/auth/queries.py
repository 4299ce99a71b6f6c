"""The SQL of registration, login, sessions and the tokens sent by e-mail. It runs as `app_auth`."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.auth.models import Registration
from shared.auth.rules import (
    LOCK_MINUTES,
    MAX_FAILURES,
    REMEMBERED_PASSWORDS,
)
from shared.kit.db import Reading, Row, Tx
from shared.kit.errors import RateLimited
from shared.kit.limits import Window, allowance
from shared.kit.paging import Paged
from shared.kit.request import Caller, current


def insert_organization(tx: Tx, organization_id: UUID, name: str) -> None:
    tx.run(_INSERT_ORGANIZATION, {"id": organization_id, "name": name})


_INSERT_ORGANIZATION = "INSERT INTO organizations (id, name) VALUES (%(id)s, %(name)s)"


def insert_user(tx: Tx, user_id: UUID, organization_id: UUID, registration: Registration, password_hash: str) -> Row:
    values = {
        "id": user_id,
        "organization_id": organization_id,
        "password_hash": password_hash,
        **registration.model_dump(exclude={"password", "organization_name"}),
    }
    row = tx.one(_INSERT_USER, values)
    assert row is not None  # noqa: S101 (an INSERT answers or raises)
    return row


_INSERT_USER = """
INSERT INTO users (id, organization_id, email, password_hash, name, role, phone, company, title, language,
                   terms_accepted_at, last_login_at)
VALUES (%(id)s, %(organization_id)s, %(email)s, %(password_hash)s, %(name)s, %(role)s, %(phone)s,
        %(company)s, %(title)s, coalesce(%(language)s, 'en'),
        CASE WHEN %(terms_accepted)s::boolean THEN now() END, now())
RETURNING id, email, name, role, email_verified, organization_id
"""


def count_request(tx: Tx, category: str, subject: str) -> Window:
    """Count a request of `subject` in the category's sliding window, exactly, even if the cache is down.

    Requests of one subject wait for each other. Raises RateLimited; refused requests are not counted.
    """
    limit, seconds = allowance(category)
    values = {"subject_hash": _sha256(f"{category} {subject}"), "seconds": seconds}
    row = tx.one(_LOCK_WINDOW, values)
    assert row is not None  # noqa: S101 (an INSERT answers or raises)
    moments, now = row["moments"], row["counted_at"]
    free_at = (moments[0] if moments else now) + timedelta(seconds=seconds)
    window = Window(limit, max(limit - len(moments) - 1, 0), int(free_at.timestamp()) + 1)
    if len(moments) >= limit:
        raise RateLimited(retry_after=int((free_at - now).total_seconds()) + 1, headers=window.headers())
    tx.run(_UPDATE_WINDOW, values | {"moments": [*moments, now]})
    return window


_LOCK_WINDOW = """
INSERT INTO rate_windows AS w (subject_hash) VALUES (%(subject_hash)s)
ON CONFLICT (subject_hash) DO UPDATE SET updated_at = now()
RETURNING clock_timestamp() AS counted_at,
          ARRAY(SELECT moment FROM unnest(w.moments) AS moment
                WHERE moment > clock_timestamp() - make_interval(secs => %(seconds)s)
                ORDER BY moment) AS moments
"""

_UPDATE_WINDOW = "UPDATE rate_windows SET moments = %(moments)s WHERE subject_hash = %(subject_hash)s"


def lock_attempts(tx: Tx, email: str) -> tuple[Row, Row | None]:
    """Failed sign-ins with this address, and its user. Attempts at one address wait for each other."""
    values = _address(email)
    [[attempts], users] = tx.batch((_LOCK_ATTEMPTS, values), (_SELECT_LOGIN, values))
    return attempts, users[0] if users else None


def select_login(tx: Tx, email: str) -> Row | None:
    """The user who may sign in with this address."""
    return tx.one(_SELECT_LOGIN, _address(email))


def _address(email: str) -> dict[str, str]:
    """The address in lower case, and its hash."""
    return {"email": email.lower(), "email_hash": _sha256(email.lower())}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_LOCK_ATTEMPTS = """
INSERT INTO login_attempts AS a (email_hash) VALUES (%(email_hash)s)
ON CONFLICT (email_hash) DO UPDATE SET updated_at = now()
RETURNING CASE WHEN a.locked_until <= clock_timestamp() THEN 0 ELSE a.failed_attempts END AS failed_attempts,
          ceil(extract(epoch FROM a.locked_until - clock_timestamp()))::integer AS locked_seconds
"""

_SELECT_LOGIN = """
SELECT id, email, name, role, email_verified, organization_id, password_hash, two_factor_enabled
FROM users
WHERE lower(email) = %(email)s AND status = 'ACTIVE' AND deleted_at IS NULL
"""


def update_failed_attempts(tx: Tx, email: str, failed_attempts: int) -> None:
    """The new count; the last allowed failure locks the address."""
    tx.run(_UPDATE_ATTEMPTS, {**_address(email), "failed_attempts": failed_attempts} | _LOCK)


_LOCK = {"max": MAX_FAILURES, "minutes": LOCK_MINUTES}

_UPDATE_ATTEMPTS = """
UPDATE login_attempts
SET failed_attempts = %(failed_attempts)s,
    locked_until = CASE WHEN %(failed_attempts)s::integer >= %(max)s::integer
                        THEN clock_timestamp() + make_interval(mins => %(minutes)s) END,
    updated_at = now()
WHERE email_hash = %(email_hash)s
"""


def delete_attempts(tx: Tx, email: str) -> None:
    tx.run("DELETE FROM login_attempts WHERE email_hash = %(email_hash)s", _address(email))


def insert_session(tx: Tx, session_id: UUID, user_id: UUID, refresh_hash: str, days: int) -> None:
    request = current()
    values: dict[str, Any] = {
        "id": session_id,
        "user_id": user_id,
        "refresh_hash": refresh_hash,
        "days": days,
        "ip": request.ip,
        "user_agent": request.user_agent,
    }
    tx.run(_INSERT_SESSION, values)


_INSERT_SESSION = """
INSERT INTO sessions (id, user_id, refresh_hash, expires_at, ip_address, user_agent)
VALUES (%(id)s, %(user_id)s, %(refresh_hash)s, now() + make_interval(days => %(days)s), %(ip)s,
        %(user_agent)s)
"""


def update_last_login(tx: Tx, user_id: UUID) -> None:
    tx.run("UPDATE users SET last_login_at = now() WHERE id = %(id)s", {"id": user_id})


def lock_session(tx: Tx, session_id: UUID) -> Row | None:
    """A live session of an active user, locked: of several refreshes one rotates the token and the others see that."""
    return tx.one(_LOCK_SESSION, {"id": session_id})


_LOCK_SESSION = """
SELECT s.refresh_hash, s.previous_hash,
       s.rotated_at > clock_timestamp() - interval '10 seconds' AS just_rotated,
       u.id, u.email, u.name, u.role, u.email_verified, u.organization_id
FROM sessions s
JOIN users u ON u.id = s.user_id
WHERE s.id = %(id)s AND s.revoked_at IS NULL AND s.expires_at > now()
  AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
FOR UPDATE OF s
"""


def update_session_rotated(tx: Tx, session_id: UUID, refresh_hash: str, days: int) -> None:
    tx.run(_UPDATE_ROTATED, {"id": session_id, "refresh_hash": refresh_hash, "days": days})


_UPDATE_ROTATED = """
UPDATE sessions
SET previous_hash = refresh_hash, refresh_hash = %(refresh_hash)s, rotated_at = clock_timestamp(),
    expires_at = now() + make_interval(days => %(days)s)
WHERE id = %(id)s
"""


def update_session_revoked(tx: Tx, session_id: UUID, reason: str) -> Row | None:
    """The ended session; None if it had already ended."""
    return tx.one(_UPDATE_REVOKED, {"id": session_id, "reason": reason})


_UPDATE_REVOKED = """
UPDATE sessions SET revoked_at = now(), revoked_reason = %(reason)s
WHERE id = %(id)s AND revoked_at IS NULL
RETURNING id, user_id, revoked_reason
"""


def select_sessions(tx: Reading, caller: Caller, query: Paged) -> list[Row]:
    """The caller's live sessions, newest first: one row more than the page holds."""
    (before,) = query.key_before(UUID)
    return tx.all(_SELECT_SESSIONS, _own(caller) | {"before": before, "limit": query.limit + 1})


_SELECT_SESSIONS = """
SELECT id, host(ip_address) AS ip_address, user_agent, id = %(current)s AS is_current, created_at,
       coalesce(rotated_at, created_at) AS last_used_at, expires_at
FROM sessions
WHERE user_id = %(user_id)s AND revoked_at IS NULL AND expires_at > now()
  AND (%(before)s::uuid IS NULL OR id < %(before)s)
ORDER BY id DESC
LIMIT %(limit)s
"""


def update_own_revoked(tx: Tx, caller: Caller, session_id: UUID, reason: str) -> Row | None:
    """One of the caller's own sessions, ended; None if it is not live."""
    return tx.one(_UPDATE_OWN_REVOKED, _own(caller) | {"id": session_id, "reason": reason})


_UPDATE_OWN_REVOKED = """
UPDATE sessions SET revoked_at = now(), revoked_reason = %(reason)s
WHERE id = %(id)s AND user_id = %(user_id)s AND revoked_at IS NULL AND expires_at > now()
RETURNING id, user_id, revoked_reason
"""


def _own(caller: Caller) -> dict[str, UUID]:
    return {"user_id": caller.user_id, "current": caller.session_id}


def end_sessions(tx: Tx, user_id: UUID, reason: str) -> None:
    tx.run(_UPDATE_ALL_REVOKED, {"user_id": user_id, "reason": reason})


def update_sessions_revoked(tx: Tx, user_id: UUID, reason: str) -> int:
    """End the user's sessions; their number."""
    return len(tx.all(_UPDATE_ALL_REVOKED, {"user_id": user_id, "reason": reason}))


_UPDATE_ALL_REVOKED = """
UPDATE sessions SET revoked_at = now(), revoked_reason = %(reason)s
WHERE user_id = %(user_id)s AND revoked_at IS NULL AND expires_at > now()
RETURNING id
"""


def select_user(tx: Tx, caller: Caller) -> Row | None:
    return tx.one(_SELECT_USER, {"id": caller.user_id})


_SELECT_USER = """
SELECT id, email, name, role, email_verified, organization_id
FROM users
WHERE id = %(id)s AND deleted_at IS NULL
"""


def insert_verification(tx: Tx, token_id: UUID, user_id: UUID, token_hash: str, hours: int) -> None:
    values = {"id": token_id, "user_id": user_id, "token_hash": token_hash, "hours": hours}
    tx.run(_INSERT_VERIFICATION, values)


_INSERT_VERIFICATION = """
INSERT INTO user_tokens (id, user_id, purpose, token_hash, expires_at)
VALUES (%(id)s, %(user_id)s, 'EMAIL_VERIFICATION', %(token_hash)s, now() + make_interval(hours => %(hours)s))
"""


def update_email_verified(tx: Tx, token_hash: str) -> Row | None:
    """Use the token and mark its user's address as verified; None if the token is unknown, used or too old."""
    return tx.one(_UPDATE_VERIFIED, {"token_hash": token_hash})


_UPDATE_VERIFIED = """
WITH spent AS (
    UPDATE user_tokens SET spent_at = now()
    WHERE token_hash = %(token_hash)s AND purpose = 'EMAIL_VERIFICATION'
      AND spent_at IS NULL AND expires_at > now()
    RETURNING user_id
)
UPDATE users u SET email_verified = true, updated_at = now()
FROM spent
WHERE u.id = spent.user_id AND u.deleted_at IS NULL
RETURNING u.id, u.email, u.name, u.role, u.email_verified, u.organization_id
"""


def insert_reset(tx: Tx, token_id: UUID, user_id: UUID | None, token_hash: str, hours: int) -> None:
    """A new reset token, which voids every earlier one. Without a user: the same work, but no row."""
    values = {"id": token_id, "user_id": user_id, "token_hash": token_hash, "hours": hours}
    tx.run(_UPDATE_RESETS_VOID, values)
    tx.run(_INSERT_RESET, values)


_UPDATE_RESETS_VOID = """
UPDATE user_tokens SET spent_at = now()
WHERE user_id = %(user_id)s::uuid AND purpose = 'PASSWORD_RESET' AND spent_at IS NULL
"""

_INSERT_RESET = """
INSERT INTO user_tokens (id, user_id, purpose, token_hash, expires_at)
SELECT %(id)s, %(user_id)s::uuid, 'PASSWORD_RESET', %(token_hash)s, now() + make_interval(hours => %(hours)s)
WHERE %(user_id)s::uuid IS NOT NULL
"""


def update_reset_spent(tx: Tx, token_hash: str) -> str | None:
    """Use the token: the address that it was sent to; None if it is unknown, used or too old."""
    row = tx.one(_UPDATE_RESET_SPENT, {"token_hash": token_hash})
    return row["email"] if row else None


_UPDATE_RESET_SPENT = """
UPDATE user_tokens t SET spent_at = now()
FROM users u
WHERE u.id = t.user_id
  AND t.token_hash = %(token_hash)s AND t.purpose = 'PASSWORD_RESET'
  AND t.spent_at IS NULL AND t.expires_at > now()
RETURNING u.email
"""


def select_earlier_hashes(tx: Tx, user_id: UUID) -> list[str]:
    """The hashes of earlier passwords, newest first."""
    row = tx.one("SELECT password_hashes FROM password_history WHERE user_id = %(user_id)s", {"user_id": user_id})
    return row["password_hashes"] if row else []


def update_password(tx: Tx, user_id: UUID, password_hash: str) -> None:
    """Set a new password; the current one becomes the newest of the earlier ones."""
    values = {"user_id": user_id, "password_hash": password_hash, "kept": REMEMBERED_PASSWORDS - 1}
    tx.run(_UPSERT_HISTORY, values)
    tx.run(_UPDATE_HASH, values)
    tx.run(_UPDATE_CHALLENGES_VOID, values)


_UPSERT_HISTORY = """
INSERT INTO password_history AS h (user_id, password_hashes)
SELECT id, ARRAY[password_hash::text] FROM users WHERE id = %(user_id)s
ON CONFLICT (user_id) DO UPDATE
SET password_hashes = (excluded.password_hashes || h.password_hashes)[1:%(kept)s], updated_at = now()
"""

_UPDATE_HASH = """
UPDATE users SET password_hash = %(password_hash)s, updated_at = now(), updated_by = %(user_id)s
WHERE id = %(user_id)s
"""


# Sign-ins that the old password brought to the second factor must start again.
_UPDATE_CHALLENGES_VOID = """
UPDATE user_tokens SET spent_at = now()
WHERE user_id = %(user_id)s AND purpose = 'SECOND_FACTOR' AND spent_at IS NULL
"""


def delete_ended_sockets(tx: Tx, user_id: UUID) -> list[str]:
    """Delete the user's sockets whose session has ended; their connection ids."""
    return [row["connection_id"] for row in tx.all(_DELETE_ENDED_SOCKETS, {"user_id": user_id})]


_DELETE_ENDED_SOCKETS = """
DELETE FROM connections c
WHERE c.user_id = %(user_id)s
  AND NOT EXISTS (SELECT FROM app.session_caller(c.session_id) AS caller WHERE caller.user_id = c.user_id)
RETURNING c.connection_id
"""
