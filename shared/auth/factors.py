"""The SQL of second factors, their recovery codes, and the challenges that ask for one."""

from uuid import UUID

from shared.auth.rules import CHALLENGE_MINUTES, CHALLENGE_TRIES
from shared.kit.db import Row, Tx
from shared.kit.request import Caller

FACTOR = """
    u.id, u.email, u.name, u.role, u.email_verified, u.organization_id, u.password_hash,
    u.two_factor_enabled, u.two_factor_secret, u.two_factor_step
"""


def lock_factor(tx: Tx, caller: Caller) -> Row | None:
    """The caller with their second factor, locked against concurrent use and change."""
    return tx.one(_LOCK_FACTOR, {"id": caller.user_id})


_LOCK_FACTOR = f"SELECT {FACTOR} FROM users u WHERE u.id = %(id)s AND u.deleted_at IS NULL FOR UPDATE"


def update_factor_set_up(tx: Tx, user_id: UUID, sealed_secret: str) -> None:
    tx.run(_UPDATE_SET_UP, {"id": user_id, "secret": sealed_secret})


_UPDATE_SET_UP = """
UPDATE users SET two_factor_secret = %(secret)s, two_factor_step = NULL, updated_at = now() WHERE id = %(id)s
"""


def update_factor_enabled(tx: Tx, user_id: UUID, step: int, code_hashes: list[str]) -> None:
    """Turn it on, with its first code used and new recovery codes."""
    values = {"id": user_id, "step": step, "hashes": code_hashes}
    tx.run(_UPDATE_ENABLED, values)
    tx.run(_INSERT_RECOVERY_CODES, values)


_UPDATE_ENABLED = """
UPDATE users SET two_factor_enabled = true, two_factor_step = %(step)s, updated_at = now() WHERE id = %(id)s
"""

_INSERT_RECOVERY_CODES = """
INSERT INTO recovery_codes (user_id, code_hash) SELECT %(id)s, unnest(%(hashes)s::text[])
"""


def delete_factor(tx: Tx, user_id: UUID) -> None:
    """Turn it off and delete everything about it."""
    tx.run(_UPDATE_DISABLED, {"id": user_id})
    tx.run("DELETE FROM recovery_codes WHERE user_id = %(id)s", {"id": user_id})


_UPDATE_DISABLED = """
UPDATE users
SET two_factor_enabled = false, two_factor_secret = NULL, two_factor_step = NULL, updated_at = now()
WHERE id = %(id)s
"""


def update_factor_step(tx: Tx, user_id: UUID, step: int) -> None:
    """Mark this code and all earlier ones as used."""
    tx.run("UPDATE users SET two_factor_step = %(step)s WHERE id = %(id)s", {"id": user_id, "step": step})


def update_recovery_spent(tx: Tx, user_id: UUID, code_hash: str) -> bool:
    """Whether this was one of the user's unused codes; it is used now."""
    return tx.one(_UPDATE_RECOVERY_SPENT, {"id": user_id, "code_hash": code_hash}) is not None


_UPDATE_RECOVERY_SPENT = """
UPDATE recovery_codes SET spent_at = now()
WHERE user_id = %(id)s AND code_hash = %(code_hash)s AND spent_at IS NULL
RETURNING user_id
"""


def is_recovery_code(tx: Tx, user_id: UUID, code_hash: str) -> bool:
    """As update_recovery_spent, but the code stays unused."""
    return tx.one(_SELECT_RECOVERY, {"id": user_id, "code_hash": code_hash}) is not None


_SELECT_RECOVERY = """
SELECT user_id FROM recovery_codes WHERE user_id = %(id)s AND code_hash = %(code_hash)s AND spent_at IS NULL
"""


def insert_challenge(tx: Tx, challenge_id: UUID, user_id: UUID, token_hash: str) -> None:
    values = {"id": challenge_id, "user_id": user_id, "token_hash": token_hash, "minutes": CHALLENGE_MINUTES}
    tx.run(_INSERT_CHALLENGE, values)


_INSERT_CHALLENGE = """
INSERT INTO user_tokens (id, user_id, purpose, token_hash, expires_at)
VALUES (%(id)s, %(user_id)s, 'SECOND_FACTOR', %(token_hash)s, now() + make_interval(mins => %(minutes)s))
"""


def lock_challenge(tx: Tx, token_hash: str) -> Row | None:
    """The sign-in that waits for its second factor, with its user as in lock_factor; None if there is none."""
    return tx.one(_LOCK_CHALLENGE, {"token_hash": token_hash})


_LOCK_CHALLENGE = f"""
SELECT t.id AS challenge_id, {FACTOR}
FROM user_tokens t
JOIN users u ON u.id = t.user_id
WHERE t.token_hash = %(token_hash)s AND t.purpose = 'SECOND_FACTOR' AND t.spent_at IS NULL AND t.expires_at > now()
  AND u.two_factor_enabled AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
FOR UPDATE
"""


def update_challenge_spent(tx: Tx, challenge_id: UUID) -> None:
    tx.run("UPDATE user_tokens SET spent_at = now() WHERE id = %(id)s", {"id": challenge_id})


def update_challenge_failed(tx: Tx, challenge_id: UUID) -> None:
    """Count a failed attempt; the last one deletes the token."""
    tx.run(_UPDATE_CHALLENGE_FAILED, {"id": challenge_id, "tries": CHALLENGE_TRIES})


_UPDATE_CHALLENGE_FAILED = """
UPDATE user_tokens
SET attempts = attempts + 1, spent_at = CASE WHEN attempts + 1 >= %(tries)s::integer THEN now() END
WHERE id = %(id)s
"""
