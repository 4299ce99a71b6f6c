"""The SQL of early ends: what one finds, what it writes, and what its preview shows."""

from datetime import date
from decimal import Decimal
from typing import cast
from uuid import UUID

from shared.contracts.models import CreditChoice, Terminating, TerminationPreview
from shared.kit.db import Reading, Row, Tx
from shared.maths.exact import ZERO
from shared.maths.months import DAY
from shared.maths.terms import IndexValue
from shared.payments.allocation import Applied
from shared.payments.bound import BOUND, LOCK_MONEY, SCHEDULE_TOTAL
from shared.payments.credit import SELECT_APPLIED, SELECT_CREDIT
from shared.payments.ending import Account, Ending, end
from shared.payments.indexes import SELECT_KNOWN
from shared.payments.invoices import Off
from shared.payments.overdue import SELECT_RUNNING
from shared.payments.settling import STATUS
from shared.terms.deal import earlier_line, terms_of

_SELECT_ROWS = """
SELECT p.id, p.charge, p.installment_number, p.period_start, p.period_end, p.due_date, p.amount, p.abatement,
       p.tax_amount, p.credited_amount, p.credited_tax, p.caught_up, p.corrected, p.written_off_amount, p.paid_amount,
       p.owed, p.status, i.id IS NOT NULL OR p.invoiced_elsewhere AS is_invoiced,
       p.installment_number IS NOT NULL OR p.charge = 'DEPOSIT' AS is_scheduled,
       i.id AS invoice_id, 'INV-' || lpad(i.number::text, greatest(6, length(i.number::text)), '0') AS reference,
       p.currency, i.taxes, x.code, x.category, x.reason, x.rates,
       (SELECT jsonb_agg(n.taxes) FROM credited_invoices n
        WHERE n.contract_id = p.contract_id AND n.invoice_id = i.id) AS credited
FROM payments p
JOIN contracts c ON c.id = p.contract_id
LEFT JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'
LEFT JOIN tax_codes x
    ON x.organization_id = c.owner_organization_id AND x.code = c.terms #>> ARRAY['tax_codes', p.charge]
WHERE p.contract_id = %(contract_id)s
ORDER BY p.due_date, p.id
"""

_LOCK_ROWS = _SELECT_ROWS + "FOR UPDATE OF p"

_OTHERS = f"""
FROM contracts o
JOIN contracts c ON c.owner_organization_id = o.owner_organization_id
    AND c.client_organization_id = o.client_organization_id AND c.currency = o.currency AND c.id <> o.id
WHERE o.id = %(contract_id)s AND {BOUND}
"""

_SELECT_OTHERS = "SELECT c.id" + _OTHERS

_SELECT_ELSEWHERE = f"""
SELECT p.contract_id, p.owed - p.paid_amount AS open,
       (SELECT app.today(c.premises #>> '{{building,timezone}}') FROM contracts c WHERE c.id = p.contract_id) AS today
FROM payments p
WHERE p.owed > p.paid_amount AND p.contract_id IN (SELECT c.id {_OTHERS})
ORDER BY p.due_date, p.id
"""

_SELECT_STATUSES = f"""
SELECT p.id, {STATUS} AS status
FROM unnest(%(payment_ids)s::uuid[], %(cancelled)s::boolean[], %(owed)s::numeric[], %(paid)s::numeric[])
    AS n (id, is_cancelled, owed, paid)
JOIN payments p ON p.id = n.id
CROSS JOIN LATERAL (
    SELECT app.payment_state(CASE WHEN n.is_cancelled THEN 'CANCELLED' ELSE p.status END, n.owed, n.paid, p.due_date,
                             %(today)s) AS state
) AS s
"""

_UPDATE_TOTAL = f"""
UPDATE contracts c SET updated_at = now(), schedule_total = {SCHEDULE_TOTAL} WHERE c.id = %(contract_id)s
"""


def planned(tx: Reading, deal: Row, effective_date: date, choice: CreditChoice) -> tuple[Account, Ending]:
    """What the account of a contract (`select_deal`) is, and what an end on that first day without it would make
    of it."""
    return _ended(tx, deal, effective_date, choice, _SELECT_ROWS, SELECT_RUNNING)


def lock_planned(tx: Tx, deal: Row) -> tuple[Account, Ending]:
    """As `planned`, of a contract that ends early. Its payments are locked, and nobody else moves its money meanwhile,
    or that of the contracts against which its credit is offset."""
    values, choice = {"contract_id": deal["id"]}, cast(CreditChoice, deal["end_credit"] or "KEEP")
    others = tx.all(_SELECT_OTHERS, values) if choice == "OFFSET" else []
    # Always in the same order, so that no two wait crosswise.
    for contract_id in sorted([deal["id"], *(row["id"] for row in others)]):
        tx.later(LOCK_MONEY, {"contract_id": contract_id})
    return _ended(tx, deal, deal["terminates_on"], choice, _LOCK_ROWS)


def update_total(tx: Tx, contract_id: UUID) -> None:
    """The contract's rent is what its schedule asks for until its end."""
    tx.run(_UPDATE_TOTAL, {"contract_id": contract_id})


def _ended(
    tx: Reading, deal: Row, effective_date: date, choice: CreditChoice, select_rows: str, *more: str
) -> tuple[Account, Ending]:
    values = {"contract_id": deal["id"]}
    if choice == "OFFSET":
        more = (_SELECT_ELSEWHERE, *more)
    known, rows, [credit], applied, *others = tx.batch(
        (SELECT_KNOWN, values),
        (select_rows, values),
        (SELECT_CREDIT, values),
        (SELECT_APPLIED, values),
        *((statement, values) for statement in more),
    )
    elsewhere = others.pop(0) if choice == "OFFSET" else []
    overdue = others[0] if others else []
    account = Account(rows, credit["credit"], [Applied(**row) for row in applied], elsewhere, overdue)
    ending = end(
        terms_of(deal),
        [IndexValue(**row) for row in known],
        account,
        last_day=effective_date - DAY,
        today=deal["today"],
        choice=choice,
        after=earlier_line(deal),
        holdover=deal["holdover_percent"],
    )
    return account, ending


def preview(tx: Reading, deal: Row, terminating: Terminating, account: Account, ending: Ending) -> TerminationPreview:
    """The contract's account as the end would leave it."""
    rows = {row["id"]: row for row in account.rows}
    statuses = _statuses(tx, deal, account, ending)
    open_amount = sum((one for one in ending.open.values() if one > 0), ZERO)
    asked = sum(ending.open[row["id"]] for row in account.rows if row["is_invoiced"])
    # What documents from before an import have asked for is settled by what was paid then, and by no money of ours.
    prepaid = sum(ending.owed[row["id"]] - ending.open[row["id"]] for row in account.rows if not row["is_invoiced"])
    return TerminationPreview.of(
        {
            "contract_id": deal["id"],
            "effective_date": terminating.effective_date,
            "currency": deal["currency"],
            "credit_notes": [
                _note(rows[off.payment_id], off, terminating)
                for off in ending.off
                if rows[off.payment_id]["invoice_id"]
            ],
            "payments": [_final(row, ending, statuses[row["id"]]) for row in account.rows],
            "open_amount": open_amount,
            "unapplied_credit": ending.credit,
            "refund_due": ending.credit if terminating.credit == "REFUND_DUE" else ZERO,
            "offsets": [{"contract_id": one.contract_id, "amount": one.amount} for one in ending.offsets],
            "balance": asked - prepaid - ending.credit,
            "running_interest": _running(account, ending, terminating.effective_date),
        }
    )


def _running(account: Account, ending: Ending, ends_on: date) -> Decimal:
    if not account.overdue:
        return ZERO
    # Imported here: most leases that end early are late with nothing.
    from shared.payments.running import running_interest

    return running_interest(account, ending, ends_on)


def refund_due(deal: Row, ending: Ending) -> Row:
    """The credit that is to be paid back."""
    names = ("owner_organization_id", "client_organization_id", "currency")
    return {"id": deal["id"], "contract_id": deal["id"], "amount": ending.credit} | {name: deal[name] for name in names}


def _statuses(tx: Reading, deal: Row, account: Account, ending: Ending) -> dict[UUID, str]:
    """By the one statement's rule that settles payments, and the state of the day."""
    changed = {off.payment_id for off in ending.off} | {move.payment_id for move in ending.moves.written}
    changed |= {one.payment_id for one in account.applied if one.id in ending.moves.reversed}
    rows = [row for row in account.rows if row["id"] in changed]
    values = {
        "payment_ids": [row["id"] for row in rows],
        "cancelled": [row["owed"] != 0 and ending.owed[row["id"]] == 0 for row in rows],
        "owed": [ending.owed[row["id"]] for row in rows],
        "paid": [ending.owed[row["id"]] - ending.open[row["id"]] for row in rows],
        "today": deal["today"],
    }
    found = {row["id"]: row["status"] for row in account.rows} | dict.fromkeys(ending.cancelled, "CANCELLED")
    return found | {row["id"]: row["status"] for row in tx.all(_SELECT_STATUSES, values)}


def _note(row: Row, off: Off, terminating: Terminating) -> Row:
    return {
        "payment_id": row["id"],
        "credits_invoice_id": row["invoice_id"],
        "credits_reference": row["reference"],
        "reason": terminating.reason,
        "net_amount": off.net,
        "tax_amount": off.tax,
        "total_amount": off.net + off.tax,
    }


def _final(row: Row, ending: Ending, status: str) -> Row:
    off = [one.net + one.tax for one in ending.off if one.payment_id == row["id"]]
    return {
        name: row[name]
        for name in ("id", "charge", "installment_number", "period_start", "period_end", "due_date", "amount")
    } | {
        "tax_amount": row["tax_amount"],
        "credited_amount": sum(off, row["credited_amount"] + row["credited_tax"]),
        "paid_amount": ending.owed[row["id"]] - ending.open[row["id"]],
        "open_amount": ending.open[row["id"]],
        "status": status,
    }
