"""The SQL of payments, their transactions and invoices."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.catalog import Role
from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.kit.settings import setting
from shared.payments.models import Payment, PaymentFilter, Recording
from shared.payments.schedule import Line

_SELECT = """
SELECT p.id, p.contract_id, p.payer_id, p.owner_organization_id, p.client_organization_id, p.charge, p.amount,
       p.abatement, p.paid_amount, p.currency, p.period_start, p.period_end, p.due_date, p.paid_date, p.status,
       p.installment_number, p.total_installments, p.payment_method, p.created_at, p.updated_at,
       CASE WHEN EXISTS (SELECT FROM invoices i WHERE i.payment_id = p.id AND i.kind = 'INVOICE')
            THEN %(public_url)s || '/api/v1/payments/' || p.id || '/invoice' END AS invoice_url,
       CASE WHEN p.paid_amount > 0
            THEN %(public_url)s || '/api/v1/payments/' || p.id || '/receipt' END AS receipt_url
FROM payments p
"""

_MINE = """
(%(owner_side)s::uuid IS NULL OR p.owner_organization_id = %(owner_side)s)
AND (%(client_side)s::uuid IS NULL OR p.client_organization_id = %(client_side)s)
AND (%(either_side)s::uuid IS NULL OR %(either_side)s IN (p.owner_organization_id, p.client_organization_id))
"""

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

_SELECT_CONTRACT_STATE = """
SELECT c.status, app.today(c.premises #>> '{building,timezone}') AS today
FROM payments p JOIN contracts c ON c.id = p.contract_id
WHERE p.id = %(payment_id)s
"""

_INSERT_TRANSACTION = """
INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, kind,
                                  amount, currency, paid_date, payment_method, transaction_reference, created_by)
SELECT %(id)s, p.id, p.contract_id, p.owner_organization_id, p.client_organization_id, %(kind)s,
       %(amount)s, p.currency, %(paid_date)s, %(payment_method)s, %(transaction_reference)s, %(by)s
FROM payments p
WHERE p.id = %(payment_id)s
"""

_UPDATE_SETTLED = """
UPDATE payments
SET paid_amount = paid_amount + %(settled)s,
    status = CASE WHEN paid_amount + %(settled)s >= amount THEN 'PAID' ELSE status END,
    paid_date = CASE WHEN paid_amount + %(settled)s >= amount THEN %(paid_date)s ELSE paid_date END,
    payment_method = %(payment_method)s, updated_at = now(), updated_by = %(by)s
WHERE id = %(payment_id)s
RETURNING id
"""

# The counter's row is locked until the transaction ends, so that numbers have no gaps.
_COUNT_INVOICE = """
INSERT INTO invoice_counters (organization_id, last_number)
SELECT p.owner_organization_id, 1 FROM payments p
WHERE p.id = %(payment_id)s
  AND NOT EXISTS (SELECT FROM invoices i WHERE i.payment_id = p.id AND i.kind = 'INVOICE')
ON CONFLICT (organization_id) DO UPDATE SET last_number = invoice_counters.last_number + 1
"""

_INSERT_INVOICE = """
INSERT INTO invoices (id, contract_id, payment_id, owner_organization_id, client_organization_id, kind, number,
                      net_amount, tax_percent, tax_amount, total_amount, currency, issued_on, due_date, lines,
                      owner_party, client_party, created_by)
SELECT %(id)s, c.id, p.id, p.owner_organization_id, p.client_organization_id, 'INVOICE', n.last_number,
       p.amount, 0, 0, p.amount, p.currency, app.today(c.premises #>> '{building,timezone}'), p.due_date,
       jsonb_build_array(jsonb_build_object('charge', p.charge, 'period_start', p.period_start,
                                            'period_end', p.period_end, 'amount', p.amount)),
       c.owner_party, c.client_party, %(by)s
FROM payments p
JOIN contracts c ON c.id = p.contract_id
JOIN invoice_counters n ON n.organization_id = p.owner_organization_id
WHERE p.id = %(payment_id)s
  AND NOT EXISTS (SELECT FROM invoices i WHERE i.payment_id = p.id AND i.kind = 'INVOICE')
"""

_INSERT_LINE = """
INSERT INTO payments (id, contract_id, owner_organization_id, client_organization_id, payer_id, charge,
                      period_start, period_end, amount, abatement, currency, due_date, installment_number,
                      total_installments, explanation)
SELECT %(id)s, c.id, c.owner_organization_id, c.client_organization_id, c.client_id, %(charge)s,
       %(period_start)s, %(period_end)s, %(amount)s, %(abatement)s, c.currency, %(due_date)s,
       %(installment_number)s, %(total_installments)s, %(explanation)s
FROM contracts c
WHERE c.id = %(contract_id)s
ON CONFLICT (contract_id, charge, period_start) DO NOTHING
"""

_DELETE_SCHEDULE = """
DELETE FROM payments WHERE contract_id = %(contract_id)s AND status = 'SCHEDULED' AND paid_amount = 0
"""

_PAPERS = """
SELECT i.id AS invoice_id, i.number, i.issued_on, i.due_date, i.tax_percent, i.tax_amount, i.total_amount,
       i.currency, i.lines, i.owner_party, i.client_party,
       p.id AS payment_id, p.contract_id, p.installment_number, p.total_installments, c.premises,
       (c.created_at AT TIME ZONE (c.premises #>> '{building,timezone}'))::date AS contract_issued_on,
       (SELECT jsonb_agg(jsonb_build_object(
                   'id', t.id, 'amount', t.amount, 'paid_date', t.paid_date, 'payment_method', t.payment_method,
                   'transaction_reference', t.transaction_reference,
                   'recorded_on', (t.created_at AT TIME ZONE (c.premises #>> '{building,timezone}'))::date)
               ORDER BY t.id)
        FROM payment_transactions t WHERE t.payment_id = p.id AND t.kind = 'PAYMENT') AS transactions
FROM payments p
JOIN contracts c ON c.id = p.contract_id
LEFT JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'
WHERE p.id = %(payment_id)s
"""

_SELECT_MY_PAPERS = _PAPERS + " AND " + _MINE

_INSERT_DOCUMENT = """
INSERT INTO documents (id, kind, contract_id, payment_id, invoice_id, transaction_id, owner_organization_id,
                       client_organization_id, number, object_key, sha256, byte_size)
SELECT %(id)s, %(kind)s, p.contract_id, p.id, %(invoice_id)s, %(transaction_id)s, p.owner_organization_id,
       p.client_organization_id, %(number)s, %(key)s, %(sha256)s, %(size)s
FROM payments p
WHERE p.id = %(payment_id)s
ON CONFLICT (object_key) DO NOTHING
"""


def sides_of(caller: Caller) -> dict[str, Any]:
    """The organization that a caller's role confines it to, and on which side it may stand."""
    own = caller.organization_id
    return {
        "owner_side": own if caller.role is Role.OWNER else None,
        "client_side": own if caller.role in (Role.CLIENT, Role.BROKER) else None,
        "either_side": own if caller.role is Role.FINANCIAL_OFFICER else None,
        "public_url": setting("PUBLIC_URL"),
    }


def select_payments(tx: Reading, caller: Caller, asked: PaymentFilter) -> list[Row]:
    """One row more than the page holds."""
    after, after_id = asked.key_before(date.fromisoformat, UUID)
    values = {
        **sides_of(caller),
        **asked.model_dump(include={"contract_id", "status", "due_date_from", "due_date_to"}),
        "after": after,
        "after_id": after_id,
        "limit": asked.limit + 1,
    }
    return tx.all(_SELECT_PAGE, values)


def select_payment(tx: Reading, caller: Caller, payment_id: UUID) -> Row | None:
    """One payment of the caller's."""
    return tx.one(_SELECT_ONE, {"payment_id": payment_id, **sides_of(caller)})


def lock_payment(tx: Tx, caller: Caller, payment_id: UUID) -> tuple[Row | None, Row | None]:
    """The payment, locked, and the state of its contract."""
    values = {"payment_id": payment_id, **sides_of(caller)}
    _, payments, contracts = tx.batch((_LOCK_ONE, values), (_SELECT_ONE, values), (_SELECT_CONTRACT_STATE, values))
    return (payments[0] if payments else None), (contracts[0] if contracts else None)


def record_money(
    tx: Tx, caller: Caller, payment: Payment, recording: Recording, settled: Decimal, credit: Decimal
) -> Row:
    """The payment after money came: its transactions, its invoice (issued now where there is none)."""
    values: dict[str, Any] = {
        "payment_id": payment.id,
        "paid_date": recording.paid_date,
        "payment_method": recording.payment_method,
        "transaction_reference": recording.transaction_reference,
        "by": caller.user_id,
        **sides_of(caller),
    }
    tx.run(_COUNT_INVOICE, values)
    tx.run(_INSERT_INVOICE, values | {"id": new_id()})
    tx.run(_INSERT_TRANSACTION, values | {"id": new_id(), "kind": "PAYMENT", "amount": settled})
    if credit:
        tx.run(_INSERT_TRANSACTION, values | {"id": new_id(), "kind": "CREDIT", "amount": credit})
    return tx.batch((_UPDATE_SETTLED, values | {"settled": settled}), (_SELECT_ONE, values))[1][0]


def insert_schedule(tx: Tx, contract_id: UUID, lines: tuple[Line, ...]) -> None:
    """A contract's instalments; a line that is there already stays."""
    installments = sum(line.charge == "RENT" for line in lines)
    for line in lines:
        tx.run(
            _INSERT_LINE,
            {
                "id": new_id(),
                "contract_id": contract_id,
                "charge": line.charge,
                "period_start": line.period_start,
                "period_end": line.period_end,
                "amount": line.amount,
                "abatement": line.abatement,
                "due_date": line.due_date,
                "installment_number": line.installment_number,
                "total_installments": installments if line.installment_number else None,
                "explanation": Jsonb(
                    [
                        {"label": s.label, "formula": s.formula, "inputs": s.inputs, "result": s.result}
                        for s in line.steps
                    ]
                ),
            },
        )


def delete_schedule(tx: Tx, contract_id: UUID) -> None:
    """Take back the instalments of a deal that never became active."""
    tx.run(_DELETE_SCHEDULE, {"contract_id": contract_id})


def select_my_papers(tx: Reading, caller: Caller, payment_id: UUID) -> Row | None:
    """All that the invoice and the receipts of the caller's payment say."""
    return tx.one(_SELECT_MY_PAPERS, {"payment_id": payment_id, **sides_of(caller)})


def select_papers(tx: Reading, payment_id: UUID) -> Row:
    """All that any payment's invoice and receipts say, for the queue that renders them."""
    return tx.batch((_PAPERS, {"payment_id": payment_id}))[0][0]


def insert_document(tx: Tx, values: dict[str, Any]) -> None:
    """The row of a stored paper: `kind`, `payment_id`, `invoice_id`, `transaction_id`, `number`, `key`, `sha256`,
    `size` in bytes. One that is there already stays."""
    tx.run(_INSERT_DOCUMENT, values | {"id": new_id()})
