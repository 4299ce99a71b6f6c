"""The SQL of maintenance tickets."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.expenses.shown import SHOWN as EXPENSES
from shared.files.attached import FILES
from shared.kit.db import Asked, Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.maintenance.models import TicketFilter, TicketSide
from shared.maintenance.offers import SELECT_INVITED, SELECT_QUOTES
from shared.maintenance.shown import COLUMNS, OVERDUE
from shared.organizations.sides import HEARD, RATED, REMEMBERED, REPORTABLE, Tending, spent, tended, tending

_MINE = tended("t")

# What a reader is shown of it depends on these, and what may happen to it.
_BESIDES = "t.client_organization_id, t.contractor_organization_id, t.accepted_at"

_SELECT = f"SELECT {COLUMNS}, {_BESIDES} FROM tickets t"

_RANK = "array_position(ARRAY['URGENT', 'HIGH', 'MEDIUM', 'LOW'], t.priority)"

_FILTERED = f"""
WHERE {_MINE}
  AND (%(status)s::text IS NULL OR t.status = %(status)s)
  AND (%(priority)s::text IS NULL OR t.priority = %(priority)s)
  AND (%(category)s::text IS NULL OR t.category = %(category)s)
  AND (%(building_id)s::uuid IS NULL OR t.building_id = %(building_id)s)
  AND (%(space_id)s::uuid IS NULL OR t.space_id = %(space_id)s)
  AND (%(assigned_contractor_id)s::uuid IS NULL OR t.contractor_id = %(assigned_contractor_id)s)
  AND (%(overdue)s::boolean IS NULL OR {OVERDUE} = %(overdue)s)
  AND (%(q)s::text IS NULL OR t.title ILIKE %(q)s OR t.description ILIKE %(q)s OR t.number::text ILIKE %(q)s)
"""

_SORTS = {
    "newest": """
  AND (%(before)s::timestamptz IS NULL OR (t.created_at, t.id) < (%(before)s, %(before_id)s::uuid))
ORDER BY t.created_at DESC, t.id DESC
LIMIT %(limit)s
""",
    "due": """
  AND (%(before)s::timestamptz IS NULL OR (t.due_at, t.id) > (%(before)s, %(before_id)s::uuid))
ORDER BY t.due_at, t.id
LIMIT %(limit)s
""",
    "priority": f"""
  AND (%(before)s::int IS NULL OR ({_RANK}, t.id) > (%(before)s, %(before_id)s::uuid))
ORDER BY {_RANK}, t.id
LIMIT %(limit)s
""",
}

_SELECT_NEWEST = _SELECT + _FILTERED + _SORTS["newest"]
_SELECT_DUE = _SELECT + _FILTERED + _SORTS["due"]
_SELECT_PRIORITY = f"SELECT {COLUMNS}, {_BESIDES}, {_RANK} AS rank FROM tickets t" + _FILTERED + _SORTS["priority"]

_PAGES: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "newest": (_SELECT_NEWEST, "created_at", datetime.fromisoformat),
    "due": (_SELECT_DUE, "due_at", datetime.fromisoformat),
    "priority": (_SELECT_PRIORITY, "rank", int),
}

_SELECT_ONE = f"{_SELECT} WHERE t.id = %(ticket_id)s AND {_MINE}"

_LOCK_ONE = f"SELECT t.id FROM tickets t WHERE t.id = %(ticket_id)s AND {_MINE} FOR UPDATE"

_SELECT_LOCKED = f"""
SELECT {COLUMNS}, {_BESIDES}, app.now() AS now,
       app.maintenance_hours(t.owner_organization_id) AS hours
FROM tickets t
WHERE t.id = %(ticket_id)s AND {_MINE}
"""

_SELECT_PLACE = f"""
SELECT p.owner_organization_id, p.premises, p.hours, p.is_leased, app.now() AS now,
       app.today(p.premises #>> '{{building,timezone}}') AS today
FROM app.ticket_place(%(building_id)s, %(space_id)s) AS p
WHERE {REPORTABLE}
"""

_SELECT_REPORTER = """
SELECT u.name, u.phone, coalesce(o.legal_name, o.name) AS organization
FROM users u
JOIN organizations o ON o.id = u.organization_id
WHERE u.id = %(user_id)s
"""

_INSERT = """
INSERT INTO tickets (id, owner_organization_id, building_id, space_id, client_organization_id, client_id, reported_by,
                     reporter, client_party, premises, title, description, priority, category, file_ids, opened_at,
                     due_at, replied_at, created_by, updated_by)
VALUES (%(id)s, %(owner_organization_id)s, %(building_id)s, %(space_id)s, %(client_organization_id)s, %(client_id)s,
        %(user_id)s, %(reporter)s, %(client_party)s, %(premises)s, %(title)s, %(description)s, %(priority)s,
        %(category)s, %(file_ids)s::uuid[], %(now)s, %(due_at)s, %(replied_at)s, %(user_id)s, %(user_id)s)
"""

_UPDATE = """
UPDATE tickets t
SET title = %(title)s, description = %(description)s, priority = %(priority)s, category = %(category)s,
    status = %(status)s, opened_at = %(opened_at)s, due_at = %(due_at)s, replied_at = %(replied_at)s,
    resolved_at = %(resolved_at)s, closed_at = %(closed_at)s, accepted_at = %(accepted_at)s,
    updated_at = clock_timestamp(), updated_by = %(by)s
WHERE t.id = %(id)s
"""

_UPDATE_ASSIGNED = """
UPDATE tickets t
SET contractor_organization_id = %(organization_id)s, contractor_id = %(contractor_id)s,
    contractor_party = %(party)s, accepted_at = %(accepted_at)s, updated_at = clock_timestamp(), updated_by = %(by)s
WHERE t.id = %(ticket_id)s
"""

_UPDATE_REPLIED = """
UPDATE tickets t SET replied_at = app.now() WHERE t.id = %(ticket_id)s AND t.replied_at IS NULL
"""

_DECLINE = "SELECT app.decline_ticket(%(ticket_id)s) AS is_declined"

_INSERT_HISTORY = """
INSERT INTO ticket_history (id, ticket_id, owner_organization_id, user_id, side, contractor_organization_id, action,
                            reason, changes, created_at)
VALUES (%(id)s, %(ticket_id)s, %(owner_organization_id)s, %(user_id)s, %(side)s, %(contractor_organization_id)s,
        %(action)s, %(reason)s, %(changes)s, clock_timestamp())
"""

_INSERT_THREAD = """
INSERT INTO ticket_threads (id, ticket_id, owner_organization_id, organization_id, user_id, side, message, file_ids,
                            is_internal, is_inquiry)
VALUES (%(id)s, %(ticket_id)s, %(owner_organization_id)s, %(organization_id)s, %(user_id)s, %(side)s, %(message)s,
        %(file_ids)s::uuid[], %(is_internal)s, %(is_inquiry)s)
"""

_SELECT_THREADS = f"""
SELECT h.id, h.user_id, h.side, h.message, {FILES.format(alias="h")} AS attachments, h.is_internal AS internal,
       h.created_at
FROM ticket_threads h
JOIN tickets t ON t.id = h.ticket_id
WHERE h.ticket_id = %(ticket_id)s AND {_MINE} AND {HEARD}
  AND (%(thread_id)s::uuid IS NULL OR h.id = %(thread_id)s)
ORDER BY h.created_at, h.id
"""

_SELECT_HISTORY = f"""
SELECT e.action, e.user_id, e.side, e.reason, e.changes, e.created_at
FROM ticket_history e
JOIN tickets t ON t.id = e.ticket_id
WHERE e.ticket_id = %(ticket_id)s AND {_MINE}
  AND {REMEMBERED}
ORDER BY e.created_at, e.id
"""

_SELECT_RATING = f"""
SELECT r.stars, r.comment, r.created_at
FROM ticket_ratings r
JOIN tickets t ON t.id = r.ticket_id
WHERE r.ticket_id = %(ticket_id)s AND {RATED}
"""


_SELECT_COSTS = f"""
{EXPENSES}
WHERE x.ticket_id = %(ticket_id)s AND x.deleted_at IS NULL AND {spent("x")}
ORDER BY x.spent_on, x.id
"""


class Seen(Tending):
    """What the statements take of a caller: their sides, and their organization."""

    organization_id: UUID


def seen(caller: Caller) -> Seen:
    """What the caller may see."""
    return {**tending(caller), "organization_id": caller.organization_id}


def select_tickets(tx: Reading, caller: Caller, query: TicketFilter) -> tuple[list[Row], str]:
    """One row more than the page holds, and the column that they are sorted by."""
    sql, column, kind = _PAGES[query.sort]
    before, before_id = query.key_before(kind, UUID)
    values = {
        **seen(caller),
        **query.model_dump(exclude={"q", "sort", "limit", "cursor"}),
        "q": _pattern(query.q),
        "before": before,
        "before_id": before_id,
        "limit": query.limit + 1,
    }
    return tx.all(sql, values), column


def _pattern(words: str | None) -> str | None:
    """A pattern for ILIKE: the text anywhere, its wildcards escaped."""
    if words is None:
        return None
    for sign in "\\%_":
        words = words.replace(sign, f"\\{sign}")
    return f"%{words}%"


def select_ticket(tx: Reading, caller: Caller, ticket_id: UUID) -> tuple[Row | None, dict[str, list[Row]]]:
    """The ticket, and what stands beside it, each as far as the caller may see it."""
    values = {"ticket_id": ticket_id, **seen(caller)}
    tickets, threads, invited, costs, quotes, ratings, history = tx.batch(
        (_SELECT_ONE, values),
        (_SELECT_THREADS, values | {"thread_id": None}),
        (SELECT_INVITED, values),
        (_SELECT_COSTS, values),
        (SELECT_QUOTES, values),
        (_SELECT_RATING, values),
        (_SELECT_HISTORY, values),
    )
    beside = {"threads": threads, "invited": invited, "costs": costs, "quotes": quotes}
    beside |= {"ratings": ratings, "history": history}
    return (tickets[0] if tickets else None), beside


def hold_ticket(tx: Tx, caller: Caller, ticket_id: UUID) -> None:
    """Queue that nobody else changes the ticket until the transaction ends."""
    tx.run(_LOCK_ONE, {"ticket_id": ticket_id, **seen(caller)})


def lock_ticket(tx: Tx, caller: Caller, ticket_id: UUID) -> Row | None:
    """The ticket, which nobody else changes until the transaction ends; with the moment `now` and the owner's
    `hours`."""
    values = {"ticket_id": ticket_id, **seen(caller)}
    _, rows = tx.batch((_LOCK_ONE, values), (_SELECT_LOCKED, values))
    return rows[0] if rows else None


def ask_reporter(tx: Tx, caller: Caller) -> Asked[Row]:
    """The caller's `name`, `phone` and `organization`."""
    return tx.later(_SELECT_REPORTER, {"user_id": caller.user_id}).then(lambda rows: rows[0])


def select_place(tx: Tx, caller: Caller, building_id: UUID, space_id: UUID | None) -> Row | None:
    """The place that the caller may report about, with the moment `now` and the day `today` there."""
    values = {"building_id": building_id, "space_id": space_id, **tending(caller)}
    return tx.one(_SELECT_PLACE, values)


def insert_ticket(tx: Tx, caller: Caller, values: Row) -> Row:
    """The new ticket, with the next number of its owner's."""
    stored = {name: Jsonb(values[name]) if values[name] else None for name in ("reporter", "client_party", "premises")}
    tx.run(_INSERT, values | stored)
    return _one(tx, caller, values["id"])


def update_ticket(tx: Tx, caller: Caller, after: Row) -> Row:
    """The ticket with the values of `after`."""
    tx.run(_UPDATE, after | {"by": caller.user_id})
    return _one(tx, caller, after["id"])


def update_assigned(tx: Tx, caller: Caller, ticket_id: UUID, contractor: Row | None, accepted_at: Any = None) -> Row:
    """The ticket with its contractor, as in contractors.queries; None takes it back."""
    values = {
        "ticket_id": ticket_id,
        "organization_id": contractor and contractor["organization_id"],
        "contractor_id": contractor and contractor["id"],
        "party": Jsonb(contractor["party"]) if contractor else None,
        "accepted_at": accepted_at,
        "by": caller.user_id,
    }
    tx.run(_UPDATE_ASSIGNED, values)
    return _one(tx, caller, ticket_id)


def decline(tx: Tx, ticket_id: UUID) -> None:
    """Queue that the caller's organization gives the ticket back."""
    tx.run(_DECLINE, {"ticket_id": ticket_id})


def _one(tx: Tx, caller: Caller, ticket_id: UUID) -> Row:
    [row] = tx.all(_SELECT_ONE, {"ticket_id": ticket_id, **seen(caller)})
    return row


def insert_history(
    tx: Tx,
    caller: Caller,
    ticket: Row,
    side: TicketSide,
    action: str,
    *,
    reason: str | None = None,
    changes: Sequence[Row] = (),
    contractor: UUID | None = None,
) -> None:
    """Queue what somebody did; `contractor` is the organization of the one whom it is about."""
    values = {
        "id": new_id(),
        "ticket_id": ticket["id"],
        "owner_organization_id": ticket["organization_id"],
        "user_id": caller.user_id,
        "side": side,
        "contractor_organization_id": contractor,
        "action": action,
        "reason": reason,
        "changes": Jsonb(list(changes)),
    }
    tx.run(_INSERT_HISTORY, values)


def insert_thread(tx: Tx, caller: Caller, ticket: Row, values: Row) -> UUID:
    """Queue what somebody wrote; its id. `values` are its `side`, `message`, `file_ids`, `is_internal` and
    `is_inquiry`."""
    thread_id = new_id()
    tx.run(
        _INSERT_THREAD,
        {
            **values,
            "id": thread_id,
            "ticket_id": ticket["id"],
            "owner_organization_id": ticket["organization_id"],
            "organization_id": caller.organization_id,
            "user_id": caller.user_id,
        },
    )
    return thread_id


def update_replied(tx: Tx, ticket_id: UUID) -> None:
    """Queue that somebody has answered the ticket, unless somebody had."""
    tx.run(_UPDATE_REPLIED, {"ticket_id": ticket_id})


def select_thread(tx: Reading, caller: Caller, ticket_id: UUID, thread_id: UUID) -> Row:
    """What the caller wrote."""
    [row] = tx.all(_SELECT_THREADS, {"ticket_id": ticket_id, "thread_id": thread_id, **seen(caller)})
    return row
