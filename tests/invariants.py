"""What is true of the database after any story, however it went: each query finds the rows that break a promise."""

import psycopg
from psycopg.rows import dict_row

from shared.payments.books import BROKEN as BOOKS
from shared.payments.bound import SCHEDULE_TOTAL

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
    "installments add up to the contract's total": f"""
        SELECT c.id, c.schedule_total FROM contracts c
        WHERE EXISTS (SELECT FROM payments p WHERE p.contract_id = c.id AND p.charge = 'RENT')
          AND c.schedule_total <> {SCHEDULE_TOTAL}
    """,
    "an executed contract has its schedule, both signatures and its document, unless it was agreed elsewhere": """
        SELECT c.id FROM contracts c
        WHERE c.status IN ('SIGNED', 'ACTIVE', 'EXPIRED') AND c.imported IS NULL
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
    "what is owed is what was asked for and not credited": """
        SELECT id, owed FROM payments
        WHERE owed <> CASE WHEN status = 'CANCELLED' THEN 0
                           ELSE amount + tax_amount - credited_amount - credited_tax - written_off_amount END
    """,
    "paid, open and cancelled installments are all there are": """
        SELECT c.id FROM contracts c JOIN payments p ON p.contract_id = c.id WHERE p.installment_number IS NOT NULL
        GROUP BY c.id HAVING count(*) <> max(p.total_installments) OR count(*) <> max(p.installment_number)
    """,
    "no more is credited than was asked for, and credit notes say how much": """
        SELECT p.id FROM payments p JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'
        WHERE p.credited_amount + p.credited_tax > greatest(p.amount + p.tax_amount, 0)
           OR i.total_amount
              - coalesce((SELECT sum(n.net + n.tax) FROM credited_invoices n
                          WHERE n.contract_id = i.contract_id AND n.invoice_id = i.id), 0)
              <> p.amount + p.tax_amount - p.credited_amount - p.credited_tax
    """,
    "invoices are numbered without gaps": """
        SELECT owner_organization_id, kind FROM invoices
        GROUP BY owner_organization_id, kind HAVING count(*) <> max(number) OR min(number) <> 1
    """,
    "every change has its audit row": """
        SELECT o.id, o.name FROM outbox o
        WHERE NOT EXISTS (SELECT FROM audit_logs a WHERE a.action = o.name
                          AND a.resource_id IS NOT DISTINCT FROM o.object_id AND a.created_at = o.occurred_at)
    """,
    "every bid's change was told": """
        SELECT b.id FROM bids b WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.object_id = b.id)
    """,
    "a payment knows the day of its invoice": """
        SELECT p.id, p.invoiced_on FROM payments p LEFT JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'
        WHERE p.invoiced_on IS DISTINCT FROM i.issued_on AND NOT p.invoiced_elsewhere
    """,
    "an entry of the journal balances on each of its days, in accounts of the chart": """
        SELECT l.entry_id AS id, l.posted_on FROM journal_lines l GROUP BY l.entry_id, l.posted_on
        HAVING sum(l.debit) <> sum(l.credit) OR count(*) <> count(l.account)
    """,
    **BOOKS,
    "every event went out": "SELECT id, name FROM outbox WHERE published_at IS NULL",
}


def broken(database_url: str) -> dict[str, list[dict[str, object]]]:
    """The promises that some rows break, with the first of those rows; empty where all is well."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        found = {name: connection.execute(query + " LIMIT 5").fetchall() for name, query in BROKEN.items()}  # type: ignore[operator]
    return {name: rows for name, rows in found.items() if rows}


def untied(database_url: str, contract_ids: list[str]) -> dict[str, list[dict[str, object]]]:
    """The promises of the books (shared/payments/books.py) that these contracts break; empty where all ties."""
    ids = {"ids": contract_ids}
    theirs = """ AS broken WHERE broken.id = ANY(%(ids)s::uuid[])
        OR broken.id IN (SELECT p.id FROM payments p WHERE p.contract_id = ANY(%(ids)s::uuid[])) LIMIT 5"""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        found = {
            name: connection.execute(f"SELECT * FROM ({query})" + theirs, ids).fetchall()  # type: ignore[arg-type]
            for name, query in BOOKS.items()
        }
    return {name: rows for name, rows in found.items() if rows}
