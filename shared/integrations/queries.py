"""The SQL of connections: who set out, which company is connected, and what maps to what."""

from datetime import date
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.integrations.models import CustomerChoice
from shared.kit.db import Asked, Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller

_COLUMNS = """
i.id, i.organization_id, i.provider, i.company_id, i.company_name, i.company_currency, i.company_country, i.status,
i.reason, i.user_id, i.connected_at, i.accounts, i.starts_on, i.read_at, i.paused_until, i.batch_id, i.failures
"""

# In the order of the books. What belongs to an installment waits until what came before of it is there; what was
# refused, and waits for nobody, is stepped over.
MAY_GO = """
(d.status = 'QUEUED' OR d.status = 'REFUSED' AND d.retry_at <= now())
AND NOT EXISTS (SELECT FROM integration_documents e
                WHERE e.integration_id = d.integration_id AND e.payment_id = d.payment_id AND e.status <> 'SENT'
                  AND e.entry_id < d.entry_id)
"""

_INSERT_ATTEMPT = """
INSERT INTO integration_attempts (id, organization_id, user_id, provider, state_sha256, browser_sha256, company_id,
                                  return_to, starts_on, expires_at)
VALUES (%(id)s, %(organization_id)s, %(user_id)s, %(provider)s, %(state)s, %(browser)s, %(company_id)s, %(return_to)s,
        coalesce(%(starts_on)s::date, date_trunc('month', app.today('UTC')::timestamp)::date),
        now() + make_interval(secs => %(seconds)s))
RETURNING id, expires_at
"""

# Spent with the first use, and only in the browser that was given the cookie.
_SPEND_ATTEMPT = """
UPDATE integration_attempts AS a SET spent_at = now()
WHERE a.state_sha256 = %(state)s AND a.browser_sha256 = %(browser)s AND a.provider = %(provider)s
  AND a.spent_at IS NULL AND a.expires_at > now()
RETURNING a.id, a.organization_id, a.user_id, a.provider, a.company_id, a.return_to, a.starts_on,
          (SELECT i.company_id FROM integrations i
           WHERE i.organization_id = a.organization_id AND i.provider = a.provider AND i.status <> 'REMOVED')
              AS connected_to
"""

_UPDATE_ATTEMPT_FAILED = "UPDATE integration_attempts AS a SET reason = %(reason)s WHERE a.id = %(id)s"

_DELETE_ATTEMPT = "DELETE FROM integration_attempts AS a WHERE a.id = %(attempt_id)s"

_DELETE_ATTEMPTS = "DELETE FROM integration_attempts AS a WHERE a.expires_at < now() - interval '1 day'"

# The latest attempt says whether somebody is on their way, or why they did not arrive.
_SELECT_ALL = f"""
SELECT {_COLUMNS}, counted.waiting, counted.sent, counted.refused
FROM integrations i
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE d.status IN ('QUEUED', 'SENDING')) AS waiting,
           count(*) FILTER (WHERE d.status = 'SENT') AS sent,
           count(*) FILTER (WHERE d.status = 'REFUSED') AS refused
    FROM integration_documents d WHERE d.integration_id = i.id
) AS counted
WHERE i.organization_id = %(organization_id)s AND i.status <> 'REMOVED'
"""

_SELECT_ATTEMPTS = """
SELECT DISTINCT ON (a.provider) a.provider, a.reason, a.created_at,
       a.spent_at IS NOT NULL AND a.reason IS NULL AND a.expires_at > now() AS is_under_way
FROM integration_attempts a
WHERE a.organization_id = %(organization_id)s
ORDER BY a.provider, a.created_at DESC
"""

_SELECT_NAMES = """
SELECT t.integration_id, t.external_id, t.name
FROM integration_targets t
WHERE t.organization_id = %(organization_id)s AND t.kind = 'ACCOUNT'
ORDER BY t.external_id
"""

_SELECT_CHART = "SELECT b.accounts FROM books b WHERE b.organization_id = %(organization_id)s"

_LOCK_ONE = f"""
SELECT {_COLUMNS}
FROM integrations i
WHERE i.organization_id = %(organization_id)s AND i.provider = %(provider)s AND i.status <> 'REMOVED'
FOR UPDATE OF i
"""

_SELECT_ONE = _LOCK_ONE.replace("FOR UPDATE OF i", "")

_LOCK_BY_ID = f"SELECT {_COLUMNS} FROM integrations i WHERE i.id = %(id)s FOR UPDATE OF i"

_LOCK_OF_ORGANIZATION = f"""
SELECT {_COLUMNS}
FROM integrations i
WHERE i.organization_id = %(organization_id)s AND i.status = 'CONNECTED'
ORDER BY i.id
FOR UPDATE OF i
"""

_SELECT_UNKNOWN = """
SELECT asked.external_id
FROM unnest(%(external_ids)s::text[]) AS asked (external_id)
WHERE NOT EXISTS (SELECT FROM integration_targets t JOIN integrations i ON i.id = t.integration_id
                  WHERE i.organization_id = %(organization_id)s AND i.provider = %(provider)s
                    AND i.status <> 'REMOVED' AND t.kind = %(kind)s AND t.external_id = asked.external_id)
"""

_SELECT_STRANGERS = """
SELECT asked.tenant_id
FROM unnest(%(tenant_ids)s::uuid[]) AS asked (tenant_id)
WHERE NOT EXISTS (SELECT FROM contracts c
                  WHERE c.owner_organization_id = %(organization_id)s AND c.client_organization_id = asked.tenant_id)
"""

# Documents before the earlier day have to be looked for again.
_UPDATE_MAPPED = f"""
UPDATE integrations AS i
SET accounts = coalesce(%(accounts)s::jsonb, i.accounts), starts_on = coalesce(%(starts_on)s::date, i.starts_on),
    looked_to = CASE WHEN %(starts_on)s::date < i.starts_on THEN NULL ELSE i.looked_to END,
    updated_at = now(), updated_by = %(by)s
WHERE i.id = %(id)s
RETURNING {_COLUMNS}
"""

_UPSERT_CUSTOMER = """
INSERT INTO integration_customers (integration_id, organization_id, client_organization_id, external_id, matched_by)
VALUES (%(integration_id)s, %(organization_id)s, %(tenant_id)s, %(external_id)s, 'PERSON')
ON CONFLICT (integration_id, client_organization_id) DO UPDATE
SET external_id = excluded.external_id, matched_by = 'PERSON', updated_at = now()
"""

_DELETE_CUSTOMER = """
DELETE FROM integration_customers m
WHERE m.integration_id = %(integration_id)s AND m.client_organization_id = %(tenant_id)s
"""

_INSERT_FOUND_CUSTOMER = """
INSERT INTO integration_customers (integration_id, organization_id, client_organization_id, external_id, matched_by)
VALUES (%(integration_id)s, %(organization_id)s, %(tenant_id)s, %(external_id)s, %(matched_by)s)
ON CONFLICT (integration_id, client_organization_id) DO NOTHING
"""

# The same company again is the same connection: what was sent to it stays sent.
_UPSERT_CONNECTED = f"""
INSERT INTO integrations AS i (id, organization_id, provider, company_id, company_name, company_currency,
                               company_country, user_id, connected_at, starts_on)
SELECT %(id)s::uuid, a.organization_id, a.provider, %(company_id)s::text, %(company_name)s::text,
       %(company_currency)s::text, %(company_country)s::text, a.user_id, now(), a.starts_on
FROM integration_attempts a
WHERE a.id = %(attempt_id)s
  AND NOT EXISTS (SELECT FROM integrations o
                  WHERE o.organization_id = a.organization_id AND o.provider = a.provider AND o.status <> 'REMOVED'
                    AND o.company_id <> %(company_id)s::text)
ON CONFLICT (organization_id, provider, company_id) DO UPDATE
SET status = 'CONNECTED', reason = NULL, company_name = excluded.company_name,
    company_currency = excluded.company_currency, company_country = excluded.company_country,
    user_id = excluded.user_id, connected_at = now(), paused_until = NULL, failures = 0, updated_at = now()
RETURNING {_COLUMNS}
"""

_UPDATE_STATUS = f"""
UPDATE integrations AS i
SET status = %(status)s::text, reason = %(reason)s, updated_at = now(),
    updated_by = coalesce(%(by)s::uuid, i.updated_by)
WHERE i.id = %(id)s AND i.status <> %(status)s::text
RETURNING {_COLUMNS}
"""

# Whoever connected it; or, once they have left, an owner.
_SELECT_READER = """
SELECT u.id
FROM users u
WHERE u.organization_id = %(organization_id)s AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
  AND (u.id = %(user_id)s OR u.role = 'OWNER')
ORDER BY u.id = %(user_id)s DESC, u.created_at
LIMIT 1
"""


def insert_attempt(tx: Tx, caller: Caller, values: dict[str, Any]) -> Row:
    """The attempt's `id` and `expires_at`."""
    values = values | {"id": new_id(), "organization_id": caller.organization_id, "user_id": caller.user_id}
    return tx.batch((_INSERT_ATTEMPT, values))[0][0]


def update_spent(tx: Tx, provider: str, state: str, browser: str) -> Row | None:
    """The attempt, if this browser set out with this `state` (both as hashes) and has not come back yet."""
    return tx.one(_SPEND_ATTEMPT, {"provider": provider, "state": state, "browser": browser})


def update_attempt_failed(tx: Tx, attempt_id: UUID, reason: str) -> None:
    tx.run(_UPDATE_ATTEMPT_FAILED, {"id": attempt_id, "reason": reason})


def delete_attempts(tx: Tx) -> None:
    tx.run(_DELETE_ATTEMPTS)


def select_integrations(
    tx: Reading, organization_id: UUID
) -> tuple[list[Row], list[Row], list[Row], dict[str, dict[str, str]]]:
    """The organization's connections, its latest attempts, the providers' accounts, and its own chart."""
    values = {"organization_id": organization_id}
    found, attempts, names, books = tx.batch(
        (_SELECT_ALL, values), (_SELECT_ATTEMPTS, values), (_SELECT_NAMES, values), (_SELECT_CHART, values)
    )
    return found, attempts, names, books[0]["accounts"] if books else {}


def select_integration(tx: Reading, organization_id: UUID, provider: str) -> Row | None:
    return tx.one(_SELECT_ONE, {"organization_id": organization_id, "provider": provider})


def lock_integration(tx: Tx, organization_id: UUID, provider: str) -> Row | None:
    return tx.one(_LOCK_ONE, {"organization_id": organization_id, "provider": provider})


def lock_by_id(tx: Tx, integration_id: Any) -> Row | None:
    return tx.one(_LOCK_BY_ID, {"id": integration_id})


def lock_connected(tx: Tx, organization_id: Any) -> list[Row]:
    """The connections of the organization over which documents go."""
    return tx.all(_LOCK_OF_ORGANIZATION, {"organization_id": organization_id})


def lock_and_look(
    tx: Tx, organization_id: UUID, provider: str, accounts: list[str], customers: list[str], tenants: list[UUID]
) -> tuple[Row | None, set[str], set[str], set[UUID]]:
    """The connection; those of the accounts and customers that the provider does not have, and of the tenants without
    a contract."""
    values = {"organization_id": organization_id, "provider": provider}
    locked, unknown, strange, strangers = tx.batch(
        (_LOCK_ONE, values),
        (_SELECT_UNKNOWN, values | {"kind": "ACCOUNT", "external_ids": accounts}),
        (_SELECT_UNKNOWN, values | {"kind": "CUSTOMER", "external_ids": customers}),
        (_SELECT_STRANGERS, {"organization_id": organization_id, "tenant_ids": tenants}),
    )
    return (
        locked[0] if locked else None,
        {row["external_id"] for row in unknown},
        {row["external_id"] for row in strange},
        {row["tenant_id"] for row in strangers},
    )


def update_mapped(
    tx: Tx, integration_id: UUID, caller: Caller, accounts: dict[str, str] | None, starts_on: date | None
) -> Asked[list[Row]]:
    """The connection with what is given; what is None stays. Sent with the next query."""
    values = {
        "id": integration_id,
        "accounts": None if accounts is None else Jsonb(accounts),
        "starts_on": starts_on,
        "by": caller.user_id,
    }
    return tx.later(_UPDATE_MAPPED, values)


def upsert_customers(tx: Tx, integration: Row, choices: list[CustomerChoice]) -> None:
    for choice in choices:
        values = {
            "integration_id": integration["id"],
            "organization_id": integration["organization_id"],
            "tenant_id": choice.tenant_id,
            "external_id": choice.customer_id,
        }
        tx.run(_UPSERT_CUSTOMER if choice.customer_id else _DELETE_CUSTOMER, values)


def insert_found_customer(tx: Tx, integration: Row, tenant_id: Any, external_id: str, matched_by: str) -> None:
    """Which customer the tenant is, unless a person said so meanwhile."""
    values = {
        "integration_id": integration["id"],
        "organization_id": integration["organization_id"],
        "tenant_id": tenant_id,
        "external_id": external_id,
        "matched_by": matched_by,
    }
    tx.run(_INSERT_FOUND_CUSTOMER, values)


def upsert_connected(tx: Tx, attempt_id: UUID, company: dict[str, Any]) -> Row | None:
    """The connection; None if another company of the provider is connected."""
    values = {"id": new_id(), "attempt_id": attempt_id, **company}
    found = tx.all(_UPSERT_CONNECTED, values)
    tx.run(_DELETE_ATTEMPT, values)
    return found[0] if found else None


def update_status(tx: Tx, integration_id: UUID, status: str, reason: str | None) -> Row | None:
    """The connection, if that is news."""
    by = tx.caller.user_id if tx.caller else None
    return tx.one(_UPDATE_STATUS, {"id": integration_id, "status": status, "reason": reason, "by": by})


def select_reader(tx: Reading, integration: Row) -> UUID | None:
    """Who is told what becomes of the connection."""
    row = tx.one(_SELECT_READER, {name: integration[name] for name in ("organization_id", "user_id")})
    return row["id"] if row else None


_UPDATE_PAUSED = """
UPDATE integrations AS i
SET failures = i.failures + 1, reason = %(reason)s, updated_at = now(),
    paused_until = now() + make_interval(
        secs => greatest(%(seconds)s::int, (%(pauses)s::int[])[least(i.failures + 1, cardinality(%(pauses)s::int[]))]))
WHERE i.id = %(id)s
"""

_UPDATE_GOING = """
UPDATE integrations AS i SET failures = 0, reason = NULL, paused_until = NULL, updated_at = now()
WHERE i.id = %(id)s AND i.status = 'CONNECTED' AND (i.failures > 0 OR i.paused_until IS NOT NULL)
"""

_UPDATE_UNPAUSED = "UPDATE integrations AS i SET paused_until = NULL WHERE i.id = %(id)s"

_SELECT_PAUSED = "SELECT i.paused_until > now() AS is_paused FROM integrations i WHERE i.id = %(id)s"

_SELECT_DUE = f"""
SELECT {_COLUMNS}
FROM integrations i
WHERE i.status = 'CONNECTED' AND i.accounts <> '{{}}' AND i.batch_id IS NULL
  AND (i.paused_until IS NULL OR i.paused_until <= now())
  AND EXISTS (SELECT FROM integration_documents d
              WHERE d.integration_id = i.id AND {MAY_GO})
ORDER BY i.updated_at, i.id
LIMIT %(limit)s
"""


def update_paused(tx: Tx, integration_id: UUID, reason: str, seconds: int, pauses: tuple[int, ...]) -> None:
    """Nothing is sent for so long: what the provider asked for, or longer with each failure."""
    values = {"id": integration_id, "reason": reason, "seconds": seconds, "pauses": list(pauses)}
    tx.run(_UPDATE_PAUSED, values)


def update_going(tx: Tx, integration_id: UUID) -> None:
    """The provider answers again."""
    tx.run(_UPDATE_GOING, {"id": integration_id})


def update_unpaused(tx: Tx, integration_id: UUID) -> None:
    tx.run(_UPDATE_UNPAUSED, {"id": integration_id})


def select_due(tx: Tx, limit: int) -> list[Row]:
    """Connections with documents that may go, none of which is on its way."""
    return tx.all(_SELECT_DUE, {"limit": limit})


def is_paused(tx: Reading, integration_id: UUID) -> bool:
    """Whether nothing is sent to the provider at the moment."""
    row = tx.one(_SELECT_PAUSED, {"id": integration_id})
    return bool(row and row["is_paused"])
