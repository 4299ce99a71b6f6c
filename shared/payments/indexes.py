"""The SQL of indexes: their published values, and the leases whose rent follows them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.maths.currencies import WHOLE_CURRENCIES
from shared.maths.schedule import Line
from shared.maths.terms import IndexValue
from shared.payments.bound import LOCK_MONEY, SCHEDULE_TOTAL
from shared.payments.installments import explained
from shared.payments.published import Publishing

# Publications of the same index come one after the other, so that versions have no gaps.
_LOCK_INDEX = """
SELECT pg_advisory_xact_lock(hashtextextended(%(organization_id)s::text || ' ' || %(name)s, 0)) IS NULL AS locked
"""

# A value that is published already is no new version. Reports of a day ask which values were known by then: by the
# business clock.
_INSERT_VALUES = """
INSERT INTO index_values (id, organization_id, name, day, version, value, final, created_by, created_at)
SELECT n.id, %(organization_id)s, %(name)s, n.day, coalesce(last.version, 0) + 1, n.value, n.final, %(by)s, app.now()
FROM unnest(%(ids)s::uuid[], %(days)s::date[], %(values)s::numeric[], %(finals)s::boolean[])
    AS n (id, day, value, final)
LEFT JOIN LATERAL (
    SELECT v.version, v.value, v.final FROM index_values v
    WHERE v.organization_id = %(organization_id)s AND v.name = %(name)s AND v.day = n.day
    ORDER BY v.version DESC LIMIT 1
) AS last ON true
WHERE last.version IS NULL OR (last.value, last.final) <> (n.value, n.final)
"""

_SELECT_VALUES = """
SELECT v.day AS date, v.value, v.final, v.version, v.created_at
FROM index_values v
WHERE v.organization_id = %(organization_id)s AND v.name = %(name)s
ORDER BY v.day, v.version
"""

SELECT_KNOWN = """
SELECT v.day, v.value, v.final, v.version
FROM contracts c
JOIN index_values v ON v.organization_id = c.owner_organization_id AND v.name = c.escalation #>> '{index,name}'
WHERE c.id = %(contract_id)s
"""

# A correction stands on the day that it is made, which must be no installment's first (a line a charge and period).
_FROM_BEHIND = """
FROM contracts c
CROSS JOIN LATERAL (SELECT app.today(c.premises #>> '{building,timezone}') AS today) AS there
JOIN LATERAL (
    SELECT v.id FROM index_values v
    WHERE v.organization_id = c.owner_organization_id AND v.name = c.escalation #>> '{index,name}'
    ORDER BY v.id DESC LIMIT 1
) AS newest ON true
WHERE c.status IN ('SIGNED', 'ACTIVE', 'EXPIRED') AND c.escalation ->> 'kind' = 'INDEX'
  AND c.index_value_id IS DISTINCT FROM newest.id
  AND NOT EXISTS (SELECT FROM payments p
                  WHERE p.contract_id = c.id AND p.charge = 'RENT' AND p.period_start = there.today)
"""

_SELECT_BEHIND = "SELECT c.id" + _FROM_BEHIND + "ORDER BY c.id LIMIT %(limit)s"

_LOCK_BEHIND = (
    "SELECT c.id, newest.id AS index_value_id, there.today"
    + _FROM_BEHIND
    + "  AND c.id = %(contract_id)s FOR NO KEY UPDATE OF c"
)

_LOCK_SCHEDULE = """
SELECT p.id, p.charge, p.period_start, p.period_end, p.due_date, p.amount, p.abatement, p.tax_amount,
       p.credited_amount, p.credited_tax, p.caught_up, p.corrected, p.written_off_amount, p.paid_amount, p.status,
       i.id IS NOT NULL AS is_invoiced, i.taxes
FROM payments p
LEFT JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'
WHERE p.contract_id = %(contract_id)s AND (p.installment_number IS NOT NULL OR p.charge = 'DEPOSIT')
ORDER BY p.due_date, p.id
FOR UPDATE OF p
"""

_UPDATE_LINE = """
UPDATE payments p
SET amount = %(amount)s, abatement = %(abatement)s, explanation = %(explanation)s, updated_at = now(),
    tax_amount = round(%(amount)s * c.tax_percent / 100,
                       CASE WHEN c.currency = ANY(%(whole_currencies)s::text[]) THEN 0 ELSE 2 END)
FROM contracts c
WHERE p.id = %(payment_id)s AND c.id = p.contract_id
"""

_UPDATE_CAUGHT_UP = """
UPDATE payments p SET caught_up = n.caught_up, corrected = p.corrected + n.corrected
FROM unnest(%(payment_ids)s::uuid[], %(amounts)s::numeric[], %(corrected)s::numeric[])
    AS n (payment_id, caught_up, corrected)
WHERE p.id = n.payment_id
"""

_UPDATE_FOLLOWED = f"""
UPDATE contracts c
SET index_value_id = %(index_value_id)s, updated_at = now(),
    schedule_total = {SCHEDULE_TOTAL}
WHERE c.id = %(contract_id)s
"""


def publish(tx: Tx, caller: Caller, name: str, publishing: Publishing) -> list[Row]:
    """Publish these values; returns all values that the caller's organization has published of the index."""
    values: dict[str, Any] = {
        "organization_id": caller.organization_id,
        "name": name,
        "ids": [new_id() for _ in publishing.values],
        "days": [one.date for one in publishing.values],
        "values": [one.value for one in publishing.values],
        "finals": [one.final for one in publishing.values],
        "by": caller.user_id,
    }
    tx.run(_LOCK_INDEX, values)
    tx.run(_INSERT_VALUES, values)
    return tx.all(_SELECT_VALUES, values)


def select_known(tx: Tx, contract_id: UUID) -> list[IndexValue]:
    """All published values of the contract's index; none if it has no index."""
    return [IndexValue(**row) for row in tx.all(SELECT_KNOWN, {"contract_id": contract_id})]


def select_behind(tx: Tx, limit: int) -> list[UUID]:
    """Leases that are not adjusted to the newest value of their index, by their ids: locked in this order, no two wait
    crosswise."""
    return [row["id"] for row in tx.all(_SELECT_BEHIND, {"limit": limit})]


def lock_behind(tx: Tx, contract_id: UUID) -> Row | None:
    """`id`, the newest `index_value_id` and the building's `today` of such a lease, whose money nobody else moves
    meanwhile; None if it has been adjusted since."""
    values = {"contract_id": contract_id}
    tx.later(LOCK_MONEY, values)
    return tx.one(_LOCK_BEHIND, values)


def lock_schedule(tx: Tx, contract_id: UUID) -> list[Row]:
    """A contract's installments and its deposit, locked."""
    return tx.all(_LOCK_SCHEDULE, {"contract_id": contract_id})


def update_line(tx: Tx, payment_id: UUID, line: Line) -> None:
    """Change an installment that has no invoice yet."""
    values = {"payment_id": payment_id, "amount": line.amount, "abatement": line.abatement}
    more = {"whole_currencies": list(WHOLE_CURRENCIES), "explanation": Jsonb(explained(line))}
    tx.run(_UPDATE_LINE, values | more)


def update_caught_up(tx: Tx, caught_up: dict[UUID, Decimal], corrected: dict[UUID, Decimal]) -> None:
    """Set how much corrections have changed of each installment that was invoiced, and what more of that is
    credited."""
    values: dict[str, Any] = {
        "payment_ids": list(caught_up),
        "amounts": list(caught_up.values()),
        "corrected": [corrected.get(payment_id, Decimal(0)) for payment_id in caught_up],
    }
    tx.run(_UPDATE_CAUGHT_UP, values)


def update_followed(tx: Tx, contract_id: UUID, index_value_id: UUID) -> None:
    """Note that the contract is adjusted to that value, and add up its total again."""
    tx.run(_UPDATE_FOLLOWED, {"contract_id": contract_id, "index_value_id": index_value_id})
