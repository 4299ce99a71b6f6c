"""What ties to what in the books, always: each query finds the contracts or payments that break a promise."""

from shared.kit.db import Reading, Row
from shared.payments.bound import BOUND

# A contract's ledger, beside what is open of its invoices, its unapplied credit and what is settled ahead of one.
_ACCOUNTS = """
WITH invoiced AS (
    SELECT i.contract_id, sum(CASE i.kind WHEN 'INVOICE' THEN i.total_amount ELSE -i.total_amount END) AS amount
    FROM invoices i GROUP BY i.contract_id
), booked AS (
    SELECT t.contract_id, sum(t.charged) AS charged, sum(t.credit) AS credit
    FROM booked_transactions t GROUP BY t.contract_id
), settled AS (
    SELECT p.contract_id,
           sum(p.owed - p.paid_amount) FILTER (WHERE p.invoiced_on IS NOT NULL) AS open,
           sum(p.paid_amount) FILTER (WHERE p.invoiced_on IS NULL) AS prepaid
    FROM payments p GROUP BY p.contract_id
), account AS (
    SELECT s.contract_id, coalesce(i.amount, 0) + coalesce(b.charged, 0) AS balance, coalesce(s.open, 0) AS open,
           coalesce(b.credit, 0) AS unapplied_credit, coalesce(s.prepaid, 0) AS prepaid
    FROM settled s
    LEFT JOIN invoiced i ON i.contract_id = s.contract_id
    LEFT JOIN booked b ON b.contract_id = s.contract_id
)
"""

# The same in the journal's accounts, and the deposits that are held.
_JOURNAL = (
    _ACCOUNTS
    + """
, journal AS (
    SELECT l.contract_id,
           coalesce(sum(l.debit - l.credit) FILTER (WHERE l.account = 'RECEIVABLE'), 0) AS receivable,
           coalesce(sum(l.credit - l.debit) FILTER (WHERE l.account = 'TENANT_CREDIT'), 0) AS tenant_credit,
           coalesce(sum(l.credit - l.debit) FILTER (WHERE l.account = 'DEPOSITS_HELD'), 0) AS deposits_held
    FROM journal_lines l GROUP BY l.contract_id
), held AS (
    SELECT p.contract_id, sum(p.paid_amount - coalesce(t.used, 0)) AS amount
    FROM payments p
    LEFT JOIN (SELECT b.payment_id, sum(b.deposit_used) AS used FROM booked_transactions b GROUP BY b.payment_id) AS t
        ON t.payment_id = p.id
    WHERE p.charge = 'DEPOSIT'
    GROUP BY p.contract_id
), tied AS (
    SELECT a.contract_id AS id, coalesce(j.receivable, 0) AS receivable, a.open,
           coalesce(j.tenant_credit, 0) AS tenant_credit, a.unapplied_credit + a.prepaid AS credit,
           coalesce(j.deposits_held, 0) AS deposits_held, coalesce(h.amount, 0) AS held
    FROM account a
    LEFT JOIN journal j ON j.contract_id = a.contract_id
    LEFT JOIN held h ON h.contract_id = a.contract_id
)
"""
)

BROKEN = {
    "a ledger's balance is what is open of its invoices, less unapplied credit, less what is prepaid": _ACCOUNTS
    + """
        SELECT a.contract_id AS id, a.balance, a.open, a.unapplied_credit, a.prepaid FROM account a
        WHERE a.balance <> a.open - a.unapplied_credit - a.prepaid
    """,
    "the journal's receivable is what is open of the invoices": _JOURNAL
    + """
        SELECT t.id, t.receivable, t.open FROM tied t WHERE t.receivable <> t.open
    """,
    "the journal's tenant credit is what is unapplied and what is prepaid": _JOURNAL
    + """
        SELECT t.id, t.tenant_credit, t.credit FROM tied t WHERE t.tenant_credit <> t.credit
    """,
    "the journal's deposits held are those that are held": _JOURNAL
    + """
        SELECT t.id, t.deposits_held, t.held FROM tied t WHERE t.deposits_held <> t.held
    """,
    "no credit is used twice": _ACCOUNTS
    + """
        SELECT a.contract_id AS id, a.unapplied_credit FROM account a WHERE a.unapplied_credit < 0
    """,
    "no more of a deposit is used than came": _JOURNAL
    + """
        SELECT t.id, t.deposits_held FROM tied t WHERE t.deposits_held < 0
    """,
    "a claim for what was spent gives its contract as much, and is in no invoice": """
        SELECT p.id, p.amount, t.amount AS given FROM payments p
        LEFT JOIN standing_transactions t ON t.payment_id = p.id AND t.kind = 'RECLAIM'
        WHERE p.charge = 'RECLAIM'
          AND (p.amount IS DISTINCT FROM t.amount OR p.tax_amount <> 0 OR NOT p.invoiced_elsewhere
               OR EXISTS (SELECT FROM invoices i WHERE i.payment_id = p.id))
    """,
    "credit stays only where nothing is open": _ACCOUNTS
    + """
        SELECT p.id, p.owed, p.paid_amount FROM account a JOIN payments p ON p.contract_id = a.contract_id
        WHERE a.unapplied_credit > 0 AND p.owed > p.paid_amount
    """,
    "what was paid is what the transactions that stand settle": """
        SELECT p.id, p.paid_amount, t.settled FROM payments p
        LEFT JOIN (SELECT s.payment_id, sum(s.settled) AS settled FROM standing_transactions s GROUP BY s.payment_id)
            AS t ON t.payment_id = p.id
        WHERE p.paid_amount <> coalesce(t.settled, 0)
    """,
    "what was written off is what the transactions that stand say": """
        SELECT p.id, p.written_off_amount FROM payments p
        LEFT JOIN (SELECT s.payment_id, sum(s.written_off) AS written_off
                   FROM standing_transactions s WHERE s.kind = 'WRITE_OFF' GROUP BY s.payment_id)
            AS t ON t.payment_id = p.id
        WHERE p.written_off_amount <> coalesce(t.written_off, 0)
    """,
    "what is credited is what the credit notes say": """
        SELECT p.id, p.credited_amount + p.credited_tax AS credited, n.credited AS noted FROM payments p
        JOIN (SELECT i.payment_id, sum(i.total_amount) AS asked,
                     coalesce(sum((SELECT sum(o.net + o.tax) FROM credited_invoices o
                                   WHERE o.contract_id = i.contract_id AND o.invoice_id = i.id)), 0) AS credited
              FROM invoices i WHERE i.kind = 'INVOICE' GROUP BY i.payment_id) AS n ON n.payment_id = p.id
        WHERE n.asked - n.credited <> p.amount - p.credited_amount + (p.tax_amount - p.credited_tax)
    """,
    "a payment is PAID, open or cancelled by what is owed and paid of it": """
        SELECT p.id, p.status, p.owed, p.paid_amount FROM payments p
        WHERE p.amount > 0 AND (p.status = 'PAID') <> (p.paid_amount = p.owed) AND p.status <> 'CANCELLED'
           OR p.status = 'CANCELLED' AND p.paid_amount <> 0
    """,
}
"""Promise → the rows that break it: `id` is a contract's or a payment's. They hold after each transaction."""

# Given a day more than the job that issues them has.
_SELECT_UNINVOICED = f"""
SELECT p.id, p.due_date FROM payments p
JOIN contracts c ON c.id = p.contract_id
WHERE p.invoiced_on IS NULL AND p.owed > 0 AND {BOUND}
  AND p.due_date - %(days_before)s::integer < app.today(c.premises #>> '{{building,timezone}}') - 1
"""

_LIMIT = " LIMIT 20"


def select_broken(tx: Reading, days_before: int) -> dict[str, list[Row]]:
    """The promises that some rows break, each with some of those rows. `days_before` its due date, an installment has
    its invoice."""
    found = {name: tx.all(query + _LIMIT, {}) for name, query in BROKEN.items()}
    found["an installment has its invoice on its day of issue"] = tx.all(
        _SELECT_UNINVOICED + _LIMIT, {"days_before": days_before}
    )
    return {name: rows for name, rows in found.items() if rows}
