"""The SQL of people's profiles."""

from typing import Any

from psycopg.types.json import Jsonb

from shared.kit.db import Reading, Row, Tx
from shared.kit.request import Caller
from shared.users.rules import CHANNELS

_COLUMNS = """
    u.id, u.email, u.name, u.role, u.email_verified, u.two_factor_enabled, u.organization_id,
    u.phone, u.company, u.title, u.bio, u.website, u.linkedin, u.skills, u.certifications,
    %(channels)s || u.preferences AS notification_preferences,
    u.last_login_at, u.created_at, u.updated_at
"""


def select_profile(tx: Reading, caller: Caller) -> Row | None:
    """The caller's own profile."""
    return tx.one(_SELECT_PROFILE, _values(caller))


_SELECT_PROFILE = f"SELECT {_COLUMNS} FROM users u WHERE u.id = %(id)s AND u.deleted_at IS NULL"


def lock_profile(tx: Tx, caller: Caller) -> Row | None:
    """As select_profile; of two changes at once, one sees what the other did."""
    return tx.one(_LOCK_PROFILE, _values(caller))


_LOCK_PROFILE = f"{_SELECT_PROFILE} FOR UPDATE OF u"


def update_profile(tx: Tx, caller: Caller, row: Row) -> Row:
    """The profile with the values of `row`."""
    stored = {name: Jsonb(row[name]) for name in ("skills", "certifications", "notification_preferences")}
    [updated] = tx.all(_UPDATE_PROFILE, _values(caller) | row | stored)
    return updated


_UPDATE_PROFILE = f"""
UPDATE users u
SET name = %(name)s, phone = %(phone)s, company = %(company)s, title = %(title)s, bio = %(bio)s,
    website = %(website)s, linkedin = %(linkedin)s, skills = %(skills)s, certifications = %(certifications)s,
    preferences = %(notification_preferences)s, updated_at = now(), updated_by = %(id)s
WHERE u.id = %(id)s
RETURNING {_COLUMNS}
"""


def _values(caller: Caller) -> dict[str, Any]:
    return {"id": caller.user_id, "channels": Jsonb(CHANNELS)}
