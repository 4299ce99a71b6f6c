"""The SQL of the journal: pages of entries, from shared/schema/views/journal_lines.sql."""

from shared.journal.models import JournalFilter
from shared.kit.db import Reading, Row
from shared.kit.request import Caller
from shared.organizations.sides import creditor_sides, owned

# Documents one after the other, by an index, until there are enough that have lines in the days. What was posted later
# than the days has none; credit that settles ahead of an invoice, and the second half of a transfer, have none at all.
_HAS_LINES = """
  AND (%(after)s::uuid IS NULL OR e.id > %(after)s)
  AND EXISTS (SELECT FROM journal_lines l
              WHERE l.entry_id = e.id
                AND (%(begins)s::date IS NULL OR l.posted_on >= %(begins)s)
                AND (%(ends)s::date IS NULL OR l.posted_on <= %(ends)s))
ORDER BY e.id
LIMIT %(limit)s
"""

_SELECT_LINES = f"""
WITH invoiced AS (
    SELECT e.id FROM invoices e
    WHERE {owned("e")} AND (%(ends)s::date IS NULL OR coalesce(e.posted_on, e.issued_on) <= %(ends)s)
    {_HAS_LINES}
), moved AS (
    SELECT e.id FROM payment_transactions e
    WHERE {owned("e")} AND (%(ends)s::date IS NULL OR coalesce(e.posted_on, e.paid_date) <= %(ends)s)
    {_HAS_LINES}
), entry AS MATERIALIZED (
    SELECT id FROM (SELECT id FROM invoiced UNION ALL SELECT id FROM moved) AS found ORDER BY id LIMIT %(limit)s
)
SELECT l.entry_id, l.posted_on, l.document_date,
       coalesce(b.accounts #>> ARRAY[l.account, 'code'], l.account) AS account, l.debit, l.credit, l.currency,
       l.contract_id, c.building_id, l.source, l.reference
FROM journal_lines l
JOIN contracts c ON c.id = l.contract_id
LEFT JOIN books b ON b.organization_id = l.owner_organization_id
WHERE l.entry_id = ANY (ARRAY(SELECT id FROM entry))
  AND (%(begins)s::date IS NULL OR l.posted_on >= %(begins)s)
  AND (%(ends)s::date IS NULL OR l.posted_on <= %(ends)s)
ORDER BY l.entry_id, l.posted_on, l.place
"""


def select_lines(tx: Reading, caller: Caller, asked: JournalFilter) -> list[Row]:
    """The lines of one entry more than the answer holds."""
    values = asked.model_dump(include={"begins", "ends", "after"}) | {"limit": asked.limit + 1}
    return tx.all(_SELECT_LINES, {**creditor_sides(caller), **values})
