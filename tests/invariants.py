"""What is true of the database after any story, however it went: each query finds the rows that break a promise."""

import psycopg
from psycopg.rows import dict_row

# While an event or a saga is on its way some of these may be broken for moments: settle first.
BROKEN = {
    "one live lease a space and day": """
        SELECT a.id, b.id AS other FROM contracts a
        JOIN contracts b ON b.space_id = a.space_id AND b.id > a.id
          AND daterange(a.start_date, a.end_date, '[]') && daterange(b.start_date, b.end_date, '[]')
        WHERE a.status IN ('SIGNED', 'ACTIVE') AND b.status IN ('SIGNED', 'ACTIVE')
    """,
    "one live hold a space": """
        SELECT space_id FROM contracts
        WHERE bid_id IS NOT NULL AND status IN ('DRAFT', 'PENDING_SIGNATURE') GROUP BY space_id HAVING count(*) > 1
    """,
    "an approved bid has one contract, another bid none": """
        SELECT b.id, b.status, count(c.id) FROM bids b LEFT JOIN contracts c ON c.bid_id = b.id
        GROUP BY b.id HAVING count(c.id) <> CASE WHEN b.status = 'APPROVED' THEN 1 ELSE 0 END
    """,
    "one open bid of a client's organization on a space": """
        SELECT space_id, client_organization_id FROM bids WHERE status IN ('PENDING', 'COUNTER_OFFERED')
        GROUP BY 1, 2 HAVING count(*) > 1
    """,
    "a bid's versions are numbered from 1 without gaps, up to its own": """
        SELECT b.id FROM bids b JOIN bid_versions v ON v.bid_id = b.id
        GROUP BY b.id HAVING count(*) <> max(v.version) OR min(v.version) <> 1 OR max(v.version) <> max(b.version)
    """,
    "installments add up to the contract's total": """
        SELECT c.id, c.schedule_total, sum(p.amount) FROM contracts c JOIN payments p ON p.contract_id = c.id
        WHERE p.charge = 'RENT'
        GROUP BY c.id HAVING sum(p.amount) <> c.schedule_total
    """,
    "an executed contract has its schedule, both signatures and its document": """
        SELECT c.id FROM contracts c
        WHERE c.status IN ('SIGNED', 'ACTIVE', 'EXPIRED')
          AND (c.document_sha256 IS NULL OR c.signature_status <> 'FULLY_SIGNED'
               OR NOT EXISTS (SELECT FROM payments p WHERE p.contract_id = c.id)
               OR (SELECT count(DISTINCT side) FROM signatures s WHERE s.contract_id = c.id) < 2)
    """,
    "a deal that died before it was executed leaves no open installment": """
        SELECT p.id FROM payments p JOIN contracts c ON c.id = p.contract_id
        WHERE c.status = 'TERMINATED' AND c.executed_at IS NULL AND p.status <> 'CANCELLED'
    """,
    "a space is held by exactly the contract that holds it": """
        SELECT s.id, s.availability_status, s.held_by_contract_id FROM spaces s
        LEFT JOIN contracts c ON c.id = s.held_by_contract_id
        WHERE (s.availability_status IN ('RESERVED', 'OCCUPIED')) <> (s.held_by_contract_id IS NOT NULL)
           OR c.status IN ('TERMINATED', 'EXPIRED')
    """,
    "what was paid is what the transactions that stand say": """
        SELECT p.id, p.paid_amount FROM payments p
        WHERE p.paid_amount <> (
            SELECT coalesce(sum(CASE t.kind WHEN 'FREED' THEN -t.amount ELSE t.amount END), 0)
            FROM payment_transactions t
            WHERE t.payment_id = p.id AND t.kind IN ('PAYMENT', 'APPLIED', 'FREED')
              AND NOT EXISTS (SELECT FROM payment_transactions r WHERE r.reverses_id = t.id))
    """,
    "what is owed is what was asked for and not credited": """
        SELECT id, owed FROM payments
        WHERE owed <> CASE WHEN status = 'CANCELLED' THEN 0
                           ELSE amount + tax_amount - credited_amount - credited_tax END
    """,
    "PAID is what is settled, tax included": """
        SELECT id, status FROM payments
        WHERE (status = 'PAID')
              <> (paid_amount = amount + tax_amount - credited_amount - credited_tax AND paid_date IS NOT NULL)
          AND amount > 0 AND status <> 'CANCELLED'
    """,
    "paid, open and cancelled installments are all there are": """
        SELECT c.id FROM contracts c JOIN payments p ON p.contract_id = c.id WHERE p.installment_number IS NOT NULL
        GROUP BY c.id HAVING count(*) <> max(p.total_installments) OR count(*) <> max(p.installment_number)
    """,
    "what is cancelled is settled with nothing": """
        SELECT id, paid_amount FROM payments WHERE status = 'CANCELLED' AND paid_amount <> 0
    """,
    "no more is credited than was asked for, and credit notes say how much": """
        SELECT p.id FROM payments p JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'
        WHERE p.credited_amount + p.credited_tax > greatest(p.amount + p.tax_amount, 0)
           OR i.total_amount
              - coalesce((SELECT sum(n.total_amount) FROM invoices n WHERE n.credits_invoice_id = i.id), 0)
              <> p.amount + p.tax_amount - p.credited_amount - p.credited_tax
    """,
    "an account is what is open of its invoices, less what came for nothing that was asked for": """
        SELECT c.id, a.balance, a.open, a.credit FROM contracts c
        CROSS JOIN LATERAL (
            SELECT (SELECT coalesce(sum(CASE i.kind WHEN 'INVOICE' THEN i.total_amount ELSE -i.total_amount END), 0)
                    FROM invoices i WHERE i.contract_id = c.id)
                   - (SELECT coalesce(sum(CASE t.kind WHEN 'REVERSAL' THEN -t.amount ELSE t.amount END), 0)
                      FROM payment_transactions t LEFT JOIN payment_transactions o ON o.id = t.reverses_id
                      WHERE t.contract_id = c.id
                        AND coalesce(o.kind, t.kind) IN ('PAYMENT', 'CREDIT', 'DEPOSIT_APPLIED')) AS balance,
                   (SELECT coalesce(sum(CASE WHEN i.id IS NULL THEN -p.paid_amount
                                             ELSE p.amount + p.tax_amount - p.credited_amount - p.credited_tax
                                                  - p.paid_amount END), 0)
                    FROM payments p LEFT JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'
                    WHERE p.contract_id = c.id) AS open,
                   (SELECT coalesce(sum(CASE t.kind WHEN 'APPLIED' THEN -t.amount ELSE t.amount END), 0)
                    FROM payment_transactions t
                    WHERE t.contract_id = c.id AND t.kind IN ('CREDIT', 'FREED', 'APPLIED', 'DEPOSIT_APPLIED')
                      AND NOT EXISTS (SELECT FROM payment_transactions r WHERE r.reverses_id = t.id)) AS credit
        ) AS a
        WHERE a.balance <> a.open - a.credit OR a.credit < 0
    """,
    "invoices are numbered without gaps": """
        SELECT owner_organization_id FROM invoices
        GROUP BY owner_organization_id HAVING count(*) <> max(number) OR min(number) <> 1
    """,
    "every change has its audit row": """
        SELECT o.id, o.name FROM outbox o
        WHERE NOT EXISTS (SELECT FROM audit_logs a WHERE a.action = o.name
                          AND a.resource_id IS NOT DISTINCT FROM o.object_id AND a.created_at = o.occurred_at)
    """,
    "every bid's change was told": """
        SELECT b.id FROM bids b WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.object_id = b.id)
    """,
    "every event went out": "SELECT id, name FROM outbox WHERE published_at IS NULL",
}


def broken(database_url: str) -> dict[str, list[dict[str, object]]]:
    """The promises that some rows break, with the first of those rows; empty where all is well."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        found = {name: connection.execute(query + " LIMIT 5").fetchall() for name, query in BROKEN.items()}  # type: ignore[operator]
    return {name: rows for name, rows in found.items() if rows}
