"""The SQL of a contract's account: its schedule, its ledger, and its statement."""

from uuid import UUID

from shared.kit.db import Reading, Row
from shared.kit.request import Caller
from shared.organizations.sides import mine, sides_of
from shared.payments.bound import SCHEDULE_TOTAL, held_of

_MINE = mine("p")


def ledger(of: str) -> str:
    """The lines of the accounts for which `of` holds: a predicate on `{}`, which has a `contract_id`."""
    return f"""
SELECT e.contract_id, e.date, e.type, e.reference, e.debit, e.credit,
       sum(e.debit - e.credit) OVER (PARTITION BY e.contract_id
                                     ORDER BY e.date, e.created_at, e.place, e.id) AS balance, e.payment_id, p.charge,
       e.id, e.posted_on, e.created_at AS entered_at, e.reverses, e.other_contract_id, e.reason,
       (o.created_at AT TIME ZONE (o.premises #>> '{{building,timezone}}'))::date AS other_issued_on
FROM (
    SELECT i.id, i.contract_id, i.issued_on AS date, coalesce(i.posted_on, i.issued_on) AS posted_on, i.created_at,
           0 AS place, i.kind AS type,
           CASE i.kind WHEN 'INVOICE' THEN 'INV-' ELSE 'CN-' END
           || lpad(i.number::text, greatest(6, length(i.number::text)), '0') AS reference,
           CASE i.kind WHEN 'INVOICE' THEN greatest(i.total_amount, 0) ELSE 0 END AS debit,
           CASE i.kind WHEN 'INVOICE' THEN greatest(-i.total_amount, 0) ELSE i.total_amount END AS credit,
           i.payment_id, NULL AS reverses, NULL::uuid AS other_contract_id, i.reason
    FROM invoices i
    WHERE {of.format("i")}
    UNION ALL
    SELECT t.id, t.contract_id, t.paid_date, t.posted_on, t.created_at, 1, t.kind, t.transaction_reference,
           -- A deposit that goes, or goes on, was never what the client owes.
           CASE WHEN t.charged = 0 THEN t.amount ELSE greatest(t.charged, 0) END,
           CASE WHEN t.charged = 0 THEN t.amount ELSE greatest(-t.charged, 0) END, t.payment_id,
           nullif(t.original_kind, t.kind), t.other_contract_id,
           (SELECT said.reason FROM payment_transactions said WHERE said.id = t.id)
    FROM booked_transactions t
    WHERE {of.format("t")}
      -- Credit that moves from one installment to another, or is owed instead of being below zero, changes nothing of
      -- what is owed, and what was paid before an import is not on this account.
      AND t.original_kind NOT IN ('APPLIED', 'FREED', 'OPENING_BALANCE', 'RECLAIM')
) AS e
LEFT JOIN payments p ON p.id = e.payment_id
LEFT JOIN contracts o ON o.id = e.other_contract_id
ORDER BY e.contract_id, e.date, e.created_at, e.place, e.id
"""


_SELECT_LEDGER = ledger("{}.contract_id = %(contract_id)s")

_SELECT_SCHEDULE = """
SELECT p.id, p.installment_number, p.charge, p.period_start, p.period_end, p.due_date, p.amount, p.abatement,
       p.tax_amount, p.credited_amount + p.credited_tax AS credited_amount, p.paid_amount, p.status
FROM payments p
WHERE p.contract_id = %(contract_id)s
ORDER BY p.due_date, p.charge, p.id
"""

_SELECT_MY_CONTRACT = "SELECT p.currency FROM contracts p WHERE p.id = %(contract_id)s AND " + _MINE

_SELECT_MY_TOTAL = (
    f"SELECT c.currency, {SCHEDULE_TOTAL} AS schedule_total FROM contracts c WHERE c.id = %(contract_id)s AND "
    + mine("c")
)

_SELECT_MY_ACCOUNT = (
    """
SELECT p.id, p.status, p.currency, p.start_date, p.end_date, p.premises, p.owner_party, p.client_party,
       (p.created_at AT TIME ZONE (p.premises #>> '{building,timezone}'))::date AS issued_on,
       app.today(p.premises #>> '{building,timezone}') AS today,
       -- Its status follows in the night after; what is left of a lease that was ended early may be settled before.
       p.status IN ('EXPIRED', 'TERMINATED') OR p.terminates_on <= app.today(p.premises #>> '{building,timezone}')
       OR p.terminates_on IS NOT NULL
          AND NOT EXISTS (SELECT FROM payments o WHERE o.contract_id = p.id AND o.owed > o.paid_amount) AS has_ended,
       """
    + held_of("p.id")
    + """ AS deposit_held
FROM contracts p
WHERE p.id = %(contract_id)s AND """
    + _MINE
)


def select_schedule(tx: Reading, caller: Caller, contract_id: UUID) -> tuple[Row, list[Row]] | None:
    """The `currency` and `schedule_total` of the caller's contract, and its installments; None where it is not the
    caller's."""
    return _of_contract(tx, caller, contract_id, _SELECT_MY_TOTAL, _SELECT_SCHEDULE)


def select_ledger(tx: Reading, caller: Caller, contract_id: UUID) -> tuple[str, list[Row]] | None:
    """The currency of the caller's contract and its account; None where it is not the caller's."""
    found = _of_contract(tx, caller, contract_id, _SELECT_MY_CONTRACT, _SELECT_LEDGER)
    return (found[0]["currency"], found[1]) if found else None


def select_statement(tx: Reading, caller: Caller, contract_id: UUID) -> tuple[Row, list[Row]] | None:
    """The caller's contract as its statement names it, and its account; None where it is not the caller's."""
    return _of_contract(tx, caller, contract_id, _SELECT_MY_ACCOUNT, _SELECT_LEDGER)


def _of_contract(
    tx: Reading, caller: Caller, contract_id: UUID, contract: str, lines: str
) -> tuple[Row, list[Row]] | None:
    values = {"contract_id": contract_id, **sides_of(caller)}
    contracts, rows = tx.batch((contract, values), (lines, values))
    return (contracts[0], rows) if contracts else None
