"""The SQL of payments, their transactions and invoices."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Asked, Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.kit.settings import setting
from shared.maths.currencies import WHOLE_CURRENCIES
from shared.organizations.sides import Sides, creditor_sides, mine, sides_of
from shared.payments.bound import BOUND, CREDIT, THERE, held_of, lock_money
from shared.payments.models import Payment, PaymentFilter, Recording
from shared.payments.rules import Reversal
from shared.payments.settling import settle
from shared.payments.taxes import TAXES_OF_PAYMENT

_SELECT = f"""
SELECT p.id, p.contract_id, p.payer_id, p.owner_organization_id, p.client_organization_id, p.charge, p.amount,
       p.abatement, p.tax_amount, {TAXES_OF_PAYMENT} AS taxes,
       p.credited_amount + p.credited_tax AS credited_amount, p.written_off_amount,
       p.paid_amount, p.currency, p.period_start, p.period_end, p.due_date, p.paid_date, p.status,
       (SELECT c.premises #>> '{{building,timezone}}' FROM contracts c WHERE c.id = p.contract_id) AS timezone,
       p.installment_number, p.total_installments, p.payment_method, p.created_at, p.updated_at,
       CASE WHEN p.invoiced_on IS NOT NULL AND NOT p.invoiced_elsewhere
            THEN %(public_url)s || '/api/v1/payments/' || p.id || '/invoice' END AS invoice_url,
       -- Counted: for EXISTS the planner would read the transactions of all payments into a table.
       CASE WHEN p.paid_amount > 0
             AND (SELECT count(*) FROM standing_transactions t WHERE t.payment_id = p.id AND t.kind = 'PAYMENT') > 0
            THEN %(public_url)s || '/api/v1/payments/' || p.id || '/receipt' END AS receipt_url,
       (SELECT l.id FROM payment_plans l
        WHERE l.contract_id = p.contract_id AND p.id = ANY(l.payment_ids) AND l.cancelled_on IS NULL
        ORDER BY l.id DESC LIMIT 1) AS payment_plan_id
FROM payments p
"""

_MINE = mine("p")

_SELECT_PAGE = (
    _SELECT
    + " WHERE "
    + _MINE
    + """
  AND (%(contract_id)s::uuid IS NULL OR p.contract_id = %(contract_id)s)
  AND (%(status)s::text IS NULL OR p.status = %(status)s)
  AND (%(due_date_from)s::date IS NULL OR p.due_date >= %(due_date_from)s)
  AND (%(due_date_to)s::date IS NULL OR p.due_date <= %(due_date_to)s)
  AND (%(after)s::date IS NULL OR (p.due_date, p.id) > (%(after)s, %(after_id)s::uuid))
ORDER BY p.due_date, p.id
LIMIT %(limit)s
"""
)

_SELECT_ONE = _SELECT + " WHERE p.id = %(payment_id)s AND " + _MINE

_LOCK_ONE = "SELECT p.id FROM payments p WHERE p.id = %(payment_id)s AND " + _MINE + " FOR UPDATE"

_SELECT_CONTRACT_STATE = f"""
SELECT {BOUND} AS is_bound, there.timezone, there.today, there.earliest, p.owed - p.paid_amount AS open_amount,
       p.owed > 0 OR i.id IS NOT NULL AS is_asked_for, p.invoiced_elsewhere,
       i.id AS invoice_id, i.number AS invoice_number,
       (SELECT coalesce(sum(o.owed - o.paid_amount), 0) FROM payments o
        WHERE o.contract_id = c.id AND o.owed > o.paid_amount) AS contract_open_amount,
       {CREDIT} AS credit, {held_of("c.id")} AS deposit_held,
       EXISTS (SELECT FROM payments f
               WHERE f.contract_id = c.id AND f.charge = 'LATE_FEE' AND f.owed > 0) AS has_fees,
       EXISTS (SELECT FROM standing_transactions t
               WHERE t.contract_id = c.id AND t.kind = 'PAYMENT' AND t.transaction_reference = %(reference)s) AS is_seen
FROM payments p
JOIN contracts c ON c.id = p.contract_id
LEFT JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'
{THERE}
WHERE p.id = %(payment_id)s
"""

_LOCK_MONEY = lock_money("p.contract_id") + "FROM payments p WHERE p.id = %(payment_id)s AND " + _MINE

_INSERT_TRANSACTION = """
INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, kind,
                                  amount, currency, paid_date, payment_method, transaction_reference, created_by)
SELECT %(id)s, p.id, p.contract_id, p.owner_organization_id, p.client_organization_id, %(kind)s,
       %(amount)s, p.currency, %(paid_date)s, %(payment_method)s, %(transaction_reference)s, %(by)s
FROM payments p
WHERE p.id = %(payment_id)s
"""

# Payments that have an invoice, of ours or from before an import, get no other. The documents say of both sides what
# they say of themselves today: the law asks for the address and the tax id of the day of issue, not of the day of the
# lease. The counters' rows are locked until the transaction ends, so that numbers have no gaps, and always in the same
# order, so that no two wait crosswise.
_INSERT_INVOICES = """
WITH listed AS (
    SELECT p.id, p.owner_organization_id, a.invoice_id,
           row_number() OVER (PARTITION BY p.owner_organization_id ORDER BY p.due_date, p.id) AS place,
           count(*) OVER (PARTITION BY p.owner_organization_id) AS places
    FROM unnest(%(payment_ids)s::uuid[], %(invoice_ids)s::uuid[]) AS a (payment_id, invoice_id)
    JOIN payments p ON p.id = a.payment_id
    WHERE NOT p.invoiced_elsewhere
      AND NOT EXISTS (SELECT FROM invoices i WHERE i.payment_id = p.id AND i.kind = 'INVOICE')
), counted AS (
    INSERT INTO invoice_counters (organization_id, last_number)
    SELECT owner_organization_id, count(*) FROM listed GROUP BY owner_organization_id ORDER BY owner_organization_id
    ON CONFLICT (organization_id) DO UPDATE SET last_number = invoice_counters.last_number + excluded.last_number
    RETURNING organization_id, last_number
)
INSERT INTO invoices (id, contract_id, payment_id, owner_organization_id, client_organization_id, kind, number,
                      net_amount, tax_percent, tax_amount, total_amount, paid_amount, currency, issued_on, due_date,
                      lines, taxes, corrects, owner_party, client_party, created_by)
SELECT a.invoice_id, c.id, p.id, p.owner_organization_id, p.client_organization_id, 'INVOICE',
       n.last_number - a.places + a.place, asked.net,
       CASE WHEN jsonb_array_length(p.taxes) = 1 THEN (p.taxes #>> '{0,percent}')::numeric
            WHEN p.taxes IS NULL AND p.charge = 'RENT' THEN c.tax_percent ELSE 0 END,
       asked.tax, asked.net + asked.tax, p.paid_amount, p.currency,
       app.today(c.premises #>> '{building,timezone}'), p.due_date,
       -- What an early end took off before the invoice is asked for by nobody.
       coalesce(%(lines)s::jsonb -> p.id::text,
                jsonb_build_array(jsonb_build_object('charge', p.charge, 'period_start', p.period_start,
                                                     'period_end',
                                                     CASE WHEN p.credited_amount > 0 THEN c.terminates_on - 1
                                                          ELSE p.period_end END,
                                                     'amount', asked.net, 'tax_amount', asked.tax))),
       p.taxes, %(corrects)s,
       c.owner_party || today.owner, c.client_party || today.client, %(by)s
FROM listed a
JOIN counted n ON n.organization_id = a.owner_organization_id
JOIN payments p ON p.id = a.id
JOIN contracts c ON c.id = p.contract_id
CROSS JOIN LATERAL (
    SELECT p.amount - p.credited_amount AS net, p.tax_amount - p.credited_tax AS tax
) AS asked
CROSS JOIN LATERAL app.letterheads(c.owner_organization_id, c.client_organization_id) AS today
RETURNING id, payment_id, number
"""

# The money that stands, and the credit that it left; the latest first.
_SELECT_STANDING = """
SELECT t.id, t.kind, t.amount
FROM standing_transactions t
WHERE t.payment_id = %(payment_id)s AND t.kind NOT IN ('APPLIED', 'OPENING_BALANCE', 'OPENING_CHARGE', 'RECLAIM')
ORDER BY t.id DESC
"""

_INSERT_REVERSAL = """
INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, kind,
                                  amount, currency, paid_date, payment_method, transaction_reference, reverses_id,
                                  reason, created_by)
SELECT %(id)s, t.payment_id, t.contract_id, t.owner_organization_id, t.client_organization_id, 'REVERSAL',
       t.amount, t.currency, %(today)s, t.payment_method, t.transaction_reference, t.id, %(reason)s, %(by)s
FROM payment_transactions t
WHERE t.id = %(transaction_id)s
"""

_INSERT_LINE = """
INSERT INTO payments (id, contract_id, owner_organization_id, client_organization_id, payer_id, charge,
                      period_start, period_end, amount, abatement, tax_amount, currency, due_date,
                      installment_number, total_installments, explanation)
SELECT %(id)s, c.id, c.owner_organization_id, c.client_organization_id, c.client_id, %(charge)s,
       %(period_start)s, %(period_end)s, %(amount)s, %(abatement)s,
       coalesce(%(tax_amount)s::numeric,
                CASE WHEN %(charge)s = 'RENT'
                     THEN round(%(amount)s * c.tax_percent / 100,
                                CASE WHEN c.currency = ANY(%(whole_currencies)s::text[]) THEN 0 ELSE 2 END)
                     ELSE 0 END),
       c.currency, %(due_date)s,
       %(installment_number)s, %(total_installments)s, %(explanation)s
FROM contracts c
WHERE c.id = %(contract_id)s
ON CONFLICT (contract_id, charge, period_start) DO NOTHING
"""

_UPDATE_CANCELLED = """
UPDATE payments SET status = 'CANCELLED', updated_at = now() WHERE id = ANY(%(payment_ids)s::uuid[])
"""

_DELETE_SCHEDULE = """
DELETE FROM payments
WHERE contract_id = %(contract_id)s AND paid_amount = 0 AND (status = 'SCHEDULED' OR (status = 'PAID' AND owed = 0))
"""

_SELECT_EXPLANATION = "SELECT p.amount, p.explanation FROM payments p WHERE p.id = %(payment_id)s AND " + _MINE

_SELECT_MANY = _SELECT + " WHERE p.id = ANY(%(payment_ids)s::uuid[]) ORDER BY p.due_date, p.id"


def linked(sides: Sides) -> dict[str, Any]:
    """The sides, with what the links to a payment's documents begin with."""
    return {**sides, "public_url": setting("PUBLIC_URL")}


def select_payments(tx: Reading, caller: Caller, asked: PaymentFilter) -> list[Row]:
    """One row more than the page holds."""
    after, after_id = asked.key_before(date.fromisoformat, UUID)
    values = {
        **linked(sides_of(caller)),
        **asked.model_dump(include={"contract_id", "status", "due_date_from", "due_date_to"}),
        "after": after,
        "after_id": after_id,
        "limit": asked.limit + 1,
    }
    return tx.all(_SELECT_PAGE, values)


def select_payment(tx: Reading, caller: Caller, payment_id: UUID) -> Row | None:
    """One payment of the caller's."""
    return tx.one(_SELECT_ONE, {"payment_id": payment_id, **linked(sides_of(caller))})


def select_explanation(tx: Reading, caller: Caller, payment_id: UUID) -> Row | None:
    """The `amount` of one of the caller's payments, and its `explanation`, step by step."""
    return tx.one(_SELECT_EXPLANATION, {"payment_id": payment_id, **sides_of(caller)})


def lock_payment(
    tx: Tx, caller: Caller, payment_id: UUID, reference: str | None
) -> tuple[Row | None, Row | None, list[Row]]:
    """The payment, locked, the state of its contract (`is_seen`: money came with that reference before), and its
    transactions that nothing has reversed, latest first."""
    values = {"payment_id": payment_id, "reference": reference, **linked(creditor_sides(caller))}
    _, locked, payments, contracts, standing = tx.batch(
        (_LOCK_MONEY, values),
        (_LOCK_ONE, values),
        (_SELECT_ONE, values),
        (_SELECT_CONTRACT_STATE, values),
        (_SELECT_STANDING, values),
    )
    return (payments[0] if locked else None), (contracts[0] if contracts else None), standing


def record_money(
    tx: Tx, caller: Caller, payment: Payment, recording: Recording, settled: Decimal, credit: Decimal, today: date
) -> Row:
    """Record money for a payment, and issue its invoice if it has none; returns the payment's row."""
    values: dict[str, Any] = {
        "payment_id": payment.id,
        "paid_date": recording.paid_date,
        "payment_method": recording.payment_method,
        "transaction_reference": recording.transaction_reference,
        "by": caller.user_id,
        **linked(sides_of(caller)),
    }
    tx.run(_INSERT_INVOICES, values | _invoiced(tx, [payment.id]))
    tx.run(_INSERT_TRANSACTION, values | {"id": new_id(), "kind": "PAYMENT", "amount": settled})
    if credit:
        tx.run(_INSERT_TRANSACTION, values | {"id": new_id(), "kind": "CREDIT", "amount": credit})
    settle(tx, [payment.id], today=today)
    return tx.all(_SELECT_ONE, values)[0]


def insert_invoices(
    tx: Tx,
    payment_ids: list[UUID],
    corrects: list[Row] | None = None,
    *,
    lines: dict[UUID, list[dict[str, Any]]] | None = None,
) -> dict[UUID, Row]:
    """The new invoices of those of the payments (locked before) that had none: `id`, `number`, by payment. They cite
    the invoices that they correct. `lines` are those of payments that are for several periods, as `InvoiceLine`; others
    have one."""
    values = _invoiced(tx, payment_ids) | {"corrects": Jsonb(corrects) if corrects else None}
    if lines:
        values["lines"] = Jsonb({str(payment_id): each for payment_id, each in lines.items()})
    return {row["payment_id"]: row for row in tx.all(_INSERT_INVOICES, values)}


def issue_invoice(tx: Tx, payment_id: UUID) -> tuple[Row, Payment]:
    """As `insert_invoices`, for one payment that has none, and the payment with it."""
    issued = tx.later(_INSERT_INVOICES, _invoiced(tx, [payment_id]))
    [payment] = select_many(tx, [payment_id])
    return issued.answer()[0], payment


def _invoiced(tx: Tx, payment_ids: list[UUID]) -> dict[str, Any]:
    more = {"corrects": None, "lines": None, "by": tx.caller.user_id if tx.caller else None}
    return {"payment_ids": payment_ids, "invoice_ids": [new_id() for _ in payment_ids]} | more


def reverse_money(tx: Tx, caller: Caller, payment: Payment, reversal: Reversal, today: date) -> Row:
    """Reverse transactions, each by a row of its own; returns the payment's row."""
    for transaction_id in reversal.transaction_ids:
        insert_reversal(tx, transaction_id, reversal.reason, today)
    settle(tx, [payment.id], today=today)
    return tx.all(_SELECT_ONE, {"payment_id": payment.id, **linked(sides_of(caller))})[0]


def insert_reversal(tx: Tx, transaction_id: UUID, reason: str, today: date) -> None:
    """Takes a transaction back on the building's `today`, by a row of its own."""
    by = tx.caller.user_id if tx.caller else None
    values = {"id": new_id(), "transaction_id": transaction_id, "reason": reason, "today": today, "by": by}
    tx.run(_INSERT_REVERSAL, values)


def select_many(tx: Reading, payment_ids: list[UUID]) -> list[Payment]:
    """Payments of any organization, for jobs and for what follows a change."""
    values = {"payment_ids": payment_ids, "public_url": setting("PUBLIC_URL")}
    return [Payment.of(row) for row in tx.all(_SELECT_MANY, values)]


def ask_for_many(tx: Tx, payment_ids: list[UUID]) -> Asked[list[Payment]]:
    """As `select_many`, answered with the next query."""
    rows = tx.later(_SELECT_MANY, {"payment_ids": payment_ids, "public_url": setting("PUBLIC_URL")})
    return rows.then(lambda found: [Payment.of(row) for row in found])


def insert_schedule(tx: Tx, contract_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    """A contract's installments, as `installments_of` makes them; a line that is there already stays."""
    for row in rows:
        insert_line(tx, row | {"id": new_id(), "contract_id": contract_id})


def insert_line(tx: Tx, row: dict[str, Any]) -> None:
    """One payment of a contract, not yet due; where its charge and period have one already, that stays. Its
    `tax_amount` is by the contract's percent unless the row says another."""
    more = {"whole_currencies": list(WHOLE_CURRENCIES), "explanation": Jsonb(row["explanation"])}
    tx.run(_INSERT_LINE, {"tax_amount": None} | row | more)


def update_cancelled(tx: Tx, payment_ids: list[UUID]) -> None:
    """Cancel payments that were never invoiced, or of which nothing is left."""
    tx.run(_UPDATE_CANCELLED, {"payment_ids": payment_ids})


def delete_schedule(tx: Tx, contract_id: UUID) -> None:
    """Delete the installments of a deal that never became active."""
    tx.run(_DELETE_SCHEDULE, {"contract_id": contract_id})
