"""The SQL of users' profiles."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Reading, Row, Tx
from shared.kit.request import Caller
from shared.organizations.rules import ADMINISTRATORS
from shared.users.rules import CHANNELS

_COLUMNS = """
    u.id, u.email, u.name, u.role, u.email_verified, u.two_factor_enabled, u.organization_id,
    u.phone, u.company, u.title, u.bio, u.website, u.linkedin, u.avatar_url, u.skills, u.certifications,
    %(channels)s || u.preferences AS notification_preferences, u.language,
    u.last_login_at, u.created_at, u.updated_at
"""


def select_profile(tx: Reading, caller: Caller) -> Row | None:
    """The caller's own profile."""
    return tx.one(_SELECT_PROFILE, _values(caller))


_SELECT_PROFILE = f"SELECT {_COLUMNS} FROM users u WHERE u.id = %(id)s AND u.deleted_at IS NULL"


def lock_profile(tx: Tx, caller: Caller) -> Row | None:
    """As select_profile, but locked: of two concurrent changes, one sees the other's result."""
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
    website = %(website)s, linkedin = %(linkedin)s, avatar_url = %(avatar_url)s,
    skills = %(skills)s, certifications = %(certifications)s,
    preferences = %(notification_preferences)s, language = %(language)s, updated_at = now(), updated_by = %(id)s
WHERE u.id = %(id)s
RETURNING {_COLUMNS}
"""


def lock_account(tx: Tx, caller: Caller) -> tuple[Row | None, Row]:
    """The caller, their `heir` who can manage the organization, and the number of other `members`.

    Deletions within one organization wait for each other.
    """
    values = {
        "id": caller.user_id,
        "organization_id": caller.organization_id,
        "administrators": sorted(ADMINISTRATORS),
    }
    # The lock is a statement of its own: the next ones then read what the wait has left.
    _, people, [around] = tx.batch((_LOCK_ORGANIZATION, values), (_SELECT_ACCOUNT, values), (_SELECT_AROUND, values))
    return (people[0] if people else None), around


_LOCK_ORGANIZATION = "SELECT o.id FROM organizations o WHERE o.id = %(organization_id)s FOR UPDATE"

_SELECT_ACCOUNT = "SELECT u.id, u.email FROM users u WHERE u.id = %(id)s AND u.deleted_at IS NULL"

# The longest-standing one, preferably with the same role.
_SELECT_AROUND = """
SELECT (array_agg(u.id ORDER BY u.role = me.role DESC, u.id)
        FILTER (WHERE u.role = ANY (%(administrators)s::text[]) AND u.status = 'ACTIVE'))[1] AS heir,
       count(u.id) AS members
FROM users me
LEFT JOIN users u ON u.organization_id = me.organization_id AND u.id <> me.id AND u.deleted_at IS NULL
WHERE me.id = %(id)s
"""


def close_organization(tx: Tx) -> Row:
    """Withdraw the caller's offers; the kinds of obligations that remain."""
    tx.run("SELECT app.close_organization()")
    return tx.batch((_SELECT_OBLIGATIONS, None))[0][0]


_SELECT_OBLIGATIONS = """
SELECT o.live_contracts AS contracts, o.open_bids AS bids, o.unpaid_payments AS payments FROM app.obligations() AS o
"""


def delete_account(tx: Tx, caller: Caller, heir: UUID | None) -> None:
    """Delete everything about the user but the id; their obligations go to the heir."""
    values = {"id": caller.user_id, "heir": heir}
    # Before the address is deleted: invitations are found by it.
    tx.run("SELECT app.forget_person(%(heir)s)", values)
    tx.run(_UPDATE_FORGOTTEN, values)
    tx.run("UPDATE sessions SET ip_address = NULL, user_agent = NULL WHERE user_id = %(id)s", values)
    tx.run("UPDATE user_tokens SET spent_at = coalesce(spent_at, now()) WHERE user_id = %(id)s", values)
    tx.run("UPDATE password_history SET password_hashes = '{}' WHERE user_id = %(id)s", values)
    tx.run("UPDATE idempotency_keys SET body = '' WHERE user_id = %(id)s", values)
    tx.run("DELETE FROM recovery_codes WHERE user_id = %(id)s", values)
    tx.run("DELETE FROM oauth_identities WHERE user_id = %(id)s", values)
    tx.run("DELETE FROM notification_choices WHERE user_id = %(id)s", values)
    tx.run("DELETE FROM held_notices WHERE user_id = %(id)s", values)
    tx.run("DELETE FROM sent_notices WHERE user_id = %(id)s", values)
    tx.run("DELETE FROM phones WHERE user_id = %(id)s", values)
    tx.run("DELETE FROM devices WHERE user_id = %(id)s", values)


_UPDATE_FORGOTTEN = """
UPDATE users
SET deleted_at = now(), email = id || '@former.invalid', name = 'Former user', password_hash = '',
    phone = NULL, company = NULL, title = NULL, bio = NULL, website = NULL, linkedin = NULL, avatar_url = NULL,
    skills = '[]', certifications = '[]', preferences = '{}', language = 'en', email_verified = false,
    last_login_at = NULL, two_factor_enabled = false, two_factor_secret = NULL, two_factor_step = NULL,
    updated_at = now(), updated_by = id
WHERE id = %(id)s
"""


def forget_traces(tx: Tx) -> None:
    """Delete the addresses and user agents in the user's audit rows."""
    tx.run("SELECT app.forget_traces()")


def _values(caller: Caller) -> dict[str, Any]:
    return {"id": caller.user_id, "channels": Jsonb(CHANNELS)}
