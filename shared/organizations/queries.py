"""The SQL of organizations, their members, their invitations, and the mandates that they give."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.catalog import STAFF, Role
from shared.kit.countries import alpha2
from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.paging import Paged
from shared.kit.request import Caller
from shared.organizations.models import DEFAULT_HOURS, ClaimedLeases, NewInvitation, NewMandate
from shared.organizations.rules import ADMINISTRATORS, INVITATION_DAYS
from shared.organizations.sides import EVERY_SIDE, sides_of

# --- the organization itself

_ORGANIZATION = f"""
    o.id, o.name, o.legal_name, o.address, o.tax_id, o.logo_url, o.signature_provider, o.requires_authorization,
    o.complete_parties, coalesce(o.bank_accounts, '[]') AS bank_accounts,
    coalesce(o.maintenance_hours, '{json.dumps(DEFAULT_HOURS)}') AS maintenance_hours, o.created_at, o.updated_at
"""


def select_organization(tx: Reading, caller: Caller) -> Row | None:
    """The caller's own organization."""
    return tx.one(_SELECT_ORGANIZATION, {"id": caller.organization_id})


_SELECT_ORGANIZATION = f"SELECT {_ORGANIZATION} FROM organizations o WHERE o.id = %(id)s AND o.deleted_at IS NULL"


def lock_organization(tx: Tx, caller: Caller) -> Row | None:
    """As select_organization, but locked: of two concurrent changes, one sees the other's result."""
    return tx.one(_LOCK_ORGANIZATION, {"id": caller.organization_id})


_LOCK_ORGANIZATION = f"{_SELECT_ORGANIZATION} FOR UPDATE OF o"


def update_organization(tx: Tx, row: Row) -> Row:
    """The organization with the values of `row`."""
    stored: Row = {name: Jsonb(row[name]) if row[name] else None for name in ("address", "bank_accounts")}
    stored["maintenance_hours"] = Jsonb(row["maintenance_hours"]) if row["maintenance_hours"] != DEFAULT_HOURS else None
    stored["country_code"] = alpha2((row["address"] or {}).get("country") or "")
    [updated] = tx.all(_UPDATE_ORGANIZATION, row | stored)
    return updated


_UPDATE_ORGANIZATION = f"""
UPDATE organizations o
SET name = %(name)s, legal_name = %(legal_name)s, address = %(address)s, tax_id = %(tax_id)s, logo_url = %(logo_url)s,
    signature_provider = %(signature_provider)s, requires_authorization = %(requires_authorization)s,
    complete_parties = %(complete_parties)s, bank_accounts = %(bank_accounts)s, country_code = %(country_code)s,
    maintenance_hours = %(maintenance_hours)s, updated_at = clock_timestamp()
WHERE o.id = %(id)s
RETURNING {_ORGANIZATION}
"""

# --- members

_MEMBER = """
    u.id, u.name, u.email, u.role, u.title, u.phone, u.status, u.email_verified, u.last_login_at, u.created_at
"""

_IS_MEMBER = """
u.organization_id = %(organization_id)s AND u.deleted_at IS NULL AND u.role <> ALL (%(staff)s::text[])
"""


def select_members(tx: Reading, caller: Caller, query: Paged) -> list[Row]:
    """One row more than the page holds."""
    (after,) = query.key_before(UUID)
    return tx.all(_SELECT_MEMBERS, _organization(caller) | {"after": after, "limit": query.limit + 1})


_SELECT_MEMBERS = f"""
SELECT {_MEMBER}
FROM users u
WHERE {_IS_MEMBER} AND (%(after)s::uuid IS NULL OR u.id > %(after)s)
ORDER BY u.id
LIMIT %(limit)s
"""


def select_member(tx: Reading, organization_id: UUID, user_id: UUID) -> Row | None:
    """A member of the organization."""
    values = {"organization_id": organization_id, "staff": sorted(STAFF), "user_id": user_id}
    return tx.one(_SELECT_MEMBER, values)


def lock_members(tx: Tx, caller: Caller, user_id: UUID) -> tuple[Row | None, Row]:
    """The member, how many `others` can manage the organization, and whether the caller still belongs to it. Removals
    from one organization wait for each other."""
    values = _organization(caller) | {
        "user_id": user_id,
        "caller_id": caller.user_id,
        "administrators": sorted(ADMINISTRATORS),
    }
    # The lock is a statement of its own: the next ones then read what the wait has left.
    _, members, [rest] = tx.batch((_LOCK_MEMBERS, values), (_SELECT_MEMBER, values), (_SELECT_REST, values))
    return (members[0] if members else None), rest


_LOCK_MEMBERS = "SELECT o.id FROM organizations o WHERE o.id = %(organization_id)s FOR UPDATE"

_SELECT_MEMBER = f"SELECT {_MEMBER} FROM users u WHERE u.id = %(user_id)s AND {_IS_MEMBER}"

_SELECT_REST = """
SELECT count(*) FILTER (WHERE u.id <> %(user_id)s AND u.role = ANY (%(administrators)s::text[])
                          AND u.status = 'ACTIVE') AS others,
       coalesce(bool_or(u.id = %(caller_id)s), false) AS has_caller
FROM users u
WHERE u.organization_id = %(organization_id)s AND u.deleted_at IS NULL
"""


def delete_member(tx: Tx, user_id: UUID, reason: str) -> int:
    """End the account, its invitations and its sessions (returns their number); the caller takes its obligations."""
    [row] = tx.all(_DELETE_MEMBER, {"user_id": user_id, "reason": reason})
    return int(row["sessions_ended"])


_DELETE_MEMBER = "SELECT app.remove_member(%(user_id)s, %(reason)s) AS sessions_ended"


def _organization(caller: Caller) -> dict[str, Any]:
    return {"organization_id": caller.organization_id, "staff": sorted(STAFF)}


# --- invitations

_INVITATION = """
    i.id, i.email, i.role, i.invited_by, i.expires_at, i.created_at,
    CASE WHEN i.accepted_at IS NOT NULL THEN 'ACCEPTED'
         WHEN i.revoked_at IS NOT NULL THEN 'REVOKED'
         WHEN i.expires_at <= now() THEN 'EXPIRED'
         ELSE 'PENDING' END AS status
"""


def insert_invitation(tx: Tx, inviter: Caller, invitation_id: UUID, new: NewInvitation, token_hash: str) -> Row:
    """The invitation; it voids every earlier one of this address to the organization."""
    values = {
        "id": invitation_id,
        "organization_id": inviter.organization_id,
        "invited_by": inviter.user_id,
        "email": new.email,
        "role": new.role,
        "token_hash": token_hash,
        "days": INVITATION_DAYS,
    }
    tx.run(_REVOKE_EARLIER, values)
    return tx.batch((_INSERT_INVITATION, values))[0][0]


_REVOKE_EARLIER = """
UPDATE invitations SET revoked_at = now()
WHERE organization_id = %(organization_id)s AND lower(email) = lower(%(email)s)
  AND accepted_at IS NULL AND revoked_at IS NULL
"""

_INSERT_INVITATION = f"""
INSERT INTO invitations AS i (id, organization_id, email, role, token_hash, invited_by, expires_at)
VALUES (%(id)s, %(organization_id)s, %(email)s, %(role)s, %(token_hash)s, %(invited_by)s,
        now() + make_interval(days => %(days)s))
RETURNING {_INVITATION}
"""


def select_invitations(tx: Reading, caller: Caller, query: Paged) -> list[Row]:
    """One row more than the page holds."""
    (before,) = query.key_before(UUID)
    values = {"organization_id": caller.organization_id, "before": before, "limit": query.limit + 1}
    return tx.all(_SELECT_INVITATIONS, values)


_SELECT_INVITATIONS = f"""
SELECT {_INVITATION}
FROM invitations i
WHERE i.organization_id = %(organization_id)s AND (%(before)s::uuid IS NULL OR i.id < %(before)s)
ORDER BY i.id DESC
LIMIT %(limit)s
"""


def lock_invitation(tx: Tx, caller: Caller, invitation_id: UUID) -> Row | None:
    """One of the organization's own invitations."""
    return tx.one(_LOCK_INVITATION, {"id": invitation_id, "organization_id": caller.organization_id})


_LOCK_INVITATION = f"""
SELECT {_INVITATION} FROM invitations i WHERE i.id = %(id)s AND i.organization_id = %(organization_id)s FOR UPDATE
"""


def revoke_invitation(tx: Tx, invitation_id: UUID) -> None:
    tx.run("UPDATE invitations SET revoked_at = now() WHERE id = %(id)s", {"id": invitation_id})


def update_accepted(tx: Tx, token_hash: str) -> Row | None:
    """Use the token: the invitation, its organization, and who invites into that one for an owner; None if it is
    unknown, used, revoked or too old, or if its inviter may no longer invite anybody."""
    inviters = sorted(ADMINISTRATORS | {Role.SUPER_ADMIN})
    return tx.one(_UPDATE_ACCEPTED, {"token_hash": token_hash, "inviters": inviters})


_UPDATE_ACCEPTED = f"""
UPDATE invitations i SET accepted_at = now()
FROM users u
WHERE i.token_hash = %(token_hash)s
  AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()
  AND u.id = i.invited_by AND u.organization_id = coalesce(i.inviting_organization_id, i.organization_id)
  AND u.role = ANY (%(inviters)s::text[])
  AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
RETURNING {_INVITATION}, i.organization_id, i.inviting_organization_id
"""


def has_address(tx: Tx, caller: Caller, email: str) -> bool:
    """Whether the e-mail address is the caller's own, and verified."""
    return bool(tx.all(_SELECT_ADDRESS, {"user_id": caller.user_id, "email": email}))


_SELECT_ADDRESS = """
SELECT u.id FROM users u WHERE u.id = %(user_id)s AND u.email_verified AND lower(u.email) = lower(%(email)s)
"""


def claim_leases(tx: Tx, by: Caller, tenant_organization_id: UUID) -> ClaimedLeases:
    """Give the leases of the imported tenant who stands behind that organization to the caller's own."""
    values = {"tenant": tenant_organization_id, "claimed_by": by.organization_id, "user_id": by.user_id}
    [tenant] = tx.all(_UPDATE_CLAIMED, values)
    [row] = tx.all(_CLAIM_LEASES, {"tenant_id": tenant["id"], "user_id": by.user_id})
    return ClaimedLeases(id=tenant["id"], contract_ids=row["contract_ids"])


_UPDATE_CLAIMED = """
UPDATE imported_tenants t SET claimed_by = %(claimed_by)s, claimed_at = now()
WHERE t.organization_id = %(tenant)s AND t.claimed_by IS NULL
RETURNING t.id
"""

_CLAIM_LEASES = "SELECT app.claim_leases(%(tenant_id)s, %(user_id)s) AS contract_ids"


def insert_member(tx: Tx, member: Caller, invitation: Row, name: str, password_hash: str) -> Row:
    """The new member. Violates `users_email_key` if the address already has an account."""
    values = {
        "id": member.user_id,
        "organization_id": member.organization_id,
        "email": invitation["email"],
        "role": invitation["role"],
        "name": name,
        "password_hash": password_hash,
    }
    return tx.batch((_INSERT_MEMBER, values))[0][0]


# The token was sent by e-mail, which verifies the address.
_INSERT_MEMBER = """
INSERT INTO users (id, organization_id, email, password_hash, name, role, email_verified, last_login_at)
VALUES (%(id)s, %(organization_id)s, %(email)s, %(password_hash)s, %(name)s, %(role)s, true, now())
RETURNING id, email, name, role, email_verified, organization_id
"""

# --- mandates

_MANDATE = """
    m.id, m.client_organization_id, m.client_party AS client, m.broker_id, m.broker_party AS broker,
    m.valid_until AS until, m.revoked_at, m.created_at,
    CASE WHEN m.valid_until < coalesce((m.revoked_at AT TIME ZONE 'UTC')::date, app.today('UTC')) THEN 'EXPIRED'
         WHEN m.revoked_at IS NOT NULL THEN 'REVOKED'
         ELSE 'ACTIVE' END AS status
"""

# Clients see the mandates that their organization has granted, brokers those that they hold.
_MINE = """
(%(granted_by)s::uuid IS NULL OR m.client_organization_id = %(granted_by)s)
AND (%(granted_to)s::uuid IS NULL OR m.broker_id = %(granted_to)s)
"""


def select_broker(tx: Tx, broker_id: UUID) -> tuple[Row | None, date]:
    """The broker's name and today's date in UTC; None if the id is not a broker's."""
    [[found]] = tx.batch((_SELECT_BROKER, {"broker_id": broker_id}))
    return found["party"], found["today"]


_SELECT_BROKER = """
SELECT (SELECT b.party FROM app.broker(%(broker_id)s) AS b) AS party, app.today('UTC') AS today
"""


def insert_mandate(tx: Tx, client: Caller, new: NewMandate, broker: Row) -> Row:
    """The mandate. Violates `mandates_one_per_broker` if there is a current one; an expired one is replaced."""
    values = {
        "id": new_id(),
        "client_id": client.user_id,
        "organization_id": client.organization_id,
        "broker_id": new.broker_id,
        "broker_party": Jsonb(broker),
        "until": new.until,
    }
    tx.run(_CLOSE_EXPIRED, values)
    return tx.batch((_INSERT_MANDATE, values))[0][0]


_CLOSE_EXPIRED = """
UPDATE mandates SET revoked_at = app.now(), updated_at = now()
WHERE client_organization_id = %(organization_id)s AND broker_id = %(broker_id)s AND revoked_at IS NULL
  AND valid_until < app.today('UTC')
"""

_INSERT_MANDATE = f"""
INSERT INTO mandates AS m (id, client_organization_id, client_id, broker_id, client_party, broker_party, valid_until,
                           created_by, updated_by)
SELECT %(id)s, o.id, u.id, %(broker_id)s,
       jsonb_build_object('id', u.id, 'name', u.name, 'organization', coalesce(o.legal_name, o.name)),
       %(broker_party)s, %(until)s, u.id, u.id
FROM users u
JOIN organizations o ON o.id = u.organization_id
WHERE u.id = %(client_id)s AND o.id = %(organization_id)s
RETURNING {_MANDATE}
"""


def select_mandates(tx: Reading, caller: Caller, query: Paged) -> list[Row]:
    """One row more than the page holds."""
    (before,) = query.key_before(UUID)
    return tx.all(_SELECT_MANDATES, _parties(caller) | {"before": before, "limit": query.limit + 1})


_SELECT_MANDATES = f"""
SELECT {_MANDATE}
FROM mandates m
WHERE {_MINE} AND (%(before)s::uuid IS NULL OR m.id < %(before)s)
ORDER BY m.id DESC
LIMIT %(limit)s
"""


def lock_mandate(tx: Tx, caller: Caller, mandate_id: UUID) -> Row | None:
    """One of the caller's own mandates."""
    return tx.one(_LOCK_MANDATE, _parties(caller) | {"id": mandate_id})


_LOCK_MANDATE = f"SELECT {_MANDATE} FROM mandates m WHERE m.id = %(id)s AND {_MINE} FOR UPDATE"


def revoke_mandate(tx: Tx, caller: Caller, mandate_id: UUID) -> Row:
    """The revoked mandate."""
    [row] = tx.all(_REVOKE_MANDATE, {"id": mandate_id, "by": caller.user_id})
    return row


_REVOKE_MANDATE = f"""
UPDATE mandates m SET revoked_at = app.now(), updated_at = now(), updated_by = %(by)s
WHERE m.id = %(id)s
RETURNING {_MANDATE}
"""


def _parties(caller: Caller) -> dict[str, UUID | None]:
    sides = sides_of(caller)
    is_broker, sees_all = sides["broker_side"] is not None, sides == EVERY_SIDE
    return {
        "granted_by": None if is_broker or sees_all else caller.organization_id,
        "granted_to": caller.user_id if is_broker else None,
    }
