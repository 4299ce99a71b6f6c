"""Charges and corrections outside a contract's schedule: each is a line, its invoice, and the events of both."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from shared.kit.db import Tx
from shared.kit.ids import new_id
from shared.maths.exact import Step, added
from shared.maths.months import DAY
from shared.maths.tax import TaxPart, combined, total_tax
from shared.payments import queries
from shared.payments.credit import apply_credit
from shared.payments.models import Charge
from shared.payments.taxing import retax, taxed_by_period, update_taxes


class Month(NamedTuple):
    """The part of a correction that is for one period of the schedule, without tax, and its tax."""

    period_start: date
    period_end: date
    amount: Decimal
    tax_amount: Decimal
    """By the lease's percent; by its tax code where it names one (`add`)."""


class Added(NamedTuple):
    """A payment outside the schedule, charged on the building's day `today` and due `due_days` later; never below zero:
    what takes off is a credit note."""

    contract_id: UUID
    charge: Charge
    period_start: date
    period_end: date | None
    amount: Decimal
    abatement: Decimal
    steps: tuple[Step, ...]
    today: date
    due_days: int = 0
    months: tuple[Month, ...] = ()
    """What it consists of, where it is for several periods: its invoice has a line for each."""


def add(tx: Tx, lines: list[Added]) -> None:
    """Write each line (once per contract, charge and period), invoice it, and settle it with any credit."""
    ids = []
    listed: dict[UUID, list[dict[str, Any]]] = {}
    taxes: dict[UUID, tuple[TaxPart, ...]] = {}
    for line in lines:
        ids.append(new_id())
        months, parts = _taxed(tx, line)
        if months:
            listed[ids[-1]] = [{"charge": line.charge} | month._asdict() for month in months]
        if parts:
            taxes[ids[-1]] = parts
        queries.insert_line(
            tx,
            {
                "id": ids[-1],
                "contract_id": line.contract_id,
                "charge": line.charge,
                "period_start": line.period_start,
                "period_end": line.period_end,
                "amount": line.amount,
                "abatement": line.abatement,
                "due_date": line.today + line.due_days * DAY,
                "installment_number": None,
                "total_installments": None,
                "explanation": [step._asdict() for step in line.steps],
                "tax_amount": added(*(month.tax_amount for month in months)) if months else None,
            },
        )
    if not ids:
        return
    retax(tx, {line.contract_id for line in lines})
    for payment_id, parts in taxes.items():
        update_taxes(tx, payment_id, parts)
    invoices = queries.insert_invoices(tx, ids, lines=listed)
    for payment in queries.select_many(tx, ids):
        invoice = invoices[payment.id]
        tx.emit("payment.invoiced", payment, invoice_id=invoice["id"], invoice_number=invoice["number"])
    for contract_id, today in {line.contract_id: line.today for line in lines}.items():
        for payment in apply_credit(tx, contract_id, today=today):
            tx.emit("payment.credit_applied", payment)


def _taxed(tx: Tx, line: Added) -> tuple[Sequence[Month], tuple[TaxPart, ...]]:
    """The line's months with their tax, and its parts, where its lease names a tax code."""
    if not line.months:
        return (), ()
    periods = [(month.period_start, month.period_end, month.amount) for month in line.months]
    parts = taxed_by_period(tx, line.contract_id, line.charge, periods)
    if not parts:
        return line.months, ()
    months = [month._replace(tax_amount=total_tax(each)) for month, each in zip(line.months, parts, strict=True)]
    return months, combined(part for each in parts for part in each)
