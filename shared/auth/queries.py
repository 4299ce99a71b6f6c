"""The SQL of registration, login, sessions and the tokens sent by mail. It runs as `app_auth`."""

from typing import Any
from uuid import UUID

from shared.auth.models import Registration
from shared.auth.rules import LOCK_MINUTES, MAX_FAILURES
from shared.kit.db import Row, Tx
from shared.kit.request import current


def insert_organization(tx: Tx, organization_id: UUID, name: str) -> None:
    tx.run(_INSERT_ORGANIZATION, {"id": organization_id, "name": name})


_INSERT_ORGANIZATION = "INSERT INTO organizations (id, name) VALUES (%(id)s, %(name)s)"


def insert_user(tx: Tx, user_id: UUID, organization_id: UUID, asked: Registration, password_hash: str) -> Row:
    values = {
        "id": user_id,
        "organization_id": organization_id,
        "password_hash": password_hash,
        **asked.model_dump(include={"email", "name", "role", "phone", "company", "title", "terms_accepted"}),
    }
    row = tx.one(_INSERT_USER, values)
    assert row is not None  # noqa: S101 (an INSERT answers or raises)
    return row


_INSERT_USER = """
INSERT INTO users (id, organization_id, email, password_hash, name, role, phone, company, title,
                   terms_accepted_at, last_login_at)
VALUES (%(id)s, %(organization_id)s, %(email)s, %(password_hash)s, %(name)s, %(role)s, %(phone)s,
        %(company)s, %(title)s, CASE WHEN %(terms_accepted)s::boolean THEN now() END, now())
RETURNING id, email, name, role, email_verified, organization_id
"""


def lock_attempts(tx: Tx, email: str, email_hash: str) -> tuple[Row, Row | None]:
    """How often this address failed, and whom it belongs to. Guesses at one address now wait in a row."""
    [[attempts], users] = tx.batch((_LOCK_ATTEMPTS, {"email_hash": email_hash}), (_SELECT_LOGIN, {"email": email}))
    return attempts, users[0] if users else None


_LOCK_ATTEMPTS = """
INSERT INTO login_attempts AS a (email_hash) VALUES (%(email_hash)s)
ON CONFLICT (email_hash) DO UPDATE SET updated_at = now()
RETURNING CASE WHEN a.locked_until <= clock_timestamp() THEN 0 ELSE a.failed_attempts END AS failed_attempts,
          ceil(extract(epoch FROM a.locked_until - clock_timestamp()))::integer AS locked_seconds
"""

_SELECT_LOGIN = """
SELECT id, email, name, role, email_verified, organization_id, password_hash
FROM users
WHERE lower(email) = %(email)s AND status = 'ACTIVE' AND deleted_at IS NULL
"""


def update_failed_attempts(tx: Tx, email_hash: str, failed_attempts: int) -> None:
    """The new count; the last one allowed locks the address."""
    tx.run(_UPDATE_ATTEMPTS, {"email_hash": email_hash, "failed_attempts": failed_attempts} | _LOCK)


_LOCK = {"max": MAX_FAILURES, "minutes": LOCK_MINUTES}

_UPDATE_ATTEMPTS = """
UPDATE login_attempts
SET failed_attempts = %(failed_attempts)s,
    locked_until = CASE WHEN %(failed_attempts)s::integer >= %(max)s::integer
                        THEN clock_timestamp() + make_interval(mins => %(minutes)s) END,
    updated_at = now()
WHERE email_hash = %(email_hash)s
"""


def delete_attempts(tx: Tx, email_hash: str) -> None:
    tx.run("DELETE FROM login_attempts WHERE email_hash = %(email_hash)s", {"email_hash": email_hash})


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
    """A live session of an active user, so that of several refreshes one rotates and the others see it."""
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


def update_session_revoked(tx: Tx, session_id: UUID, reason: str) -> None:
    tx.run(_UPDATE_REVOKED, {"id": session_id, "reason": reason})


_UPDATE_REVOKED = """
UPDATE sessions SET revoked_at = now(), revoked_reason = %(reason)s
WHERE id = %(id)s AND revoked_at IS NULL
"""


def insert_verification(tx: Tx, token_id: UUID, user_id: UUID, token_hash: str, hours: int) -> None:
    values = {"id": token_id, "user_id": user_id, "token_hash": token_hash, "hours": hours}
    tx.run(_INSERT_VERIFICATION, values)


_INSERT_VERIFICATION = """
INSERT INTO user_tokens (id, user_id, purpose, token_hash, expires_at)
VALUES (%(id)s, %(user_id)s, 'EMAIL_VERIFICATION', %(token_hash)s, now() + make_interval(hours => %(hours)s))
"""


def update_email_verified(tx: Tx, token_hash: str) -> Row | None:
    """Spend the token and mark its user; None where the token is unknown, spent or too old."""
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
