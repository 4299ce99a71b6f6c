"""The SQL of the day jobs: the payments that they have work on, by the day at each building.

Every query first finds by an index whatever can be due anywhere on earth (a day begins first in Kiritimati), then
checks the day at each building. It locks the rows that it returns and skips rows that another run has locked.
"""

from typing import Any
from uuid import UUID

from shared.kit.db import Row, Tx
from shared.payments.bound import BOUND

# Each statement below says between these two what `work.day` is, the building's day on which the work fell due, and
# which payments have it. A payment is open until its last cent has come. Days are compared here, not the state that
# app.payment_state says: a planner that cannot count its results reads everything that is due for each batch.
_SELECTED = """
SELECT p.id, work.day, p.due_date - there.today AS days_until_due, p.owed - p.paid_amount AS open_amount
FROM payments p
JOIN contracts c ON c.id = p.contract_id
CROSS JOIN LATERAL (SELECT app.today(c.premises #>> '{building,timezone}') AS today) AS there
"""
_NOT_DONE = f"""
  AND {BOUND}
  AND NOT EXISTS (SELECT FROM work_items w WHERE w.entity_id = p.id AND w.job = %(job)s AND w.day = work.day)
ORDER BY p.due_date, p.id
LIMIT %(limit)s
FOR UPDATE OF p SKIP LOCKED
"""
_OPEN_AND_NOT_DONE = "  AND p.paid_amount < p.owed" + _NOT_DONE

# Whatever is owed is invoiced, settled before or not. What is free of rent is not asked for.
_LOCK_UNINVOICED = (
    _SELECTED
    + """
CROSS JOIN LATERAL (SELECT p.due_date - %(days_before)s::integer AS day) AS work
WHERE p.invoiced_on IS NULL AND p.owed > 0
  AND p.due_date <= app.today('Pacific/Kiritimati') + %(days_before)s::integer
  AND work.day <= there.today
"""
    + _NOT_DONE
)

_LOCK_FALLEN_DUE = (
    _SELECTED
    + """
CROSS JOIN LATERAL (SELECT p.due_date AS day) AS work
WHERE p.status = 'SCHEDULED'
  AND p.due_date <= app.today('Pacific/Kiritimati')
  AND work.day <= there.today
"""
    + _OPEN_AND_NOT_DONE
)

_LOCK_FALLEN_OVERDUE = (
    _SELECTED
    + """
CROSS JOIN LATERAL (SELECT p.due_date + 1 AS day) AS work
WHERE p.status = 'DUE'
  AND p.due_date < app.today('Pacific/Kiritimati')
  AND work.day <= there.today
"""
    + _OPEN_AND_NOT_DONE
)

# A reminder that was missed is sent with the days that are really left; and none that fell due before the lease was
# executed.
_LOCK_DUE_SOON = (
    _SELECTED
    + """
CROSS JOIN LATERAL (SELECT p.due_date - %(days_before)s::integer AS day) AS work
WHERE p.status = 'SCHEDULED'
  AND p.due_date <= app.today('Pacific/Kiritimati') + %(days_before)s::integer
  AND p.due_date > there.today AND work.day <= there.today
  AND work.day >= (c.activated_at AT TIME ZONE (c.premises #>> '{building,timezone}'))::date
"""
    + _OPEN_AND_NOT_DONE
)

# A week later nobody is reminded any more: what has been overdue for long, or was imported so, is somebody's to talk
# about.
_LOCK_LATE = (
    _SELECTED
    + """
CROSS JOIN LATERAL (SELECT p.due_date + %(days_after)s::integer AS day) AS work
WHERE p.status = 'OVERDUE'
  AND p.due_date BETWEEN app.today('Pacific/Kiritimati') - %(days_after)s::integer - 8
                     AND app.today('Pacific/Kiritimati') - %(days_after)s::integer
  AND there.today BETWEEN work.day AND work.day + 6
"""
    + _OPEN_AND_NOT_DONE
)

_UPDATE_STATUS = """
UPDATE payments SET status = %(status)s, updated_at = now() WHERE id = ANY(%(payment_ids)s::uuid[])
"""


def lock_uninvoiced(tx: Tx, days_before: int, limit: int) -> list[Row]:
    """`id` and `day` of payments that are due in `days_before` days or less and have no invoice."""
    return tx.all(_LOCK_UNINVOICED, {"job": "issue_invoice", "days_before": days_before, "limit": limit})


def lock_fallen_due(tx: Tx, limit: int) -> list[Row]:
    """`id` and `day` of scheduled payments whose due date has begun."""
    return tx.all(_LOCK_FALLEN_DUE, {"job": "make_due", "limit": limit})


def lock_fallen_overdue(tx: Tx, limit: int) -> list[Row]:
    """`id` and `day` of due payments whose due date is over."""
    return tx.all(_LOCK_FALLEN_OVERDUE, {"job": "make_overdue", "limit": limit})


def lock_due_soon(tx: Tx, days_before: int, limit: int) -> list[Row]:
    """`id`, `day`, `days_until_due` and `open_amount` of payments whose payer is to be told that they are due in
    `days_before` days or less."""
    return tx.all(_LOCK_DUE_SOON, {"job": "remind", "days_before": days_before, "limit": limit})


def lock_late(tx: Tx, days_after: int, limit: int) -> list[Row]:
    """As lock_due_soon, of payments that are still overdue `days_after` days after they were due."""
    return tx.all(_LOCK_LATE, {"job": "remind_late", "days_after": days_after, "limit": limit})


def update_status(tx: Tx, payment_ids: list[UUID], status: str) -> None:
    """Set the status of payments to DUE or OVERDUE."""
    values: dict[str, Any] = {"payment_ids": payment_ids, "status": status}
    tx.run(_UPDATE_STATUS, values)
