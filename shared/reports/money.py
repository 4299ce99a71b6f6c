"""The SQL of what is owed, held and paid ahead on a day: the accounts of an aging report, and of a rent roll's leases.

Open are installments that were invoiced and not settled by the day, so that these figures tie to the ledgers: the
balance of a ledger is what is open of its invoices, less unapplied credit, less what is prepaid
(shared/payments/books.py).
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from shared.kit.db import Reading
from shared.organizations.sides import owned
from shared.reports.models import Basis
from shared.reports.queries import (
    LEASE,
    LEASES,
    PLACES,
    SELECT_DAY,
    SELECT_SPACES,
    Asked,
    Deal,
    Scope,
    SpaceRow,
    check_known,
    values_of,
)

# How much of the payment was settled by the day; for a day in the past, by its transactions.
_PAID = """
CASE WHEN NOT d.is_past THEN p.paid_amount
     ELSE coalesce((SELECT sum(t.settled) FROM booked_transactions t
                    WHERE t.payment_id = p.id AND t.paid_date <= d.as_of), 0)
END
"""

# How much of a deposit had been applied to the balance, or returned, by the day.
_SPENT = """
coalesce((SELECT sum(t.deposit_used) FROM booked_transactions t
          WHERE t.payment_id = p.id AND t.paid_date <= d.as_of), 0)
"""

# What is settled today was open on days before, or paid twice until money was reversed: only of a past day those are
# looked through too. A correction below zero, of an earlier release, is credit until it is used.
_OPEN = (
    PLACES
    + """, owed AS (
    SELECT p.*
    FROM payments p CROSS JOIN day d
    WHERE """
    + owned("p")
    + """
      AND p.status <> 'PAID' AND p.invoiced_on <= d.as_of
    UNION ALL
    SELECT p.*
    FROM payments p CROSS JOIN day d
    WHERE """
    + owned("p")
    + """
      AND p.status = 'PAID'
      AND (p.paid_date > d.as_of OR p.credited_amount > 0 OR p.written_off_amount > 0
           OR p.id IN (SELECT r.payment_id FROM payment_transactions r, day
                       WHERE """
    + owned("r")
    + """
                         AND r.kind = 'REVERSAL' AND r.payment_id IS NOT NULL AND r.paid_date > day.as_of))
      AND p.invoiced_on <= d.as_of AND d.is_past
), open AS (
    SELECT p.contract_id, p.due_date, d.as_of,
           p.owed - """
    + _PAID
    + """
           -- Credit notes of later days had not lowered it yet.
           + coalesce((SELECT sum(n.net + n.tax) FROM credited_invoices n
                       WHERE n.contract_id = p.contract_id AND n.payment_id = p.id AND n.issued_on > d.as_of), 0)
           -- Nor had what was written off later.
           + coalesce((SELECT sum(t.written_off) FROM booked_transactions t
                       WHERE t.payment_id = p.id AND t.paid_date > d.as_of), 0) AS amount
    FROM owed p
    CROSS JOIN day d
), due AS (
    SELECT o.contract_id, array_agg(o.due_date) FILTER (WHERE o.amount > 0) AS days,
           array_agg(o.amount) FILTER (WHERE o.amount > 0) AS amounts,
           coalesce(sum(o.amount) FILTER (WHERE o.amount > 0 AND o.due_date < o.as_of), 0) AS past_due,
           coalesce(sum(o.amount) FILTER (WHERE o.amount > 0 AND o.due_date >= o.as_of), 0) AS current,
           coalesce(-sum(o.amount) FILTER (WHERE o.amount < 0), 0) AS unused
    FROM open o
    WHERE o.amount <> 0
    GROUP BY o.contract_id
)
"""
)

# A contract's ledger is added up from its documents and transactions, beside the open installments and not from them.
_ACCOUNTS = (
    """, invoiced AS (
    SELECT i.contract_id, sum(CASE i.kind WHEN 'INVOICE' THEN i.total_amount ELSE -i.total_amount END) AS amount
    FROM invoices i CROSS JOIN day d
    WHERE """
    + owned("i")
    + """
      AND i.issued_on <= d.as_of
    GROUP BY i.contract_id
), booked AS (
    SELECT t.contract_id, sum(t.charged) AS charged, sum(t.credit) AS credit
    FROM booked_transactions t
    JOIN contracts c ON c.id = t.contract_id
    CROSS JOIN day d
    WHERE """
    + owned("c")
    + """
      AND t.paid_date <= d.as_of
    GROUP BY t.contract_id
), ahead AS (
    SELECT p.contract_id, sum(t.settled) AS amount
    FROM payments p
    JOIN booked_transactions t ON t.payment_id = p.id
    CROSS JOIN day d
    WHERE """
    + owned("p")
    + """
      AND (p.invoiced_on IS NULL AND (p.paid_amount <> 0 OR d.is_past) OR p.invoiced_on > d.as_of AND d.is_past)
      AND t.paid_date <= d.as_of
    GROUP BY p.contract_id
), account AS (
    SELECT c.id AS contract_id, due.days, due.amounts, coalesce(due.past_due, 0) AS past_due,
           coalesce(due.current, 0) AS current,
           coalesce(booked.credit, 0.00) + coalesce(due.unused, 0) AS unapplied_credit,
           coalesce(ahead.amount, 0.00) AS prepaid,
           coalesce(invoiced.amount, 0.00) + coalesce(booked.charged, 0) AS ledger_balance
    FROM contracts c
    LEFT JOIN due ON due.contract_id = c.id
    LEFT JOIN invoiced ON invoiced.contract_id = c.id
    LEFT JOIN booked ON booked.contract_id = c.id
    LEFT JOIN ahead ON ahead.contract_id = c.id
    WHERE """
    + owned("c")
    + """
)
"""
)

_ACCOUNTS_OF = (
    _OPEN
    + _ACCOUNTS
    + """
, deposit AS (
    SELECT p.contract_id, sum("""
    + _PAID
    + " - "
    + _SPENT
    + """) AS held
    FROM payments p CROSS JOIN day d
    WHERE p.charge = 'DEPOSIT' AND """
    + owned("p")
    + """
    GROUP BY p.contract_id
), journal AS (
    -- What goes on to a renewal is in the entry of the payment that it left.
    SELECT l.contract_id, sum(l.held) AS held
    FROM payments p CROSS JOIN day d
    CROSS JOIN LATERAL (
        SELECT l.contract_id, l.credit - l.debit AS held FROM journal_lines l
        WHERE l.payment_id = p.id AND l.account = 'DEPOSITS_HELD' AND l.document_date <= d.as_of
    ) AS l
    WHERE p.charge = 'DEPOSIT' AND """
    + owned("p")
    + """
    GROUP BY l.contract_id
)
SELECT a.contract_id, coalesce(c.client_party ->> 'legal_name', c.client_party ->> 'name') AS tenant,
       c.building_id, c.premises #>> '{building,name}' AS building_name,
       c.space_id, c.premises #>> '{space,name}' AS space_name, c.currency,
       coalesce(a.days, '{}') AS days, coalesce(a.amounts, '{}') AS amounts,
       a.unapplied_credit, a.prepaid, a.ledger_balance, coalesce(deposit.held, 0.00) AS deposit_held,
       coalesce(journal.held, 0.00) AS deposits_in_journal
FROM account a
JOIN contracts c ON c.id = a.contract_id
JOIN place ON place.id = c.building_id
LEFT JOIN deposit ON deposit.contract_id = a.contract_id
LEFT JOIN journal ON journal.contract_id = a.contract_id
WHERE a.days IS NOT NULL OR a.unapplied_credit <> 0 OR a.prepaid <> 0 OR a.ledger_balance <> 0 OR deposit.held <> 0
   OR journal.held <> 0
ORDER BY tenant, a.contract_id
"""
)

# What is held, and owed, under the leases that a lease renews goes on beside it: its tenant is the same.
_LEASES_OF = (
    _OPEN
    + _ACCOUNTS
    + ", lease AS ("
    + LEASES
    + """), chain AS (
    SELECT l.contract_id AS lease_id, l.contract_id, l.renews_contract_id
    FROM lease l
    WHERE l.is_first
    UNION ALL
    SELECT k.lease_id, c.id, c.renews_contract_id
    FROM chain k
    JOIN contracts c ON c.id = k.renews_contract_id
), held AS (
    SELECT k.lease_id, sum("""
    + _PAID
    + " - "
    + _SPENT
    + """) AS amount
    FROM chain k
    JOIN payments p ON p.contract_id = k.contract_id AND p.charge = 'DEPOSIT' AND """
    + owned("p")
    + """
    CROSS JOIN day d
    GROUP BY k.lease_id
), money AS (
    SELECT k.lease_id, sum(a.past_due) AS past_due, sum(a.current) AS current,
           sum(a.unapplied_credit) AS unapplied_credit, sum(a.prepaid) AS prepaid,
           sum(a.ledger_balance) AS ledger_balance
    FROM chain k
    JOIN account a ON a.contract_id = k.contract_id
    GROUP BY k.lease_id
)
SELECT """
    + LEASE
    + """, coalesce(held.amount, 0.00) AS deposit_held, money.past_due + 0.00 AS past_due,
       money.current + 0.00 AS current, money.unapplied_credit + 0.00 AS unapplied_credit,
       money.prepaid + 0.00 AS prepaid, money.ledger_balance + 0.00 AS ledger_balance
FROM lease l
-- Each of them has a lease, so this is a left join; but one for which a planner that takes the leases for a few cannot
-- compare each with each.
FULL JOIN held ON held.lease_id = l.contract_id
FULL JOIN money ON money.lease_id = l.contract_id
ORDER BY l.space_id, l.start_date
"""
)


# What documents from before an import have asked for is in the books from the import on.
_INVOICE_POSTED = """coalesce(
    (SELECT coalesce(n.posted_on, n.issued_on) FROM invoices n WHERE n.payment_id = p.id AND n.kind = 'INVOICE'),
    CASE WHEN p.invoiced_elsewhere THEN (SELECT min(o.posted_on) FROM payment_transactions o
                                         WHERE o.payment_id = p.id
                                           AND o.kind IN ('OPENING_BALANCE', 'OPENING_CHARGE', 'RECLAIM')) END)"""

_NOTE_POSTED = "(SELECT coalesce(k.posted_on, k.issued_on) FROM invoices k WHERE k.id = n.note_id)"

_POSTED = (
    ("n.issued_on > d.as_of", _NOTE_POSTED + " > d.as_of"),
    ("t.paid_date", "t.posted_on"),
    ("l.document_date", "l.posted_on"),
    ("i.issued_on", "coalesce(i.posted_on, i.issued_on)"),
    ("p.invoiced_on <=", _INVOICE_POSTED + " <="),
    ("p.invoiced_on >", _INVOICE_POSTED + " >"),
    # The day on which it was settled says nothing of the day of posting.
    ("p.paid_date > d.as_of", "true"),
)
"""What stands in place of the documents' days, by the days of posting."""


def _by_posting(statement: str) -> str:
    for day, posted in _POSTED:
        statement = statement.replace(day, posted)
    return statement


_SELECT_ACCOUNTS, _SELECT_ACCOUNTS_POSTED = _ACCOUNTS_OF, _by_posting(_ACCOUNTS_OF)
_SELECT_LEASES, _SELECT_LEASES_POSTED = _LEASES_OF, _by_posting(_LEASES_OF)


class Account(NamedTuple):
    """A contract's account on the day: the due dates of what is open and the amounts, what was paid ahead, and the
    deposit that is held, by its payments and by the journal."""

    contract_id: UUID
    tenant: str
    building_id: UUID
    building_name: str
    space_id: UUID
    space_name: str
    currency: str
    days: list[date]
    amounts: list[Decimal]
    unapplied_credit: Decimal
    prepaid: Decimal
    ledger_balance: Decimal
    deposit_held: Decimal
    deposits_in_journal: Decimal


def select_accounts(tx: Reading, scope: Scope, basis: Basis) -> tuple[Asked, list[Account]]:
    """The day, and the account of each contract on which something is open, paid ahead, owed or held. Raises
    NotFound."""
    values = values_of(scope)
    statement = _SELECT_ACCOUNTS_POSTED if basis == "POSTED" else _SELECT_ACCOUNTS
    [asked], accounts = tx.records((SELECT_DAY, values, Asked), (statement, values, Account))
    check_known(asked)
    return asked, accounts


def select_rent_roll(tx: Reading, scope: Scope, basis: Basis) -> tuple[Asked, list[SpaceRow], list[Deal]]:
    """The day, the leasable spaces and their leases, each with its money and that of the leases it renews. Raises
    NotFound."""
    values = values_of(scope) | {"limit": None}
    leases = _SELECT_LEASES_POSTED if basis == "POSTED" else _SELECT_LEASES
    [asked], spaces, deals = tx.records(
        (SELECT_DAY, values, Asked), (SELECT_SPACES, values, SpaceRow), (leases, values, Deal)
    )
    check_known(asked)
    return asked, spaces, deals
