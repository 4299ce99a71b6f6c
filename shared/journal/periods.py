"""The SQL of months that are closed."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.kit.db import Reading, Row, Tx

# Whoever posts something holds the same lock, shared, until their transaction ends (app.posting_day). So a month is
# closed before something is posted, or after: nothing comes into a closed month.
_LOCK_BOOKS = """
SELECT pg_advisory_xact_lock(hashtextextended('books ' || %(organization_id)s::text, 0)) IS NULL AS locked
"""

# A month is over when its last day is, at every building.
_SELECT_BOOKS = """
SELECT o.id AS organization_id, b.open_from, b.updated_at, b.updated_by, there.first AS today, there.last AS latest
FROM (SELECT %(organization_id)s::uuid AS id) AS o
LEFT JOIN books b ON b.organization_id = o.id
CROSS JOIN LATERAL (
    SELECT coalesce(min(app.today(p.timezone)), app.today('UTC')) AS first,
           coalesce(max(app.today(p.timezone)), app.today('UTC')) AS last
    FROM buildings p WHERE p.owner_organization_id = o.id
) AS there
"""

_SELECT_FIRST = """
SELECT least((SELECT min(coalesce(i.posted_on, i.issued_on)) FROM invoices i
              WHERE i.owner_organization_id = %(organization_id)s),
             (SELECT min(coalesce(t.posted_on, t.paid_date)) FROM payment_transactions t
              WHERE t.owner_organization_id = %(organization_id)s)) AS day
"""

_UPSERT_OPEN_FROM = """
INSERT INTO books (organization_id, open_from, created_by, updated_by)
VALUES (%(organization_id)s, %(open_from)s, %(by)s, %(by)s)
ON CONFLICT (organization_id) DO UPDATE
SET open_from = excluded.open_from, updated_at = now(), updated_by = excluded.updated_by
"""


def lock_books(tx: Tx, organization_id: UUID) -> Row:
    """The organization's books: `open_from`, the earliest of its buildings' days (`today`) and the `latest`. Nobody
    posts anything to them until the transaction ends."""
    values = {"organization_id": organization_id}
    return tx.batch((_LOCK_BOOKS, values), (_SELECT_BOOKS, values))[1][0]


def select_books(tx: Reading, organization_id: UUID) -> tuple[Row, date | None]:
    """As `lock_books`, not locked; and the day of the first posting."""
    values = {"organization_id": organization_id}
    [books], [first] = tx.batch((_SELECT_BOOKS, values), (_SELECT_FIRST, values))
    return books, first["day"]


def update_open_from(tx: Tx, organization_id: UUID, open_from: date | None) -> None:
    """Every month before that day is closed."""
    values: dict[str, Any] = {"organization_id": organization_id, "open_from": open_from}
    tx.run(_UPSERT_OPEN_FROM, values | {"by": tx.caller.user_id if tx.caller else None})
