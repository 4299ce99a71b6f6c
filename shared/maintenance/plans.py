"""The SQL of plans: what comes again and again, and the tickets that it opens."""

from datetime import date
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.maintenance.planned import NewPlan, PlanFilter
from shared.organizations.sides import owned, sides_of

_COLUMNS = """
p.id, p.building_id, p.premises -> 'building' AS building, p.space_id, nullif(p.premises -> 'space', 'null') AS space,
p.title, p.description, p.category, p.priority, p.rrule, p.starts_on, p.lead_days, p.contractor_id, p.checklist,
p.next_on, p.created_at, p.updated_at
"""

_MINE = f"p.deleted_at IS NULL AND {owned('p')}"

_SELECT_PAGE = f"""
SELECT {_COLUMNS}
FROM maintenance_plans p
WHERE {_MINE}
  AND (%(building_id)s::uuid IS NULL OR p.building_id = %(building_id)s)
  AND (%(before)s::uuid IS NULL OR p.id < %(before)s)
ORDER BY p.id DESC
LIMIT %(limit)s
"""

_NOW = """
app.today(p.premises #>> '{building,timezone}') AS today,
(SELECT max(t.occurs_on) FROM tickets t WHERE t.plan_id = p.id) AS last_on
"""

_SELECT_ONE = f"SELECT {_COLUMNS}, {_NOW} FROM maintenance_plans p WHERE p.id = %(plan_id)s AND {_MINE}"

_LOCK_ONE = f"{_SELECT_ONE} FOR UPDATE"

_INSERT = f"""
INSERT INTO maintenance_plans AS p (id, owner_organization_id, building_id, space_id, premises, title, description,
                                    category, priority, rrule, starts_on, lead_days, contractor_id, checklist, next_on,
                                    created_by, updated_by)
VALUES (%(id)s, %(owner_organization_id)s, %(building_id)s, %(space_id)s, %(premises)s, %(title)s, %(description)s,
        %(category)s, %(priority)s, %(rrule)s, %(starts_on)s, %(lead_days)s, %(contractor_id)s, %(checklist)s,
        %(next_on)s, %(by)s, %(by)s)
RETURNING {_COLUMNS}
"""

_UPDATE = f"""
UPDATE maintenance_plans p
SET title = %(title)s, description = %(description)s, category = %(category)s, priority = %(priority)s,
    rrule = %(rrule)s, starts_on = %(starts_on)s, lead_days = %(lead_days)s, contractor_id = %(contractor_id)s,
    checklist = %(checklist)s, next_on = %(next_on)s, updated_at = clock_timestamp(), updated_by = %(by)s
WHERE p.id = %(id)s
RETURNING {_COLUMNS}
"""

_DELETE = "UPDATE maintenance_plans p SET deleted_at = now(), updated_by = %(by)s WHERE p.id = %(plan_id)s"

# For the platform. A contractor who is gone, or whose insurance has ended, is assigned nothing.
_LOCK_DUE = """
SELECT p.id, p.owner_organization_id, p.building_id, p.space_id, p.premises, p.title, p.description, p.category,
       p.priority, p.rrule, p.starts_on, p.checklist, p.next_on, app.now() AS now,
       o.maintenance_hours AS hours, p.premises #>> '{building,timezone}' AS timezone,
       c.id AS contractor_id, c.organization_id AS contractor_organization_id,
       CASE WHEN c.id IS NOT NULL
            THEN jsonb_build_object('name', c.name, 'organization', coalesce(co.legal_name, co.name)) END AS party
FROM maintenance_plans p
JOIN buildings b ON b.id = p.building_id AND b.deleted_at IS NULL
JOIN organizations o ON o.id = p.owner_organization_id
LEFT JOIN users c ON c.id = p.contractor_id AND c.role = 'CONTRACTOR' AND c.status = 'ACTIVE' AND c.deleted_at IS NULL
     AND NOT EXISTS (SELECT FROM contractor_profiles i WHERE i.organization_id = c.organization_id
                     AND i.insurance_expires_on < app.today('UTC'))
LEFT JOIN organizations co ON co.id = c.organization_id
WHERE p.deleted_at IS NULL AND p.next_on IS NOT NULL
  AND p.next_on - p.lead_days <= app.today(p.premises #>> '{building,timezone}')
ORDER BY p.next_on, p.id
LIMIT %(limit)s
FOR UPDATE OF p SKIP LOCKED
"""

_UPDATE_NEXT = "UPDATE maintenance_plans p SET next_on = %(following)s WHERE p.id = %(id)s"

_INSERT_TICKET = """
INSERT INTO tickets (id, owner_organization_id, building_id, space_id, premises, title, description, priority, category,
                     opened_at, due_at, replied_at, contractor_organization_id, contractor_id, contractor_party,
                     plan_id, occurs_on, checklist)
VALUES (%(ticket_id)s, %(owner_organization_id)s, %(building_id)s, %(space_id)s, %(premises)s, %(title)s,
        %(description)s, %(priority)s, %(category)s, %(now)s, %(due_at)s, %(now)s, %(contractor_organization_id)s,
        %(contractor_id)s, %(party)s, %(id)s, %(next_on)s, %(checklist)s)
"""

_INSERT_HISTORY = """
INSERT INTO ticket_history (id, ticket_id, owner_organization_id, contractor_organization_id, action)
VALUES (%(history_id)s, %(ticket_id)s, %(owner_organization_id)s, %(contractor)s, %(action)s)
"""


def select_plans(tx: Reading, caller: Caller, query: PlanFilter) -> list[Row]:
    """One row more than the page holds."""
    (before,) = query.key_before(UUID)
    values = {**sides_of(caller), "building_id": query.building_id, "before": before, "limit": query.limit + 1}
    return tx.all(_SELECT_PAGE, values)


def select_plan(tx: Reading, caller: Caller, plan_id: UUID) -> Row | None:
    """A plan of the caller's."""
    return tx.one(_SELECT_ONE, {**sides_of(caller), "plan_id": plan_id})


def lock_plan(tx: Tx, caller: Caller, plan_id: UUID) -> Row | None:
    """As select_plan, with the day `today` at the building and the last day that has a ticket (`last_on`); nobody else
    changes it until the transaction ends."""
    return tx.one(_LOCK_ONE, {**sides_of(caller), "plan_id": plan_id})


def insert_plan(tx: Tx, caller: Caller, place: Row, new: NewPlan, next_on: date) -> Row:
    """The new plan; `place` is as in queries.select_place."""
    values: dict[str, Any] = {
        **new.model_dump(),
        "id": new_id(),
        "owner_organization_id": place["owner_organization_id"],
        "premises": Jsonb(place["premises"]),
        "checklist": Jsonb(new.checklist),
        "next_on": next_on,
        "by": caller.user_id,
    }
    [row] = tx.all(_INSERT, values)
    return row


def update_plan(tx: Tx, caller: Caller, after: Row) -> Row:
    """The plan with the values of `after`."""
    [row] = tx.all(_UPDATE, after | {"checklist": Jsonb(after["checklist"]), "by": caller.user_id})
    return row


def delete_plan(tx: Tx, caller: Caller, plan_id: UUID) -> None:
    """Queue that the plan opens no more tickets."""
    tx.run(_DELETE, {"plan_id": plan_id, "by": caller.user_id})


def lock_due(tx: Tx, limit: int) -> list[Row]:
    """Plans whose next ticket is to be opened, with its contractor; each locked."""
    return tx.all(_LOCK_DUE, {"limit": limit})


def open_ticket(tx: Tx, plan: Row, due_at: Any, following: date | None) -> UUID:
    """Queue the ticket of the plan's next day, and that the next day is the following one; the ticket's id. Violates
    `tickets_planned_key` if that day has one."""
    party = plan["party"]
    values = {
        **plan,
        "ticket_id": new_id(),
        "due_at": due_at,
        "following": following,
        "premises": Jsonb(plan["premises"]),
        "checklist": Jsonb(plan["checklist"]),
        "party": Jsonb(party) if party else None,
    }
    tx.run(_INSERT_TICKET, values)
    tx.run(_INSERT_HISTORY, values | {"history_id": new_id(), "contractor": None, "action": "OPENED"})
    if party:
        assigned = {"contractor": plan["contractor_organization_id"], "action": "ASSIGNED"}
        tx.run(_INSERT_HISTORY, values | assigned | {"history_id": new_id()})
    tx.run(_UPDATE_NEXT, values)
    ticket_id: UUID = values["ticket_id"]
    return ticket_id
