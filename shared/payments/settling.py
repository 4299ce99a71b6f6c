"""What of a payment is settled: the one statement that says so, from the transactions that stand."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from shared.kit.db import Tx

# An open payment falls due, and overdue, by the day jobs alone, which tell people so. One that was settled and is open
# again has the state of the day at once. What is settled without money or credit, as a correction below zero is, has no
# day of its own.
STATUS = "CASE WHEN s.state IN ('PAID', 'CANCELLED') OR p.status = 'PAID' THEN s.state ELSE p.status END"
"""The status of payment `p` once it is settled again, with the state `s.state` of the day."""

_UPDATE_SETTLED = f"""
UPDATE payments p
SET paid_amount = s.paid,
    status = {STATUS},
    paid_date = CASE WHEN s.state = 'PAID' THEN coalesce(s.last_day, %(day)s) END,
    -- What becomes PAID has its late charges calculated again, even if its last day is the one before.
    late_until = CASE WHEN s.state <> 'PAID' OR p.status = 'PAID' THEN p.late_until END,
    payment_method = s.payment_method, updated_at = now(), updated_by = %(by)s
FROM (
    SELECT o.id, t.paid, t.last_day, t.payment_method,
           app.payment_state(o.status, o.owed, t.paid, o.due_date, %(today)s) AS state
    FROM payments o
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(m.settled), 0) AS paid, max(m.paid_date) FILTER (WHERE m.settled > 0) AS last_day,
               (array_agg(m.payment_method ORDER BY m.id DESC) FILTER (WHERE m.kind = 'PAYMENT'))[1] AS payment_method
        FROM standing_transactions m
        WHERE m.payment_id = o.id
    ) AS t
    WHERE o.id = ANY(%(payment_ids)s::uuid[])
) AS s
WHERE p.id = s.id
"""


def settle(tx: Tx, payment_ids: Collection[UUID], *, today: date, day: date | None = None) -> None:
    """What was paid of the payments (locked before), and their state, after any of their transactions or of what is
    owed changed.

    `today` is the building's; `day` the day on which what no transaction dates is settled, where that is another one.
    """
    values = {
        "payment_ids": list(payment_ids),
        "today": today,
        "day": day or today,
        "by": tx.caller.user_id if tx.caller else None,
    }
    tx.run(_UPDATE_SETTLED, values)
