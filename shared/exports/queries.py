"""The SQL of exports: what was asked for, and what became of it. What they contain: shared/exports/statements.py."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.exports.kinds import kinds_of
from shared.exports.models import ExportFilter, NewExport
from shared.exports.rules import KEPT_DAYS, LOST_SECONDS
from shared.kit.catalog import Role
from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import mine, sides_of

_COLUMNS = """
e.id, e.organization_id, e.user_id, e.role, e.acts_as, e.kind, e.format, e.bom, e.begins, e.ends, e.building_id,
e.status, e.attempt, e.reason, e.rows, e.size_bytes, e.sha256, e.object_key, e.scheduled_on, e.destination,
e.created_at, e.finished_at
"""

# What a colleague asked for is for everybody whose role may ask for the same; a broker's is what clients let them see.
_MINE = """
(%(sees_all)s OR e.organization_id = %(organization_id)s
 AND (e.user_id = %(user_id)s OR e.kind = ANY (%(kinds)s::text[]) AND e.acts_as <> 'BROKER'))
"""

_INSERT = f"""
INSERT INTO exports AS e (id, organization_id, user_id, role, acts_as, kind, format, bom, begins, ends, building_id)
VALUES (%(id)s, %(organization_id)s, %(user_id)s, %(role)s, %(acts_as)s, %(kind)s, %(format)s, %(bom)s, %(begins)s,
        %(ends)s, %(building_id)s)
RETURNING {_COLUMNS}
"""

_SELECT_PAGE = f"""
SELECT {_COLUMNS}
FROM exports e
WHERE {_MINE}
  AND (%(kind)s::text IS NULL OR e.kind = %(kind)s)
  AND (%(status)s::text IS NULL OR e.status = %(status)s)
  AND (%(before)s::timestamptz IS NULL OR (e.created_at, e.id) < (%(before)s, %(before_id)s::uuid))
ORDER BY e.created_at DESC, e.id DESC
LIMIT %(limit)s
"""

_SELECT_ONE = f"SELECT {_COLUMNS} FROM exports e WHERE e.id = %(id)s AND {_MINE}"

# An administrator gets what the organization's own people would get.
_SELECT_ROLE = """
SELECT u.role
FROM users u
WHERE u.organization_id = %(organization_id)s AND u.deleted_at IS NULL AND u.role IN ('OWNER', 'CLIENT', 'BROKER')
ORDER BY u.role = 'OWNER' DESC, u.role = 'CLIENT' DESC
LIMIT 1
"""

_SELECT_BUILDING = f"""
SELECT EXISTS (SELECT FROM buildings b
               WHERE b.id = %(building_id)s AND b.deleted_at IS NULL AND b.owner_organization_id = %(organization_id)s)
    OR EXISTS (SELECT FROM contracts c WHERE c.building_id = %(building_id)s AND {mine("c")}) AS is_known
"""

# Whoever asked has to have the role still.
_SELECT_ORDER = f"""
SELECT {_COLUMNS},
       EXISTS (SELECT FROM users u
               WHERE u.id = e.user_id AND u.role = e.role AND u.status = 'ACTIVE' AND u.deleted_at IS NULL) AS may_still
FROM exports e
WHERE e.id = %(id)s AND e.status IN ('QUEUED', 'RUNNING') AND e.attempt = %(attempt)s
"""

_UPDATE_STARTED = f"""
UPDATE exports AS e SET status = 'RUNNING', updated_at = now()
WHERE e.id = %(id)s AND e.status = 'QUEUED' AND e.attempt = %(attempt)s
RETURNING {_COLUMNS}
"""

_UPDATE_WRITTEN = f"""
UPDATE exports AS e
SET rows = %(rows)s, size_bytes = %(size_bytes)s, sha256 = %(sha256)s, object_key = %(object_key)s, reason = NULL,
    status = CASE WHEN e.destination ->> 'type' = 'SFTP' THEN 'RUNNING' ELSE 'COMPLETED' END,
    finished_at = CASE WHEN e.destination ->> 'type' = 'SFTP' THEN NULL ELSE now() END, updated_at = now()
WHERE e.id = %(id)s AND e.status IN ('QUEUED', 'RUNNING') AND e.attempt = %(attempt)s AND e.object_key IS NULL
RETURNING {_COLUMNS}
"""

_UPDATE_DELIVERED = f"""
UPDATE exports AS e SET status = 'COMPLETED', finished_at = now(), reason = NULL, updated_at = now()
WHERE e.id = %(id)s AND e.status IN ('QUEUED', 'RUNNING') AND e.attempt = %(attempt)s AND e.object_key IS NOT NULL
RETURNING {_COLUMNS}
"""

_UPDATE_FAILED = f"""
UPDATE exports AS e
SET reason = %(reason)s, attempt = e.attempt + 1, updated_at = now(),
    status = CASE WHEN pause.seconds IS NULL THEN 'FAILED' ELSE 'QUEUED' END,
    finished_at = CASE WHEN pause.seconds IS NULL THEN now() END,
    retry_at = now() + make_interval(secs => pause.seconds)
FROM (SELECT o.id, CASE WHEN %(is_final)s THEN NULL ELSE (%(pauses)s::int[])[o.attempt] END AS seconds
      FROM exports o WHERE o.id = %(id)s) AS pause
WHERE e.id = pause.id AND e.status IN ('QUEUED', 'RUNNING') AND e.attempt = %(attempt)s
RETURNING {_COLUMNS}
"""

_UPDATE_RETRIED = f"""
UPDATE exports AS e SET retry_at = NULL, updated_at = now()
WHERE e.id IN (SELECT o.id FROM exports o
               WHERE o.status = 'QUEUED' AND o.retry_at <= now()
               ORDER BY o.retry_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING {_COLUMNS}
"""

_SELECT_LOST = f"""
SELECT {_COLUMNS} FROM exports e
WHERE e.status = 'RUNNING' AND e.updated_at < now() - make_interval(secs => {LOST_SECONDS})
   OR e.status = 'QUEUED' AND e.retry_at IS NULL AND e.updated_at < now() - make_interval(secs => 3 * {LOST_SECONDS})
ORDER BY e.created_at
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
"""

# Whoever set the schedule, or else another of those who may: people leave.
_SELECT_DUE = """
SELECT s.organization_id, s.kind, s.format, s.destination, person.id AS user_id, person.role,
       app.today('UTC') AS today
FROM export_schedules s
CROSS JOIN LATERAL (
    SELECT u.id, u.role
    FROM users u
    WHERE u.organization_id = s.organization_id AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
      AND (u.role = 'OWNER' OR u.role = 'FINANCIAL_OFFICER' AND s.kind = ANY (%(kinds)s::text[]))
    ORDER BY u.id = s.updated_by DESC, u.role = 'OWNER' DESC, u.id
    LIMIT 1
) AS person
WHERE s.enabled
  AND NOT EXISTS (SELECT FROM exports o
                  WHERE o.organization_id = s.organization_id AND o.scheduled_on = app.today('UTC'))
ORDER BY s.organization_id
LIMIT %(limit)s
"""

_INSERT_SCHEDULED = f"""
INSERT INTO exports AS e (id, organization_id, user_id, role, acts_as, kind, format, begins, ends, scheduled_on,
                          destination)
VALUES (%(id)s, %(organization_id)s, %(user_id)s, %(role)s, %(role)s, %(kind)s, %(format)s, %(today)s::date - 1,
        %(today)s, %(today)s, %(destination)s)
ON CONFLICT (organization_id, scheduled_on) DO NOTHING
RETURNING {_COLUMNS}
"""

_DELETE_OLD = f"""
DELETE FROM exports AS e
WHERE e.id IN (SELECT o.id FROM exports o
               WHERE o.finished_at < now() - make_interval(days => {KEPT_DAYS})
               ORDER BY o.finished_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING e.id
"""

_SELECT_SCHEDULE = """
SELECT s.enabled, s.kind, s.format, s.destination, s.updated_at
FROM export_schedules s
WHERE s.organization_id = %(organization_id)s
"""

_LOCK_ORGANIZATION = "SELECT o.id FROM organizations o WHERE o.id = %(organization_id)s FOR UPDATE"

_UPSERT_SCHEDULE = """
INSERT INTO export_schedules AS s (organization_id, enabled, kind, format, destination, created_by, updated_by)
VALUES (%(organization_id)s, %(enabled)s, %(kind)s, %(format)s, %(destination)s, %(by)s, %(by)s)
ON CONFLICT (organization_id) DO UPDATE
SET enabled = excluded.enabled, kind = excluded.kind, format = excluded.format, destination = excluded.destination,
    updated_at = now(), updated_by = excluded.updated_by
RETURNING s.enabled, s.kind, s.format, s.destination, s.updated_at
"""


def select_role(tx: Reading, organization_id: UUID) -> Role | None:
    """As whom an administrator exports the organization's data; None where there is nobody."""
    row = tx.one(_SELECT_ROLE, {"organization_id": organization_id})
    return Role(row["role"]) if row else None


def knows_building(tx: Reading, caller: Caller, building_id: UUID) -> bool:
    """Whether the caller has something to do with the building: it is theirs, or one of their contracts is about it."""
    values = {**sides_of(caller), "organization_id": caller.organization_id, "building_id": building_id}
    row = tx.one(_SELECT_BUILDING, values)
    return bool(row and row["is_known"])


def insert_export(tx: Tx, caller: Caller, acting: Caller, asked: NewExport) -> Row:
    """The export that `caller` asks for, of what `acting` may read."""
    values = {
        **asked.model_dump(include={"kind", "format", "bom", "begins", "ends", "building_id"}),
        "id": new_id(),
        "organization_id": acting.organization_id,
        "user_id": caller.user_id,
        "role": caller.role,
        "acts_as": acting.role,
    }
    return _one(tx.all(_INSERT, values))


def select_exports(tx: Reading, caller: Caller, asked: ExportFilter) -> list[Row]:
    """One row more than the page holds."""
    before, before_id = asked.key_before(datetime.fromisoformat, UUID)
    values = {
        **_reach(caller),
        "kind": asked.kind,
        "status": asked.status,
        "before": before,
        "before_id": before_id,
        "limit": asked.limit + 1,
    }
    return tx.all(_SELECT_PAGE, values)


def select_export(tx: Reading, caller: Caller, export_id: UUID) -> Row | None:
    """The caller's export."""
    return tx.one(_SELECT_ONE, _reach(caller) | {"id": export_id})


def _reach(caller: Caller) -> Row:
    return {
        "sees_all": caller.role in (Role.SUPER_ADMIN, Role.SUPPORT),
        "organization_id": caller.organization_id,
        "user_id": caller.user_id,
        "kinds": sorted(kinds_of(caller.role)),
    }


def select_order(tx: Reading, export_id: UUID, attempt: int) -> Row | None:
    """The export, if this attempt at it is still to be made; with `may_still`: whether its author may."""
    return tx.one(_SELECT_ORDER, {"id": export_id, "attempt": attempt})


def update_started(tx: Tx, export_id: UUID, attempt: int) -> Row | None:
    """The attempt has begun; None if the export is past that."""
    return tx.one(_UPDATE_STARTED, {"id": export_id, "attempt": attempt})


def update_written(tx: Tx, export_id: UUID, attempt: int, written: Row) -> Row | None:
    """Its file is there; None if another attempt's counts."""
    values = {name: written[name] for name in ("rows", "size_bytes", "sha256", "object_key")}
    return tx.one(_UPDATE_WRITTEN, {"id": export_id, "attempt": attempt, **values})


def update_delivered(tx: Tx, export_id: UUID, attempt: int) -> Row | None:
    """It has arrived at its destination; None if that is no news."""
    return tx.one(_UPDATE_DELIVERED, {"id": export_id, "attempt": attempt})


def update_failed(
    tx: Tx, export_id: UUID, attempt: int, reason: str, pauses: tuple[int, ...], is_final: bool = False
) -> Row | None:
    """The attempt has failed: the next one is after the pause of its number, and there is none where that is none."""
    values = {"id": export_id, "attempt": attempt, "reason": reason, "pauses": list(pauses), "is_final": is_final}
    return tx.one(_UPDATE_FAILED, values)


def update_retried(tx: Tx, limit: int) -> list[Row]:
    """The exports that are to be tried again now; nobody else tries them."""
    return tx.all(_UPDATE_RETRIED, {"limit": limit})


def lock_lost(tx: Tx, limit: int) -> list[Row]:
    """The exports whose function has ended without a word."""
    return tx.all(_SELECT_LOST, {"limit": limit})


def select_due(tx: Tx, limit: int) -> list[Row]:
    """The schedules that have no export of today yet, each with somebody who may ask for it."""
    return tx.all(_SELECT_DUE, {"limit": limit, "kinds": sorted(kinds_of(Role.FINANCIAL_OFFICER))})


def insert_scheduled(tx: Tx, due: Row) -> Row | None:
    """Today's export of the schedule, of yesterday and today; None if another run was faster."""
    return tx.one(_INSERT_SCHEDULED, due | {"id": new_id(), "destination": Jsonb(due["destination"])})


def delete_old(tx: Tx, limit: int) -> int:
    """Delete exports that were kept long enough; how many they were."""
    return len(tx.all(_DELETE_OLD, {"limit": limit}))


def select_schedule(tx: Reading, organization_id: UUID) -> Row | None:
    """The organization's schedule; None if it was never set."""
    return tx.one(_SELECT_SCHEDULE, {"organization_id": organization_id})


def lock_schedule(tx: Tx, organization_id: UUID) -> Row | None:
    """As `select_schedule`; nobody else changes it until the transaction ends."""
    values = {"organization_id": organization_id}
    rows = tx.batch((_LOCK_ORGANIZATION, values), (_SELECT_SCHEDULE, values))[1]
    return rows[0] if rows else None


def upsert_schedule(tx: Tx, organization_id: UUID, schedule: dict[str, Any]) -> Row:
    """The organization's schedule from now on."""
    by = tx.caller.user_id if tx.caller else None
    values = schedule | {"destination": Jsonb(schedule["destination"]), "organization_id": organization_id, "by": by}
    return _one(tx.all(_UPSERT_SCHEDULE, values))


def _one(rows: list[Row]) -> Row:
    [row] = rows
    return row
