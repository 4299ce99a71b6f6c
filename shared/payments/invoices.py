"""The SQL of the list of invoices, and of credit notes."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.maths.tax import TaxPart, combined
from shared.organizations.sides import creditor_sides, mine, sides_of
from shared.payments.bound import lock_money
from shared.payments.models import InvoiceFilter, Payment
from shared.payments.queries import linked, select_many
from shared.payments.taxes import PERCENT_OF_INVOICE, TAXES_OF_INVOICE
from shared.taxes.rules import stored_parts

SHOWN = f"""
SELECT p.id, p.kind, p.number,
       CASE p.kind WHEN 'INVOICE' THEN 'INV-' ELSE 'CN-' END
       || lpad(p.number::text, greatest(6, length(p.number::text)), '0') AS reference,
       p.contract_id, p.payment_id, p.owner_organization_id, p.client_organization_id, p.credits_invoice_id, p.reason,
       p.net_amount, {PERCENT_OF_INVOICE} AS tax_percent, p.tax_amount, {TAXES_OF_INVOICE} AS taxes,
       coalesce(p.corrects, '[]') AS corrects, p.total_amount, p.paid_amount,
       (SELECT coalesce(sum(n.net + n.tax), 0) FROM credited_invoices n
        WHERE n.contract_id = p.contract_id AND n.invoice_id = p.id) AS credited_amount,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('invoice_id', n.invoice_id, 'number', n.number,
                                                     'issued_on', n.invoiced_on, 'net', n.net, 'tax', n.tax)
                                  ORDER BY n.number), '[]')
        FROM credited_invoices n WHERE n.note_id = p.id) AS credits,
       p.currency, p.issued_on, CASE p.kind WHEN 'INVOICE' THEN p.due_date END AS due_date,
       -- Those of earlier releases say no tax of their own: it is the whole's, or the credited invoice's.
       (SELECT jsonb_agg(jsonb_build_object('tax_amount', coalesce(p.credits -> (l.place - 1)::integer -> 'tax',
                                                                   to_jsonb(p.tax_amount))) || l.line
                         ORDER BY l.place)
        FROM jsonb_array_elements(p.lines) WITH ORDINALITY AS l (line, place)) AS lines,
       CASE p.kind WHEN 'INVOICE'
            THEN %(public_url)s || '/api/v1/payments/' || p.payment_id || '/invoice' END AS invoice_url,
       CASE p.kind WHEN 'CREDIT_NOTE' THEN %(public_url)s || '/api/v1/credit-notes/' || p.id END AS credit_note_url,
       p.created_at
FROM invoices p
"""

_SELECT_PAGE = (
    SHOWN
    + " WHERE "
    + mine("p")
    + """
  AND (%(contract_id)s::uuid IS NULL OR p.contract_id = %(contract_id)s)
  AND (%(kind)s::text IS NULL OR p.kind = %(kind)s)
  AND (%(before)s::timestamptz IS NULL OR (p.created_at, p.id) < (%(before)s, %(before_id)s::uuid))
ORDER BY p.created_at DESC, p.id DESC
LIMIT %(limit)s
"""
)

_SELECT_MINE = SHOWN + " WHERE p.id = %(invoice_id)s AND " + mine("p")

_SELECT_ONE = SHOWN + " WHERE p.id = %(note_id)s"

# The payment is locked while its invoice is credited: nobody else settles or credits it meanwhile.
_LOCK_PAYMENT = (
    """
SELECT p.id FROM payments p
WHERE p.id = (SELECT i.payment_id FROM invoices i WHERE i.id = %(invoice_id)s AND i.kind = 'INVOICE') AND """
    + mine("p")
    + " FOR UPDATE"
)

_LOCK_MONEY = lock_money("p.contract_id") + "FROM invoices p WHERE p.id = %(invoice_id)s AND " + mine("p")

_SELECT_STANDING = """
SELECT i.id, i.payment_id, i.contract_id, i.net_amount, i.tax_amount, i.taxes, i.currency, p.paid_amount,
       p.written_off_amount,
       n.credited, coalesce(n.net, 0) AS credited_net, coalesce(n.tax, 0) AS credited_tax,
       app.today(c.premises #>> '{building,timezone}') AS today
FROM invoices i
JOIN payments p ON p.id = i.payment_id
JOIN contracts c ON c.id = i.contract_id
LEFT JOIN LATERAL (
    SELECT sum(o.net) AS net, sum(o.tax) AS tax, jsonb_agg(o.taxes) AS credited FROM credited_invoices o
    WHERE o.contract_id = i.contract_id AND o.invoice_id = i.id
) AS n ON true
WHERE i.id = %(invoice_id)s
"""

# Their own series, numbered without gaps as the invoices' are (queries.py). Before they had one they were counted with
# the invoices: it goes on after the highest.
_INSERT_CREDIT_NOTES = """
WITH asked AS (
    SELECT a.note_id, a.net, a.tax, a.parts, a.note_parts, i.id, i.number, i.payment_id, i.issued_on,
           i.owner_organization_id,
           -- An early end credits the days from then on.
           i.lines -> 0 || jsonb_build_object('amount', a.net, 'tax_amount', a.tax,
                                              'period_end', i.lines -> -1 -> 'period_end')
           || CASE WHEN %(first_day)s::date > (i.lines -> 0 ->> 'period_start')::date
                        AND %(first_day)s::date <= (i.lines -> 0 ->> 'period_end')::date
                   THEN jsonb_build_object('period_start', %(first_day)s::date) ELSE '{}' END AS line
    FROM unnest(%(note_ids)s::uuid[], %(payment_ids)s::uuid[], %(nets)s::numeric[], %(taxes)s::numeric[],
                %(parts)s::jsonb[], %(note_parts)s::jsonb[]) AS a (note_id, payment_id, net, tax, parts, note_parts)
    JOIN invoices i ON i.payment_id = a.payment_id AND i.kind = 'INVOICE'
), noted AS (
    SELECT a.note_id, a.owner_organization_id, (array_agg(a.id ORDER BY a.number))[1] AS first_id,
           sum(a.net) AS net, sum(a.tax) AS tax, jsonb_agg(a.line ORDER BY a.number) AS lines,
           (array_agg(a.note_parts))[1] AS taxes,
           CASE WHEN count(*) > 1 THEN
               jsonb_agg(jsonb_build_object('invoice_id', a.id, 'payment_id', a.payment_id, 'number', a.number,
                                            'issued_on', a.issued_on, 'net', a.net, 'tax', a.tax,
                                            'taxes', a.parts) ORDER BY a.number)
           END AS credits,
           row_number() OVER (PARTITION BY a.owner_organization_id ORDER BY min(a.number)) AS place,
           count(*) OVER (PARTITION BY a.owner_organization_id) AS places
    FROM asked a
    GROUP BY a.note_id, a.owner_organization_id
), counted AS (
    INSERT INTO invoice_counters (organization_id, last_credit_number)
    SELECT n.owner_organization_id, n.places + coalesce((SELECT max(o.number) FROM invoices o
                                                         WHERE o.owner_organization_id = n.owner_organization_id
                                                           AND o.kind = 'CREDIT_NOTE'), 0)
    FROM noted n GROUP BY n.owner_organization_id, n.places ORDER BY n.owner_organization_id
    ON CONFLICT (organization_id) DO UPDATE
    SET last_credit_number = greatest(invoice_counters.last_credit_number + (SELECT n.places FROM noted n
                                          WHERE n.owner_organization_id = excluded.organization_id LIMIT 1),
                                      excluded.last_credit_number)
    RETURNING organization_id, last_credit_number
)
INSERT INTO invoices (id, contract_id, payment_id, owner_organization_id, client_organization_id, kind, number,
                      credits_invoice_id, credits, reason, net_amount, tax_percent, tax_amount, taxes, total_amount,
                      currency, issued_on, due_date, lines, owner_party, client_party, created_by)
SELECT a.note_id, i.contract_id, i.payment_id, i.owner_organization_id, i.client_organization_id, 'CREDIT_NOTE',
       n.last_credit_number - a.places + a.place, i.id, a.credits, %(reason)s, a.net, i.tax_percent, a.tax,
       a.taxes, a.net + a.tax, i.currency,
       app.today(c.premises #>> '{building,timezone}'), app.today(c.premises #>> '{building,timezone}'),
       a.lines, i.owner_party || today.owner, i.client_party || today.client, %(by)s
FROM noted a
JOIN counted n ON n.organization_id = a.owner_organization_id
JOIN invoices i ON i.id = a.first_id
JOIN contracts c ON c.id = i.contract_id
CROSS JOIN LATERAL app.letterheads(c.owner_organization_id, c.client_organization_id) AS today
RETURNING id, payment_id, number, total_amount
"""

# A payment of which nothing is owed any more is cancelled.
_UPDATE_CREDITED = """
UPDATE payments p
SET credited_amount = p.credited_amount + a.net, credited_tax = p.credited_tax + a.tax,
    status = CASE WHEN p.owed = a.net + a.tax THEN 'CANCELLED' ELSE p.status END,
    updated_at = now(), updated_by = %(by)s
FROM unnest(%(payment_ids)s::uuid[], %(nets)s::numeric[], %(taxes)s::numeric[]) AS a (payment_id, net, tax)
WHERE p.id = a.payment_id
"""


class Off(NamedTuple):
    """An amount to credit on a payment: the net amount and the tax."""

    payment_id: UUID
    net: Decimal
    tax: Decimal
    taxes: tuple[TaxPart, ...] | None = None
    """Its parts, where the invoice has some."""


def select_invoices(tx: Reading, caller: Caller, asked: InvoiceFilter) -> list[Row]:
    """One row more than the page holds."""
    before, before_id = asked.key_before(datetime.fromisoformat, UUID)
    values = {
        **linked(sides_of(caller)),
        **asked.model_dump(include={"contract_id", "kind"}),
        "before": before,
        "before_id": before_id,
        "limit": asked.limit + 1,
    }
    return tx.all(_SELECT_PAGE, values)


def select_invoice(tx: Reading, caller: Caller, invoice_id: UUID) -> Row | None:
    """An invoice or credit note of the caller's."""
    return tx.one(_SELECT_MINE, {"invoice_id": invoice_id, **linked(sides_of(caller))})


def lock_invoice(tx: Tx, caller: Caller, invoice_id: UUID) -> Row | None:
    """An invoice that the caller's side issued, with what was credited before; its payment is locked."""
    values = {"invoice_id": invoice_id, **creditor_sides(caller)}
    _, locked, invoices = tx.batch((_LOCK_MONEY, values), (_LOCK_PAYMENT, values), (_SELECT_STANDING, values))
    return invoices[0] if locked else None


def insert_credit_notes(
    tx: Tx, offs: list[Off], reason: str, *, as_one: bool = False, first_day: date | None = None
) -> dict[UUID, Row]:
    """The credit notes of those payments (locked before) that have invoices, by payment: `id`, `number`,
    `total_amount`; `as_one` a single note, by the payment of its first invoice. They are for the days from `first_day`
    on where it lies within an invoice's period. Of payments without an invoice it is only kept that so much is not
    owed."""
    values = _values(tx, offs, reason, as_one=as_one) | {"first_day": first_day}
    tx.run(_UPDATE_CREDITED, values)
    return {row["payment_id"]: row for row in tx.all(_INSERT_CREDIT_NOTES, values)}


def insert_credit_note(tx: Tx, caller: Caller, off: Off, reason: str) -> tuple[Row, Payment]:
    """Issue a credit note for one payment; returns the note as it is listed, and the payment."""
    values = _values(tx, [off], reason) | linked(sides_of(caller))
    values |= {"note_id": values["note_ids"][0], "first_day": None}
    tx.run(_UPDATE_CREDITED, values)
    tx.run(_INSERT_CREDIT_NOTES, values)
    asked_note = tx.later(_SELECT_ONE, values)
    [payment] = select_many(tx, [off.payment_id])
    return asked_note.answer()[0], payment


def _values(tx: Tx, offs: list[Off], reason: str, *, as_one: bool = False) -> dict[str, Any]:
    one, parts = new_id(), [off.taxes for off in offs]
    whole = combined(part for some in parts for part in some or ())
    return {
        "note_ids": [one if as_one else new_id() for _ in offs],
        "payment_ids": [off.payment_id for off in offs],
        "nets": [off.net for off in offs],
        "taxes": [off.tax for off in offs],
        "parts": [_stored(some) for some in parts],
        "note_parts": [_stored(whole if as_one and some is not None else some) for some in parts],
        "reason": reason,
        "by": tx.caller.user_id if tx.caller else None,
    }


def _stored(parts: tuple[TaxPart, ...] | None) -> Jsonb | None:
    return None if parts is None else Jsonb(stored_parts(parts))
