"""The SQL of what the provider has: its accounts and customers, and which of these our tenants are."""

from typing import Any
from uuid import UUID

from shared.integrations.models import TargetFilter, TenantFilter
from shared.kit.db import Reading, Row, Tx

_SELECT_PAGE = """
SELECT t.external_id AS id, t.name, t.type, lower(t.name) AS sorted_by
FROM integration_targets t
WHERE t.integration_id = %(integration_id)s AND t.kind = %(kind)s
  AND (%(name)s::text IS NULL OR strpos(lower(t.name), lower(%(name)s)) > 0)
  AND (%(before)s::text IS NULL OR (lower(t.name), t.external_id) > (%(before)s, %(before_id)s::text))
ORDER BY lower(t.name), t.external_id
LIMIT %(limit)s
"""

# By name only where exactly one customer has it.
NAMESAKE = """
(SELECT CASE WHEN count(*) = 1 THEN min(t.external_id) END
 FROM integration_targets t
 WHERE t.integration_id = {integration} AND t.kind = 'CUSTOMER' AND lower(t.name) = lower({name}))
"""

_SELECT_TENANTS = f"""
WITH tenant AS (
    SELECT DISTINCT ON (c.client_organization_id) c.client_organization_id AS id,
           c.client_party ->> 'legal_name' AS name
    FROM contracts c
    WHERE c.owner_organization_id = %(organization_id)s AND c.client_organization_id IS NOT NULL
      AND c.status IN ('SIGNED', 'ACTIVE', 'EXPIRED', 'TERMINATED')
      AND (%(before)s::uuid IS NULL OR c.client_organization_id > %(before)s)
    ORDER BY c.client_organization_id, c.created_at DESC
    LIMIT %(limit)s
)
SELECT n.id AS tenant_id, n.name, m.external_id AS customer_id, t.name AS customer_name, m.matched_by,
       CASE WHEN m.external_id IS NULL THEN {NAMESAKE.format(integration="%(integration_id)s::uuid", name="n.name")} END
           AS proposed_id
FROM tenant n
LEFT JOIN integration_customers m ON m.integration_id = %(integration_id)s::uuid AND m.client_organization_id = n.id
LEFT JOIN integration_targets t
       ON t.integration_id = m.integration_id AND t.kind = 'CUSTOMER' AND t.external_id = m.external_id
ORDER BY n.id
"""

_UPSERT = """
INSERT INTO integration_targets (integration_id, organization_id, kind, external_id, name, type, read_id)
SELECT %(integration_id)s::uuid, %(organization_id)s::uuid, %(kind)s::text, l.id, l.name, l.type, %(read_id)s::uuid
FROM unnest(%(ids)s::text[], %(names)s::text[], %(types)s::text[]) AS l (id, name, type)
ON CONFLICT (integration_id, kind, external_id) DO UPDATE
SET name = excluded.name, type = excluded.type, read_id = excluded.read_id
"""

_DELETE_OTHERS = """
DELETE FROM integration_targets t
WHERE t.integration_id = %(integration_id)s::uuid AND t.kind = %(kind)s::text AND t.read_id <> %(read_id)s::uuid
"""

_UPDATE_READ = "UPDATE integrations AS i SET read_at = now(), updated_at = now() WHERE i.id = %(integration_id)s"


def select_targets(tx: Reading, integration_id: UUID, asked: TargetFilter) -> list[Row]:
    """A page and one more, by name."""
    before, before_id = asked.key_before(str, str)
    values = {"integration_id": integration_id, "kind": asked.kind, "name": asked.name, "limit": asked.limit + 1}
    return tx.all(_SELECT_PAGE, values | {"before": before, "before_id": before_id})


def select_tenants(tx: Reading, integration: Row, asked: TenantFilter) -> list[Row]:
    """A page and one more: whoever has, or had, a lease."""
    [before] = asked.key_before(UUID)
    values = {"integration_id": integration["id"], "organization_id": integration["organization_id"]}
    return tx.all(_SELECT_TENANTS, values | {"before": before, "limit": asked.limit + 1})


def upsert_targets(tx: Tx, integration: Row, kind: str, read_id: str, rows: list[dict[str, Any]], ends: bool) -> None:
    """A part of one of the provider's lists; when it ends, what it did not have is gone."""
    values = {
        "integration_id": integration["id"],
        "organization_id": integration["organization_id"],
        "kind": kind,
        "read_id": read_id,
        "ids": [row["id"] for row in rows],
        "names": [row["name"][:500] for row in rows],
        "types": [row["type"] for row in rows],
    }
    tx.run(_UPSERT, values)
    if ends:
        tx.run(_DELETE_OTHERS, values)
        tx.run(_UPDATE_READ, values)
