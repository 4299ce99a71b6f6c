"""The books of a lease that was agreed elsewhere, from the day of its import on.

What was due up to then and is paid, and the deposit that is held, are settled by OPENING_BALANCE: nobody is invoiced
for it again, and no report counts it as money received. What is owed besides is a charge of its own; what is credit,
credit. Installments that are open are invoiced on the day of the import.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Tx
from shared.kit.ids import new_id
from shared.maths.exact import Step
from shared.maths.schedule import Line
from shared.payments import queries
from shared.payments.credit import apply_credit
from shared.payments.installments import installments_of
from shared.payments.settling import settle

# An open payment has the state of the day at once: nobody is told of what fell due before the platform knew of it.
_INSERT_PAYMENTS = """
INSERT INTO payments (id, contract_id, owner_organization_id, client_organization_id, payer_id, charge, period_start,
                      period_end, amount, abatement, currency, due_date, status, installment_number, total_installments,
                      explanation, invoiced_elsewhere, invoiced_on)
SELECT n.id, c.id, c.owner_organization_id, c.client_organization_id, c.client_id, n.charge, n.period_start,
       n.period_end, n.amount, n.abatement, c.currency, n.due_date,
       coalesce(CASE WHEN n.amount > 0 THEN app.payment_state('SCHEDULED', n.amount, 0, n.due_date, n.today) END,
                'SCHEDULED'),
       n.installment_number, n.total_installments, n.explanation, n.is_settled,
       CASE WHEN n.is_settled THEN least(n.due_date, n.today) END
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (
    id uuid, contract_id uuid, charge text, period_start date, period_end date, amount numeric, abatement numeric,
    due_date date, installment_number integer, total_installments integer, explanation jsonb, is_settled boolean,
    today date)
JOIN contracts c ON c.id = n.contract_id
"""

# It is posted on the day of the import: what was printed of earlier months stays as it is.
_INSERT_TRANSACTIONS = """
INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, kind,
                                  amount, currency, paid_date, posted_on, created_by)
SELECT n.id, n.payment_id, c.id, c.owner_organization_id, c.client_organization_id, n.kind, n.amount, c.currency,
       least(n.day, n.today), n.today, %(by)s::uuid
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (
    id uuid, payment_id uuid, contract_id uuid, kind text, amount numeric, day date, today date)
JOIN contracts c ON c.id = n.contract_id
"""


class Opening(NamedTuple):
    """A lease as its books begin, on the building's day `today`."""

    contract_id: UUID
    start_date: date
    lines: tuple[Line, ...]
    paid_through: date | None
    """The last day of the last period that is paid."""
    deposit: Decimal
    open_balance: Decimal
    """What is owed besides; below zero, what is credit."""
    today: date


class _Rows(NamedTuple):
    payments: list[dict[str, Any]]
    transactions: list[dict[str, Any]]


def open_books(tx: Tx, openings: Sequence[Opening], by: UUID) -> None:
    """Write the schedules of leases that were just imported, and what came before them."""
    rows = _Rows([], [])
    for opening in openings:
        _add(rows, opening)
    tx.run(_INSERT_PAYMENTS, {"rows": Jsonb(rows.payments)})
    if rows.transactions:
        tx.run(_INSERT_TRANSACTIONS, {"rows": Jsonb(rows.transactions), "by": by})
    settled: dict[date, list[UUID]] = defaultdict(list)
    for row in rows.transactions:
        if row["kind"] == "OPENING_BALANCE":
            settled[row["today"]].append(row["payment_id"])
    for today, payment_ids in settled.items():
        settle(tx, payment_ids, today=today)
    for opening in openings:
        if opening.open_balance < 0:
            apply_credit(tx, opening.contract_id, today=opening.today)
    _invoice(tx, rows.payments)


def _add(rows: _Rows, opening: Opening) -> None:
    common = {"contract_id": opening.contract_id, "today": opening.today}
    for row in installments_of(opening.lines):
        end = row["period_end"]
        is_settled = opening.paid_through is not None and end is not None and end <= opening.paid_through
        _add_payment(rows, {**row, **common, "is_settled": is_settled and row["amount"] > 0})
    other = {**common, "period_end": None, "abatement": Decimal(0), "is_settled": True}
    other |= {"installment_number": None, "total_installments": None}
    if opening.deposit:
        steps = _steps("The deposit that was held at the import", opening.deposit)
        day = opening.start_date
        deposit = {"charge": "DEPOSIT", "amount": opening.deposit, "period_start": day, "due_date": day}
        _add_payment(rows, {**other, **deposit, "explanation": steps})
    if opening.open_balance > 0:
        amount = opening.open_balance
        steps = _steps("What was owed at the import besides installments", amount)
        owed = {"charge": "OPENING_BALANCE", "amount": amount, "period_start": opening.today}
        _add_payment(rows, {**other, **owed, "due_date": opening.today, "explanation": steps}, kind="OPENING_CHARGE")
    if opening.open_balance < 0:
        credit = {"id": new_id(), "payment_id": None, "kind": "OPENING_CREDIT", "amount": -opening.open_balance}
        rows.transactions.append({**common, **credit, "day": opening.today})


def _steps(label: str, amount: Decimal) -> list[dict[str, Any]]:
    return [Step(label, "amount", {"amount": amount}, amount)._asdict()]


def _add_payment(rows: _Rows, row: dict[str, Any], kind: str = "OPENING_BALANCE") -> None:
    """A payment and, where the documents of before have asked for it, what became of it."""
    payment_id = new_id()
    rows.payments.append({**row, "id": payment_id})
    if row["is_settled"]:
        transaction = {"payment_id": payment_id, "contract_id": row["contract_id"], "kind": kind}
        transaction |= {"amount": row["amount"], "day": row["due_date"], "today": row["today"]}
        rows.transactions.append({**transaction, "id": new_id()})


def _invoice(tx: Tx, payments: list[dict[str, Any]]) -> None:
    """Invoice what fell due by today."""
    due = [
        row["id"] for row in payments if not row["is_settled"] and row["amount"] > 0 and row["due_date"] <= row["today"]
    ]
    if due:
        invoices = queries.insert_invoices(tx, due)
        for payment in queries.select_many(tx, due):
            invoice = invoices[payment.id]
            tx.emit("payment.invoiced", payment, invoice_id=invoice["id"], invoice_number=invoice["number"])
