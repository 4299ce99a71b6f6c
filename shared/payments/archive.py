"""The SQL of a payment's documents: their contents, and where they are stored."""

from typing import Any
from uuid import UUID

from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import mine, sides_of

# Money is never recorded before it came: a row that says so was written while the business clock was ahead.
_DOCUMENTS = """
SELECT i.id AS invoice_id, i.number, i.issued_on, i.due_date, coalesce(i.tax_percent, 0) AS tax_percent,
       coalesce(i.tax_amount, p.tax_amount) AS tax_amount, i.taxes, i.corrects,
       coalesce(i.total_amount, p.amount + p.tax_amount) AS total_amount,
       i.paid_amount AS paid_at_issue, p.currency,
       -- What was invoiced before an import has no invoice here.
       coalesce(i.lines, jsonb_build_array(jsonb_build_object(
           'charge', p.charge, 'period_start', p.period_start, 'period_end', p.period_end, 'amount', p.amount,
           'tax_amount', p.tax_amount))) AS lines,
       coalesce(i.owner_party, c.owner_party) AS owner_party, coalesce(i.client_party, c.client_party) AS client_party,
       p.id AS payment_id, p.contract_id, p.installment_number, p.total_installments, c.premises,
       (c.created_at AT TIME ZONE (c.premises #>> '{building,timezone}'))::date AS contract_issued_on,
       (SELECT jsonb_agg(jsonb_build_object(
                   'id', t.id, 'number', n.number, 'amount', t.amount, 'paid_date', t.paid_date,
                   'payment_method', t.payment_method, 'transaction_reference', t.transaction_reference,
                   'recorded_on', greatest(
                       t.paid_date, (t.created_at AT TIME ZONE (c.premises #>> '{building,timezone}'))::date))
               ORDER BY t.id)
        FROM (SELECT o.id, row_number() OVER (ORDER BY o.id) AS number FROM payment_transactions o
              WHERE o.payment_id = p.id AND o.kind = 'PAYMENT') AS n
        JOIN standing_transactions t ON t.id = n.id) AS transactions,
       -- The rents that a late fee or interest is for.
       (SELECT jsonb_agg(jsonb_build_object('number', n.number, 'period_start', r.period_start) ORDER BY n.number)
        FROM payments r
        JOIN invoices n ON n.payment_id = r.id AND n.kind = 'INVOICE'
        WHERE r.contract_id = p.contract_id AND r.charge = 'RENT' AND r.installment_number IS NOT NULL
          AND CASE p.charge WHEN 'LATE_FEE' THEN r.period_end IS NOT DISTINCT FROM p.period_end
                            WHEN 'INTEREST' THEN p.explanation::text LIKE '%%For the rent due on ' || r.due_date || '%%'
                            ELSE false END) AS rents,
       -- What else had settled it, or taken off what is owed, before the latest money came.
       (SELECT coalesce(sum(t.settled), 0) FROM standing_transactions t
        WHERE t.payment_id = p.id AND t.kind <> 'PAYMENT' AND t.id < latest.id) AS applied,
       (SELECT coalesce(sum(n.net + n.tax), 0) FROM credited_invoices n
        WHERE n.contract_id = p.contract_id AND n.payment_id = p.id AND n.note_id < latest.id) AS credited,
       (SELECT coalesce(sum(t.written_off), 0) FROM booked_transactions t
        WHERE t.payment_id = p.id AND t.id < latest.id) AS written_off,
       (SELECT coalesce(sum(t.amount), 0) FROM standing_transactions t
        WHERE t.payment_id = p.id AND t.kind = 'CREDIT') AS credit
FROM payments p
JOIN contracts c ON c.id = p.contract_id
LEFT JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'
CROSS JOIN LATERAL (
    SELECT max(m.id::text)::uuid AS id FROM standing_transactions m WHERE m.payment_id = p.id AND m.kind = 'PAYMENT'
) AS latest
WHERE p.id = %(payment_id)s
"""

_SELECT_MY_DOCUMENTS = _DOCUMENTS + " AND " + mine("p")

_CREDIT_NOTE = """
SELECT p.id, p.number, p.contract_id, p.payment_id, p.issued_on, p.reason, p.tax_percent, p.tax_amount, p.taxes,
       p.total_amount, p.currency, p.lines, p.owner_party, p.client_party, c.premises,
       ended.effective_date, ended.end_credit,
       (c.created_at AT TIME ZONE (c.premises #>> '{building,timezone}'))::date AS contract_issued_on,
       (SELECT jsonb_agg(jsonb_build_object('number', n.number, 'issued_on', n.invoiced_on, 'net', n.net)
                         ORDER BY n.number)
        FROM credited_invoices n WHERE n.note_id = p.id) AS credits
FROM invoices p
JOIN contracts c ON c.id = p.contract_id
-- The notes of an early end give its reason.
LEFT JOIN LATERAL (
    SELECT c.terminates_on AS effective_date, c.end_credit WHERE p.reason = c.termination_reason
) AS ended ON true
WHERE p.id = %(credit_note_id)s AND p.kind = 'CREDIT_NOTE'
"""

_SELECT_MY_CREDIT_NOTE = _CREDIT_NOTE + " AND " + mine("p")

_INSERT_DOCUMENT = """
INSERT INTO documents (id, kind, contract_id, payment_id, invoice_id, transaction_id, owner_organization_id,
                       client_organization_id, number, object_key, sha256, byte_size)
SELECT %(id)s, %(kind)s, p.contract_id, p.id, %(invoice_id)s, %(transaction_id)s, p.owner_organization_id,
       p.client_organization_id, %(number)s, %(key)s, %(sha256)s, %(size)s
FROM payments p
WHERE p.id = %(payment_id)s
ON CONFLICT (object_key) DO NOTHING
"""


def select_my_documents(tx: Reading, caller: Caller, payment_id: UUID) -> Row | None:
    """The contents of the invoice and the receipts of one of the caller's payments."""
    return tx.one(_SELECT_MY_DOCUMENTS, {"payment_id": payment_id, **sides_of(caller)})


def select_documents(tx: Reading, payment_id: UUID) -> Row:
    """The contents of any payment's invoice and receipts, for the queue that renders them."""
    return tx.batch((_DOCUMENTS, {"payment_id": payment_id}))[0][0]


def select_my_credit_note(tx: Reading, caller: Caller, credit_note_id: UUID) -> Row | None:
    """The contents of one of the caller's credit notes."""
    return tx.one(_SELECT_MY_CREDIT_NOTE, {"credit_note_id": credit_note_id, **sides_of(caller)})


def select_credit_note(tx: Reading, credit_note_id: UUID) -> Row:
    """The contents of any credit note, for the queue that renders it."""
    return tx.batch((_CREDIT_NOTE, {"credit_note_id": credit_note_id}))[0][0]


def insert_document(tx: Tx, values: dict[str, Any]) -> None:
    """Insert the row of a stored PDF: `kind`, `payment_id`, `invoice_id`, `transaction_id`, `number`, `key`, `sha256`,
    `size` in bytes. One that is there already stays."""
    tx.run(_INSERT_DOCUMENT, values | {"id": new_id()})
