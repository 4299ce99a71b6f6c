"""The SQL of leases that were agreed elsewhere and are taken over as they run: executed, without a document of ours.

Their tenant is known by an e-mail address, in an organization of its own that is nobody's until somebody accepts the
invitation to it.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.contracts.draft import OWNER_PARTY, PREMISES
from shared.contracts.models import ContractState
from shared.kit.db import Row, Tx
from shared.kit.ids import new_id

# Locked, so that nobody lets the space meanwhile. What holds it, if it is being signed, is no lease yet.
_LOCK_SPACES = """
SELECT s.id, s.external_id, s.currency, s.gross_sqft, there.today,
       h.status IN ('DRAFT', 'PENDING_SIGNATURE') AS is_being_signed
FROM spaces s
JOIN buildings b ON b.id = s.building_id
LEFT JOIN contracts h ON h.id = s.held_by_contract_id
CROSS JOIN LATERAL (SELECT app.today(b.timezone) AS today) AS there
WHERE s.owner_organization_id = %(organization_id)s::uuid AND s.external_id = ANY(%(external_ids)s::text[])
  AND s.deleted_at IS NULL
ORDER BY s.id
FOR UPDATE OF s
"""

_SELECT_KNOWN = """
SELECT c.external_id, c.imported FROM contracts c
WHERE c.owner_organization_id = %(organization_id)s::uuid AND c.external_id = ANY(%(external_ids)s::text[])
"""

# As contracts_one_lease_at_a_time.
_SELECT_LEASES = """
SELECT c.space_id, c.start_date, c.end_date FROM contracts c
WHERE c.space_id = ANY(%(space_ids)s::uuid[])
  AND (c.status IN ('SIGNED', 'ACTIVE') OR (c.bid_id IS NOT NULL AND c.status IN ('DRAFT', 'PENDING_SIGNATURE')))
"""

_SELECT_SOME_IDS = """
SELECT s.external_id FROM spaces s
WHERE s.owner_organization_id = %(organization_id)s::uuid AND s.external_id IS NOT NULL AND s.deleted_at IS NULL
ORDER BY s.id
LIMIT %(limit)s
"""

_INSERT = f"""
INSERT INTO contracts AS c (
    id, space_id, building_id, owner_id, owner_organization_id, client_organization_id, contract_type, start_date,
    end_date, term_months, base_rent, billing_frequency, proration, deposit_months, tax_percent, escalation, free_rent,
    late_policy, terms, currency, schedule_total, owner_party, client_party, premises, status, signature_status,
    executed_at, activated_at, sent_at, external_id, imported, created_by, updated_by)
SELECT n.id, s.id, s.building_id, g.owner_id, s.owner_organization_id, n.client_organization_id, n.contract_type,
       n.start_date, n.end_date, n.term_months, n.base_rent, n.billing_frequency, n.proration, n.deposit_months, 0,
       nullif(n.escalation, 'null'), nullif(n.free_rent, 'null'), NULL, n.terms, n.currency, n.schedule_total,
       {OWNER_PARTY},
       jsonb_build_object('user_id', NULL, 'name', n.tenant_name, 'email', n.tenant_email,
                          'organization_id', n.client_organization_id, 'legal_name', n.tenant_name, 'address', NULL,
                          'tax_id', NULL),
       {PREMISES}, n.status, 'FULLY_SIGNED', app.now(), app.now(), now(), n.external_id, n.imported, %(by)s::uuid,
       %(by)s::uuid
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (
    id uuid, space_id uuid, client_organization_id uuid, contract_type text, start_date date, end_date date,
    term_months integer, base_rent numeric, billing_frequency text, proration text, deposit_months numeric,
    escalation jsonb, free_rent jsonb, terms jsonb, currency text, schedule_total numeric, tenant_name text,
    tenant_email text, status text, external_id text, imported jsonb)
JOIN spaces s ON s.id = n.space_id
JOIN floors f ON f.id = s.floor_id
JOIN buildings g ON g.id = s.building_id
JOIN users u ON u.id = g.owner_id
JOIN organizations o ON o.id = s.owner_organization_id
RETURNING c.id, c.bid_id, c.space_id, c.owner_id, c.client_id, c.owner_organization_id, c.client_organization_id,
          c.status, c.signature_status, c.signature_provider, c.requires_authorization, c.envelope_id,
          c.document_sha256, c.termination_reason, c.terminates_on, c.updated_at
"""

# The lease that runs holds the space, else the first one to come.
_UPDATE_SPACES_HELD = """
UPDATE spaces s
SET held_by_contract_id = h.id, availability_status = CASE h.status WHEN 'ACTIVE' THEN 'OCCUPIED' ELSE 'RESERVED' END,
    updated_at = now()
FROM (
    SELECT DISTINCT ON (c.space_id) c.space_id, c.id, c.status FROM contracts c
    WHERE c.space_id = ANY(%(space_ids)s::uuid[]) AND c.status IN ('SIGNED', 'ACTIVE')
    ORDER BY c.space_id, c.start_date
) AS h
WHERE s.id = h.space_id AND s.held_by_contract_id IS DISTINCT FROM h.id
"""

_SELECT_TENANTS = """
SELECT lower(t.email) AS email, t.organization_id FROM imported_tenants t
WHERE t.owner_organization_id = %(organization_id)s::uuid AND lower(t.email) = ANY(%(emails)s::text[])
  AND t.claimed_by IS NULL
"""

_INSERT_ORGANIZATIONS = """
INSERT INTO organizations (id, name)
SELECT n.id, n.name FROM unnest(%(ids)s::uuid[], %(names)s::text[]) AS n (id, name)
"""

_INSERT_TENANTS = """
INSERT INTO imported_tenants (id, owner_organization_id, email, organization_id)
SELECT n.id, %(organization_id)s::uuid, n.email, n.tenant_id
FROM unnest(%(ids)s::uuid[], %(emails)s::text[], %(tenant_ids)s::uuid[]) AS n (id, email, tenant_id)
"""


def lock_spaces(tx: Tx, organization_id: UUID, external_ids: Sequence[str]) -> list[Row]:
    """The organization's spaces by their external ids, locked: `today` at the building, and whether a lease that is
    being signed holds the space."""
    return tx.all(_LOCK_SPACES, {"organization_id": organization_id, "external_ids": list(external_ids)})


def select_known(tx: Tx, organization_id: UUID, external_ids: Sequence[str]) -> dict[str, Row]:
    """The rows that leases were imported from, by the leases' external ids."""
    found = tx.all(_SELECT_KNOWN, {"organization_id": organization_id, "external_ids": list(external_ids)})
    return {row["external_id"]: row["imported"] for row in found}


def select_leases(tx: Tx, space_ids: Sequence[UUID]) -> list[Row]:
    """The days on which the spaces are let already, or held for whoever is about to sign."""
    return tx.all(_SELECT_LEASES, {"space_ids": list(space_ids)})


def select_some_ids(tx: Tx, organization_id: UUID, limit: int) -> list[str]:
    """External ids of the organization's spaces, to find what a wrong one meant."""
    return [
        row["external_id"] for row in tx.all(_SELECT_SOME_IDS, {"organization_id": organization_id, "limit": limit})
    ]


def insert_imported(tx: Tx, rows: Sequence[dict[str, Any]], by: UUID) -> list[ContractState]:
    """The leases, in force or to come, on spaces that were locked before; these are theirs from now on."""
    values = {"rows": Jsonb(list(rows)), "rentable_sqft": None, "by": by}
    contracts = [ContractState.of(row) for row in tx.all(_INSERT, values)]
    tx.run(_UPDATE_SPACES_HELD, {"space_ids": [contract.space_id for contract in contracts]})
    return contracts


def tenants_of(tx: Tx, organization_id: UUID, names: dict[str, str]) -> dict[str, UUID]:
    """The organizations of tenants by their e-mail addresses in lower case, of which `names` says what they are called;
    who was not known gets one."""
    values = {"organization_id": organization_id, "emails": list(names)}
    known: dict[str, UUID] = {row["email"]: row["organization_id"] for row in tx.all(_SELECT_TENANTS, values)}
    added = {email: new_id() for email in names if email not in known}
    if added:
        ids, emails = list(added.values()), list(added)
        tx.run(_INSERT_ORGANIZATIONS, {"ids": ids, "names": [names[email] for email in emails]})
        rows = {"ids": [new_id() for _ in added], "emails": emails, "tenant_ids": ids}
        tx.run(_INSERT_TENANTS, {"organization_id": organization_id, **rows})
    return known | added
