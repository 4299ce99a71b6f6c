"""The SQL of tax codes, and of the tax on what was invoiced."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import creditor_sides, owned
from shared.taxes.models import TaxFilter

_SELECT = """
SELECT x.code, x.organization_id, x.category, x.reason, x.rates FROM tax_codes x
WHERE x.organization_id = %(organization_id)s
"""

_SELECT_ALL = _SELECT + " ORDER BY x.code"

_SELECT_ONE = _SELECT + " AND x.code = %(code)s"

# Changes of one code come one after the other, so that each is a version.
_LOCK_CODE = """
SELECT pg_advisory_xact_lock(hashtextextended('tax ' || %(organization_id)s::text || ' ' || %(code)s, 0)) IS NULL
    AS locked
"""

_UPSERT = """
INSERT INTO tax_codes (id, organization_id, code, category, reason, rates, created_by, updated_by)
VALUES (%(id)s, %(organization_id)s, %(code)s, %(category)s, %(reason)s, %(rates)s, %(by)s, %(by)s)
ON CONFLICT (organization_id, code) DO UPDATE
SET category = excluded.category, reason = excluded.reason, rates = excluded.rates, version = tax_codes.version + 1,
    updated_at = now(), updated_by = excluded.updated_by
"""

# A document without parts of its own is of a lease that states a percent. A deposit is no supply.
_SELECT_TAX = f"""
SELECT part.code, part.category, part.percent, i.currency, sum(this.sign * part.net) AS net,
       sum(this.sign * part.tax) AS tax
FROM invoices i
JOIN payments p ON p.id = i.payment_id AND p.charge <> 'DEPOSIT'
CROSS JOIN LATERAL (SELECT CASE i.kind WHEN 'INVOICE' THEN 1 ELSE -1 END AS sign) AS this
CROSS JOIN LATERAL (
    SELECT t.code, t.category, t.percent, t.net, t.tax
    FROM jsonb_to_recordset(i.taxes) AS t (code text, category text, percent numeric, net numeric, tax numeric)
    UNION ALL
    SELECT NULL, 'STANDARD', i.tax_percent, i.net_amount, i.tax_amount WHERE i.taxes IS NULL AND i.tax_percent > 0
) AS part
WHERE {owned("i")}
  AND (%(begins)s::date IS NULL OR coalesce(i.posted_on, i.issued_on) >= %(begins)s)
  AND (%(ends)s::date IS NULL OR coalesce(i.posted_on, i.issued_on) <= %(ends)s)
GROUP BY part.code, part.category, part.percent, i.currency
HAVING sum(this.sign * part.net) <> 0 OR sum(this.sign * part.tax) <> 0
ORDER BY part.code NULLS LAST, part.percent DESC, i.currency
"""

# A reversal takes the relief back on its own day.
_SELECT_RELIEFS = f"""
SELECT i.taxes, NULL AS credited, i.tax_percent, i.currency, t.written_off - t.relieved_tax AS net,
       t.relieved_tax AS tax
FROM booked_transactions t
JOIN invoices i ON i.payment_id = t.payment_id AND i.kind = 'INVOICE'
WHERE {owned("t")} AND t.relieved_tax <> 0
  AND (%(begins)s::date IS NULL OR t.posted_on >= %(begins)s)
  AND (%(ends)s::date IS NULL OR t.posted_on <= %(ends)s)
"""


def select_codes(tx: Reading, organization_id: UUID) -> list[Row]:
    """All tax codes of the organization."""
    return tx.all(_SELECT_ALL, {"organization_id": organization_id})


def lock_code(tx: Tx, organization_id: UUID, code: str) -> Row | None:
    """The tax code, which nobody else changes until the transaction ends; None where it is new."""
    values = {"organization_id": organization_id, "code": code}
    _, found = tx.batch((_LOCK_CODE, values), (_SELECT_ONE, values))
    return found[0] if found else None


def update_code(tx: Tx, organization_id: UUID, code: str, stored: Row) -> Row:
    """The tax code, new or changed."""
    values: dict[str, Any] = {"id": new_id(), "organization_id": organization_id, "code": code, **stored}
    tx.run(_UPSERT, values | {"rates": Jsonb(stored["rates"]), "by": tx.caller.user_id if tx.caller else None})
    return tx.all(_SELECT_ONE, values)[0]


def select_tax(tx: Reading, caller: Caller, asked: TaxFilter) -> tuple[list[Row], list[Row]]:
    """What was invoiced and credited, by code, rate and currency; and each write-off that relieves tax, with the
    `taxes` or the `tax_percent` of its invoice."""
    values = {**creditor_sides(caller), **asked.model_dump()}
    invoiced, reliefs = tx.batch((_SELECT_TAX, values), (_SELECT_RELIEFS, values))
    return invoiced, reliefs
