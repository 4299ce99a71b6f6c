"""The taxes of payments whose lease names tax codes: the parts of each, and what a new rate changes.

Payments of leases that state a percent have no parts of their own: their tax is calculated where they are written.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Row, Tx
from shared.maths.currencies import exponent_of
from shared.maths.exact import added, less
from shared.maths.tax import TaxPart, combined, taxed, total_tax
from shared.payments.bound import LOCK_MONEY
from shared.payments.invoices import Off
from shared.taxes.rules import parts_of, rule_of, share, stored_parts

# An early end takes the days after it off.
_RULED = """p.id, p.contract_id, p.charge, p.period_start, p.taxes,
       least(coalesce(p.period_end, p.period_start), CASE WHEN p.credited_amount > 0 THEN c.terminates_on - 1 END)
           AS ends,
       p.amount - p.credited_amount AS net, p.credited_tax, c.currency, x.code, x.category, x.reason, x.rates"""

_FROM_RULED = """
FROM payments p
JOIN contracts c ON c.id = p.contract_id
JOIN tax_codes x ON x.organization_id = c.owner_organization_id AND x.code = c.terms #>> ARRAY['tax_codes', p.charge]
WHERE p.contract_id = ANY(%(contract_ids)s::uuid[]) AND p.status <> 'CANCELLED'
"""

_LOCK_UNINVOICED = "SELECT " + _RULED + _FROM_RULED + " AND p.invoiced_on IS NULL ORDER BY p.id FOR UPDATE OF p"

_UPDATE_TAXES = """
UPDATE payments p SET taxes = n.taxes, tax_amount = n.tax, updated_at = now()
FROM jsonb_to_recordset(%(rows)s) AS n (id uuid, taxes jsonb, tax numeric)
WHERE p.id = n.id
"""

# What changes on a day of its own are lines without a number: they keep the tax with which they were invoiced.
_LOCK_INVOICED = (
    "SELECT "
    + _RULED
    + """, i.id AS invoice_id, i.number, i.issued_on, i.taxes AS invoiced, p.owed,
       (SELECT jsonb_agg(n.taxes) FROM credited_invoices n
        WHERE n.contract_id = p.contract_id AND n.invoice_id = i.id) AS credited,
       (SELECT jsonb_agg(cited.value -> 'taxes')
        FROM invoices k CROSS JOIN jsonb_array_elements(k.corrects) AS cited
        WHERE k.contract_id = p.contract_id AND cited.value ->> 'invoice_id' = i.id::text) AS corrected
"""
    + _FROM_RULED.replace("WHERE", "JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'\nWHERE")
    + """ AND i.taxes IS NOT NULL AND (p.charge <> 'RENT' OR p.installment_number IS NOT NULL)
ORDER BY p.due_date, p.id
FOR UPDATE OF p
"""
)

# A correction is a line of its day, which must be no installment's first (a line a charge and period).
_FROM_BEHIND = """
FROM contracts c
CROSS JOIN LATERAL (SELECT app.today(c.premises #>> '{building,timezone}') AS today) AS there
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(x.code, x.version) AS versions FROM tax_codes x
    WHERE x.organization_id = c.owner_organization_id
      AND x.code IN (SELECT named.value FROM jsonb_each_text(c.terms -> 'tax_codes') AS named)
) AS followed
WHERE jsonb_typeof(c.terms -> 'tax_codes') = 'object'
  AND c.tax_versions IS DISTINCT FROM followed.versions
  AND EXISTS (SELECT FROM payments p WHERE p.contract_id = c.id)
  AND NOT EXISTS (SELECT FROM payments p
                  WHERE p.contract_id = c.id AND p.charge = 'RENT' AND p.period_start = there.today)
"""

_SELECT_BEHIND = "SELECT c.id" + _FROM_BEHIND + "ORDER BY c.id LIMIT %(limit)s"

_LOCK_BEHIND = (
    "SELECT c.id, there.today, followed.versions" + _FROM_BEHIND + "  AND c.id = %(contract_id)s FOR NO KEY UPDATE OF c"
)

_SELECT_RULE = """
SELECT x.code, x.category, x.reason, x.rates, c.currency
FROM contracts c
JOIN tax_codes x
    ON x.organization_id = c.owner_organization_id AND x.code = c.terms #>> ARRAY['tax_codes', %(charge)s]
WHERE c.id = %(contract_id)s
"""

_SELECT_PARTS = """
SELECT i.payment_id, i.taxes, i.currency,
       (SELECT jsonb_agg(n.taxes) FROM credited_invoices n
        WHERE n.contract_id = i.contract_id AND n.invoice_id = i.id) AS credited
FROM invoices i
WHERE i.payment_id = ANY(%(payment_ids)s::uuid[]) AND i.kind = 'INVOICE' AND i.taxes IS NOT NULL
"""

_UPDATE_BEHIND = "UPDATE contracts SET tax_versions = NULL WHERE id = %(contract_id)s AND tax_versions IS NOT NULL"

_UPDATE_FOLLOWED = "UPDATE contracts SET tax_versions = %(versions)s WHERE id = %(contract_id)s"


def retax(tx: Tx, contract_ids: Collection[UUID]) -> list[UUID]:
    """Payments of these contracts that are not invoiced yet get the taxes of the codes that their leases name; returns
    those that changed."""
    changed = []
    for row in tx.all(_LOCK_UNINVOICED, {"contract_ids": list(contract_ids)}):
        parts = _expected(row)
        if row["taxes"] is None or parts != parts_of(row["taxes"]):
            tax = added(total_tax(parts), row["credited_tax"])
            changed.append({"id": row["id"], "taxes": stored_parts(parts), "tax": tax})
    if changed:
        tx.run(_UPDATE_TAXES, {"rows": Jsonb(changed)})
    return [row["id"] for row in changed]


def update_taxes(tx: Tx, payment_id: UUID, parts: Sequence[TaxPart]) -> None:
    """A payment that is not invoiced yet has these parts."""
    row = {"id": payment_id, "taxes": stored_parts(parts), "tax": total_tax(parts)}
    tx.run(_UPDATE_TAXES, {"rows": Jsonb([row])})


def taxed_by_period(
    tx: Tx, contract_id: UUID, charge: str, periods: Sequence[tuple[date, date, Decimal]]
) -> list[tuple[TaxPart, ...]]:
    """The parts of amounts for several periods (first day, last day, amount), each by the rates of its days; none where
    the lease names no code for the charge."""
    row = tx.one(_SELECT_RULE, {"contract_id": contract_id, "charge": charge})
    if row is None:
        return []
    return [taxed(net, begins, ends, rule_of(row), exponent_of(row["currency"])) for begins, ends, net in periods]


def select_behind(tx: Tx, limit: int) -> list[UUID]:
    """Leases that do not follow their tax codes yet, by their ids: locked in this order, no two wait crosswise."""
    return [row["id"] for row in tx.all(_SELECT_BEHIND, {"limit": limit})]


def lock_behind(tx: Tx, contract_id: UUID) -> Row | None:
    """`id`, the building's `today` and the `versions` of the tax codes of such a lease, whose money nobody else moves
    meanwhile; None if it follows them by now."""
    values = {"contract_id": contract_id}
    tx.later(LOCK_MONEY, values)
    return tx.one(_LOCK_BEHIND, values)


def update_followed(tx: Tx, contract_id: UUID, versions: dict[str, int]) -> None:
    """The contract follows these versions of its tax codes."""
    tx.run(_UPDATE_FOLLOWED, {"contract_id": contract_id, "versions": Jsonb(versions)})


def follow_again(tx: Tx, contract_id: UUID) -> None:
    """What the contract's invoices were corrected by is looked at again within the hour: credit notes took some off."""
    tx.run(_UPDATE_BEHIND, {"contract_id": contract_id})


def corrections(tx: Tx, contract_id: UUID) -> tuple[list[Off], list[dict[str, Any]], tuple[TaxPart, ...]]:
    """What is to be corrected of the contract's invoices: the credit notes where too much tax was charged; and where it
    was too little, the invoices that a correction cites, and the parts of it."""
    offs: list[Off] = []
    cited: list[dict[str, Any]] = []
    more: tuple[TaxPart, ...] = ()
    for row in tx.all(_LOCK_INVOICED, {"contract_ids": [contract_id]}):
        charged = combined(parts_of(row["invoiced"], *(row["corrected"] or ())), parts_of(*(row["credited"] or ())))
        right = _expected(row)
        missing = less(total_tax(right), total_tax(charged))
        if missing < 0:
            off = min(-missing, row["owed"])
            if off == -missing:
                offs.append(Off(row["id"], Decimal(0), off, combined(charged, right)))
        elif missing > 0:
            parts = combined(right, charged)
            more = combined((*more, *parts))
            cited.append(
                {
                    "invoice_id": row["invoice_id"],
                    "number": row["number"],
                    "issued_on": row["issued_on"],
                    "net": Decimal(0),
                    "tax": missing,
                    "taxes": stored_parts(parts),
                }
            )
    return offs, cited, more


def _expected(row: Row) -> tuple[TaxPart, ...]:
    return taxed(row["net"], row["period_start"], row["ends"], rule_of(row), exponent_of(row["currency"]))


def with_parts(tx: Tx, offs: Sequence[Off]) -> list[Off]:
    """The amounts to credit, each with its share of the parts of the payment's invoice, where that has some."""
    rows = tx.all(_SELECT_PARTS, {"payment_ids": [off.payment_id for off in offs]})
    by_id = {row["payment_id"]: row for row in rows}
    return [
        off._replace(taxes=share(by_id[off.payment_id], off.net, off.tax)) if off.payment_id in by_id else off
        for off in offs
    ]
