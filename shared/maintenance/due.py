"""The SQL of what falls due on tickets, and of tickets whose contractor is gone: for the platform, which sees every
side."""

from collections.abc import Sequence
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Row, Tx
from shared.kit.ids import new_id
from shared.maintenance.models import Ticket
from shared.maintenance.shown import SHOWN

_ZONE = "t.premises #>> '{building,timezone}'"

# Once a day of the building's.
_LOCK_OVERDUE = f"""
SELECT t.id, app.today({_ZONE}) AS day
FROM tickets t
WHERE t.status IN ('OPEN', 'IN_PROGRESS') AND t.due_at < app.now()
  AND NOT EXISTS (SELECT FROM work_items w
                  WHERE w.entity_id = t.id AND w.job = 'remind_overdue' AND w.day = app.today({_ZONE}))
ORDER BY t.due_at, t.id
LIMIT %(limit)s
FOR UPDATE OF t SKIP LOCKED
"""

_LOCK_RESOLVED = f"""
SELECT t.id, (t.resolved_at AT TIME ZONE ({_ZONE}))::date + %(days)s::int AS day
FROM tickets t
WHERE t.status = 'RESOLVED' AND t.resolved_at <= app.now() - make_interval(days => %(days)s::int)
ORDER BY t.resolved_at, t.id
LIMIT %(limit)s
FOR UPDATE OF t SKIP LOCKED
"""

_UPDATE_CLOSED = """
UPDATE tickets t SET status = 'CLOSED', closed_at = app.now(), updated_at = clock_timestamp(), updated_by = NULL
WHERE t.id = ANY (%(ids)s::uuid[])
"""

# Whoever no longer works for anybody: a colleague takes over, or nobody.
_LOCK_LEFT = """
SELECT t.id, t.contractor_organization_id, c.id AS colleague_id,
       jsonb_build_object('name', c.name, 'organization', coalesce(o.legal_name, o.name)) AS party
FROM tickets t
JOIN organizations o ON o.id = t.contractor_organization_id
JOIN users u ON u.id = t.contractor_id
LEFT JOIN LATERAL (
    SELECT one.id, one.name FROM users one
    WHERE one.organization_id = t.contractor_organization_id AND one.role = 'CONTRACTOR' AND one.status = 'ACTIVE'
      AND one.deleted_at IS NULL
    ORDER BY one.id
    LIMIT 1
) AS c ON true
WHERE t.contractor_id = %(user_id)s AND t.status <> 'CLOSED'
  AND (u.deleted_at IS NOT NULL OR u.status <> 'ACTIVE' OR u.role <> 'CONTRACTOR')
ORDER BY t.id
FOR UPDATE OF t
"""

_UPDATE_LEFT = """
UPDATE tickets t
SET contractor_organization_id = CASE WHEN %(colleague_id)s::uuid IS NOT NULL THEN t.contractor_organization_id END,
    contractor_id = %(colleague_id)s, contractor_party = %(party)s,
    accepted_at = CASE WHEN %(colleague_id)s::uuid IS NOT NULL THEN t.accepted_at END,
    updated_at = clock_timestamp(), updated_by = NULL
WHERE t.id = %(id)s
"""

_INSERT_HISTORY = """
INSERT INTO ticket_history (id, ticket_id, owner_organization_id, contractor_organization_id, action, changes)
SELECT %(history_id)s, t.id, t.owner_organization_id, %(contractor_organization_id)s, %(action)s, %(changes)s
FROM tickets t
WHERE t.id = %(id)s
"""

_SELECT_MANY = f"{SHOWN} WHERE t.id = ANY (%(ids)s::uuid[]) ORDER BY t.id"


def lock_overdue(tx: Tx, limit: int) -> list[Row]:
    """`id` and `day` of tickets that are past due, and whose sides have not been told so on that day."""
    return tx.all(_LOCK_OVERDUE, {"limit": limit})


def lock_resolved(tx: Tx, days: int, limit: int) -> list[Row]:
    """`id` and `day` of tickets that were resolved so many days ago, and not reopened."""
    return tx.all(_LOCK_RESOLVED, {"days": days, "limit": limit})


def close(tx: Tx, ids: Sequence[UUID]) -> list[Ticket]:
    """The tickets, closed by the platform."""
    status = [{"field": "status", "before": "RESOLVED", "after": "CLOSED"}]
    for one in ids:
        _remember(tx, one, "CLOSED", changes=status)
    tx.run(_UPDATE_CLOSED, {"ids": list(ids)})
    return select_many(tx, ids)


def lock_left(tx: Tx, user_id: UUID) -> list[Row]:
    """The tickets of a contractor who has left, was suspended or got another role; with a colleague's `colleague_id`
    and `party` if there is one."""
    return tx.all(_LOCK_LEFT, {"user_id": user_id})


def hand_on(tx: Tx, left: Sequence[Row]) -> None:
    """Queue that each of these goes to the colleague, or to nobody."""
    for row in left:
        is_handed_on = row["colleague_id"] is not None
        _remember(tx, row["id"], "ASSIGNED" if is_handed_on else "UNASSIGNED", row["contractor_organization_id"])
        tx.run(_UPDATE_LEFT, row | {"party": Jsonb(row["party"]) if is_handed_on else None})


def _remember(
    tx: Tx, ticket_id: UUID, action: str, contractor: UUID | None = None, changes: Sequence[Row] = ()
) -> None:
    values = {"contractor_organization_id": contractor, "action": action, "changes": Jsonb(list(changes))}
    tx.run(_INSERT_HISTORY, values | {"history_id": new_id(), "id": ticket_id})


def select_many(tx: Tx, ids: Sequence[UUID]) -> list[Ticket]:
    """The tickets, whole, by id."""
    return [Ticket.of(row) for row in tx.all(_SELECT_MANY, {"ids": list(ids)})]
