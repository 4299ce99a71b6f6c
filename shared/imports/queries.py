"""The SQL of imports: what was asked for, how far each is, and what was wrong with which rows."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.imports import rules
from shared.imports.columns import Kind
from shared.imports.models import Fault, ImportFilter
from shared.imports.reading import Record, Survey
from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import EVERY_SIDE, sides_of

_IMPORT = """
i.id, i.kind, i.status, i.dry_run, i.file_name, i.total, i.succeeded, i.failed, i.columns_read, i.columns_ignored,
i.failure, i.created_at, i.finished_at
"""

# Of two who import the same file at once, one waits and finds what the other one asked for.
_LOCK_FILE = "SELECT pg_advisory_xact_lock(hashtextextended('import ' || %(organization_id)s || %(sha256)s, 0)) IS NULL"

# An import of buildings makes them what its file says: once somebody has changed them, it has something to do again.
_SELECT_SAME = f"""
SELECT {_IMPORT},
       i.status = 'COMPLETED' AND i.kind = 'BUILDINGS'
           AND (EXISTS (SELECT FROM spaces s
                        WHERE s.owner_organization_id = i.organization_id AND s.updated_at > i.finished_at)
                OR EXISTS (SELECT FROM buildings b
                           WHERE b.owner_organization_id = i.organization_id AND b.updated_at > i.finished_at))
           AS is_outdated
FROM imports i
WHERE i.organization_id = %(organization_id)s AND i.kind = %(kind)s AND i.sha256 = %(sha256)s
  AND NOT i.dry_run AND i.status IN ('QUEUED', 'RUNNING', 'COMPLETED')
"""

_INSERT = """
INSERT INTO imports (id, organization_id, user_id, kind, dry_run, file_id, file_name, sha256)
VALUES (%(id)s, %(organization_id)s, %(user_id)s, %(kind)s, %(dry_run)s, %(file_id)s, %(file_name)s, %(sha256)s)
"""

# Until it ends, the file stays.
_INSERT_USE = """
INSERT INTO file_uses (file_id, organization_id, subject_type, subject_id)
SELECT f.id, f.organization_id, 'import', %(id)s FROM files f WHERE f.id = %(file_id)s
"""

_DELETE_USE = "DELETE FROM file_uses u WHERE u.subject_type = 'import' AND u.subject_id = %(id)s"

_SELECT_PAGE = f"""
SELECT {_IMPORT}
FROM imports i
WHERE i.organization_id = %(named)s AND (%(sees_all)s OR i.organization_id = %(organization_id)s)
  AND (%(before)s::uuid IS NULL OR i.id < %(before)s)
ORDER BY i.id DESC
LIMIT %(limit)s
"""

_SELECT_ONE = f"""
SELECT {_IMPORT}, i.form
FROM imports i
WHERE i.id = %(id)s AND (%(sees_all)s OR i.organization_id = %(organization_id)s)
"""

_SELECT_FAULTS = """
SELECT f.row, one.place, one.fault ->> 'column' AS "column", one.fault ->> 'code' AS code,
       one.fault ->> 'message' AS message, one.fault ->> 'value' AS value,
       nullif(one.fault ->> 'suggestion', '') AS suggestion
FROM import_failures f
CROSS JOIN LATERAL jsonb_array_elements(f.faults) WITH ORDINALITY AS one (fault, place)
WHERE f.import_id = %(id)s AND (%(row)s::integer IS NULL OR f.row >= %(row)s)
  AND (%(row)s::integer IS NULL OR (f.row, one.place) > (%(row)s, %(place)s::bigint))
ORDER BY f.row, one.place
LIMIT %(limit)s
"""

_SELECT_FAILED_ROWS = """
SELECT f.row, f.cells FROM import_failures f
WHERE f.import_id = %(id)s AND (%(row)s::integer IS NULL OR f.row > %(row)s)
ORDER BY f.row
LIMIT %(limit)s
"""

_RUNNING = f"{_IMPORT}, i.organization_id, i.user_id, i.file_id, i.position, i.attempts, i.form, i.told_at"

_LOCK_ONE = f"""
SELECT {_RUNNING}, f.status AS file_status, f.rejected, f.sha256 AS file_sha256, f.content_type, f.purpose
FROM imports i
LEFT JOIN files f ON f.id = i.file_id
WHERE i.id = %(id)s
FOR UPDATE OF i
"""

_SELECT_WAITING = "SELECT i.id FROM imports i WHERE i.file_id = %(file_id)s AND i.status = 'QUEUED' ORDER BY i.id"

_SELECT_STALLED = """
SELECT i.id FROM imports i
LEFT JOIN files f ON f.id = i.file_id
WHERE i.status IN ('QUEUED', 'RUNNING') AND i.updated_at < now() - make_interval(mins => %(minutes)s)
  AND (f.status IS NULL OR f.status NOT IN ('PENDING', 'SCANNING'))
ORDER BY i.updated_at
LIMIT %(limit)s
FOR UPDATE OF i SKIP LOCKED
"""

_TOUCH = f"UPDATE imports i SET updated_at = now() WHERE i.id = ANY(%(ids)s::uuid[]) RETURNING {_RUNNING}"

_UPDATE_BEGUN = f"""
UPDATE imports i
SET status = 'RUNNING', attempts = i.attempts + 1, started_at = coalesce(i.started_at, now()), updated_at = now()
WHERE i.id = %(id)s
RETURNING {_RUNNING}
"""

_UPDATE_SURVEYED = """
UPDATE imports i
SET form = %(form)s, total = %(total)s, columns_read = %(read)s, columns_ignored = %(ignored)s, updated_at = now()
WHERE i.id = %(id)s
"""

# What moved is not stuck.
_UPDATE_MOVED = f"""
UPDATE imports i
SET position = i.position + %(succeeded)s + %(failed)s, succeeded = i.succeeded + %(succeeded)s,
    failed = i.failed + %(failed)s, attempts = 0, told_at = coalesce(%(told_at)s, i.told_at), updated_at = now()
WHERE i.id = %(id)s
RETURNING {_RUNNING}
"""

_UPDATE_ENDED = f"""
UPDATE imports i SET status = %(status)s, failure = %(failure)s, finished_at = clock_timestamp(), updated_at = now()
WHERE i.id = %(id)s
RETURNING {_RUNNING}
"""

_DELETE_KEYS = "DELETE FROM import_keys k WHERE k.import_id = %(id)s"

_INSERT_FAILURES = """
INSERT INTO import_failures (import_id, organization_id, row, cells, faults)
SELECT i.id, i.organization_id, n.row, n.cells, n.faults
FROM imports i, jsonb_to_recordset(%(rows)s) AS n (row integer, cells jsonb, faults jsonb)
WHERE i.id = %(id)s
"""

_SELECT_KEYS = """
SELECT k.key, k.row FROM import_keys k WHERE k.import_id = %(id)s AND k.key = ANY(%(keys)s::text[])
"""

_INSERT_KEYS = """
INSERT INTO import_keys (import_id, key, row)
SELECT %(id)s, n.key, n.row FROM unnest(%(keys)s::text[], %(rows)s::integer[]) AS n (key, row)
"""


def insert_import(
    tx: Tx, caller: Caller, organization_id: UUID, kind: Kind, file: Row, *, dry_run: bool
) -> tuple[Row, bool]:
    """The import of a file (a row with `id`, `file_name`, `sha256`), or that of the same file which waits, runs or has
    succeeded, if nothing that it made has been changed since; and whether it is new."""
    values = {
        "id": new_id(),
        "organization_id": organization_id,
        "user_id": caller.user_id,
        "kind": kind,
        "dry_run": dry_run,
        "file_id": file["id"],
        "file_name": file["file_name"],
        "sha256": file["sha256"],
    }
    if not dry_run and file["sha256"]:
        [_, same] = tx.batch((_LOCK_FILE, values), (_SELECT_SAME, values))
        while same and same[0]["is_outdated"]:
            # Known by the file and by what it comes after, so that sending it twice again is one import, too.
            values["sha256"] = sha256(f"{values['sha256']} {same[0]['id']}".encode()).hexdigest()
            same = tx.all(_SELECT_SAME, values)
        if same:
            return same[0], False
    tx.run(_INSERT, values)
    tx.run(_INSERT_USE, values)
    return _NEW | values, True


_NEW: Row = {"status": "QUEUED", "total": None, "succeeded": 0, "failed": 0, "failure": None, "finished_at": None}
_NEW |= {"columns_read": [], "columns_ignored": [], "created_at": None}
"""What an import says before anybody has looked at its file."""


def select_imports(tx: Reading, caller: Caller, query: ImportFilter) -> list[Row]:
    """One row more than the page holds, newest first."""
    (before,) = query.key_before(UUID)
    values = {
        **_seen_by(caller),
        "named": query.organization_id or caller.organization_id,
        "before": before,
        "limit": query.limit + 1,
    }
    return tx.all(_SELECT_PAGE, values)


def select_import(tx: Reading, caller: Caller, import_id: UUID) -> Row | None:
    """An import of the caller's organization, or any for the platform's staff."""
    return tx.one(_SELECT_ONE, {**_seen_by(caller), "id": import_id})


def _seen_by(caller: Caller) -> Row:
    return {"organization_id": caller.organization_id, "sees_all": sides_of(caller) == EVERY_SIDE}


def select_faults(tx: Reading, import_id: UUID, after: tuple[Any, Any], limit: int) -> list[Row]:
    """So many of the import's faults at most after that row and place, from the top of the file down."""
    return tx.all(_SELECT_FAULTS, {"id": import_id, "row": after[0], "place": after[1], "limit": limit})


def select_failed_rows(tx: Reading, import_id: UUID, after: int | None, limit: int) -> list[Row]:
    """So many of the rows that failed at most, as they stand in the file, after that one."""
    return tx.all(_SELECT_FAILED_ROWS, {"id": import_id, "row": after, "limit": limit})


def lock_import(tx: Tx, import_id: UUID) -> Row | None:
    """The import, with the state of its file; nobody else moves it meanwhile."""
    return tx.one(_LOCK_ONE, {"id": import_id})


def select_waiting(tx: Reading, file_id: UUID) -> list[UUID]:
    """The imports that wait for this file to be ready."""
    return [row["id"] for row in tx.all(_SELECT_WAITING, {"file_id": file_id})]


def update_stalled(tx: Tx, limit: int) -> list[Row]:
    """The imports that should have moved by now; they count as moved from now on."""
    found = tx.all(_SELECT_STALLED, {"minutes": rules.STALLED_MINUTES, "limit": limit})
    return tx.all(_TOUCH, {"ids": [row["id"] for row in found]}) if found else []


def update_begun(tx: Tx, import_id: UUID) -> Row:
    """The import RUNNING, begun once more."""
    return tx.all(_UPDATE_BEGUN, {"id": import_id})[0]


def update_surveyed(tx: Tx, import_id: UUID, found: Survey) -> None:
    """What its file is like."""
    values = {
        "id": import_id,
        "form": Jsonb(found.form._asdict()),
        "total": found.total,
        "read": Jsonb(found.read),
        "ignored": Jsonb(found.ignored),
    }
    tx.run(_UPDATE_SURVEYED, values)


def update_moved(tx: Tx, import_id: UUID, succeeded: int, failed: int, told_at: datetime | None) -> Row:
    """The import after so many records more; `told_at` if sockets hear of it."""
    return tx.all(_UPDATE_MOVED, {"id": import_id, "succeeded": succeeded, "failed": failed, "told_at": told_at})[0]


def update_ended(tx: Tx, import_id: UUID, status: str, failure: Row | None = None) -> Row:
    """The import as it ended; its file may go, and what it had met is forgotten."""
    values = {"id": import_id, "status": status, "failure": Jsonb(failure) if failure else None}
    tx.run(_DELETE_USE, values)
    tx.run(_DELETE_KEYS, values)
    return tx.all(_UPDATE_ENDED, values)[0]


def insert_failures(tx: Tx, import_id: UUID, records: Sequence[Record], faults: dict[int, list[Fault]]) -> None:
    """Keep the records that failed (by their rows), and why."""
    rows = [
        {"row": record.row, "cells": record.cells, "faults": faults[record.row]}
        for record in records
        if record.row in faults
    ]
    if rows:
        tx.run(_INSERT_FAILURES, {"id": import_id, "rows": Jsonb(rows)})


def select_keys(tx: Tx, import_id: UUID, keys: list[str]) -> dict[str, int]:
    """Which of these external ids the import has met already, and in which row."""
    return {row["key"]: row["row"] for row in tx.all(_SELECT_KEYS, {"id": import_id, "keys": keys})}


def insert_keys(tx: Tx, import_id: UUID, keys: dict[str, int]) -> None:
    """The import has met these external ids, each in its row."""
    tx.run(_INSERT_KEYS, {"id": import_id, "keys": list(keys), "rows": list(keys.values())})
