"""The SQL of files, and of what shows them."""

from typing import Any
from uuid import UUID

from shared.files.attached import ATTACHED
from shared.files.models import NewUpload
from shared.files.purposes import RULES
from shared.kit.db import Asked, Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import tending

_FILE = """
    f.id, f.user_id, f.organization_id, f.status, f.purpose, f.audience, f.file_name, f.content_type, f.size_bytes,
    f.sha256, f.width, f.height, f.pages, f.scan, f.rejected, f.version_id, f.created_at
"""

_INSERT_FILE = """
INSERT INTO files AS f (id, user_id, organization_id, purpose, audience, file_name, content_type, size_bytes, scan)
VALUES (%(id)s, %(user_id)s, %(organization_id)s, %(purpose)s, %(audience)s, %(file_name)s, %(content_type)s,
        %(size_bytes)s, %(scan)s)
"""

_SELECT_OPENABLE = f"""
SELECT {_FILE}
FROM files f
WHERE f.id = %(id)s
  AND (f.user_id = %(user_id)s OR f.audience <> 'PERSON' AND f.organization_id = %(organization_id)s
       OR f.purpose IN ('TICKET_ATTACHMENT', 'EXPENSE_RECEIPT', 'MESSAGE_ATTACHMENT') AND {ATTACHED})
"""

_SELECT_OWN = f"""
SELECT {_FILE}, s.result
FROM files f
LEFT JOIN file_scans s ON s.file_id = f.id AND s.version_id = %(version_id)s
WHERE f.id = %(id)s AND f.user_id = %(user_id)s
"""

_SELECT_FILE = f"SELECT {_FILE} FROM files f WHERE f.id = %(id)s"

_SELECT_VERDICT = """
SELECT s.result FROM file_scans s WHERE s.file_id = %(id)s AND s.version_id = %(version_id)s
"""

# Whoever comes first decides; everybody else reads what was decided.
_UPDATE_CHECKED = """
UPDATE files f
SET status = %(status)s, version_id = %(version_id)s, scan = %(scan)s, rejected = %(rejected)s,
    sha256 = %(sha256)s, size_bytes = coalesce(%(size_bytes)s, f.size_bytes), width = %(width)s, height = %(height)s,
    pages = %(pages)s, updated_at = now()
WHERE f.id = %(id)s AND f.status = ANY (%(from)s::text[])
RETURNING f.id
"""

_DELETE_FILE = f"""
DELETE FROM files f WHERE f.id = %(id)s AND f.user_id = %(user_id)s
RETURNING {_FILE}
"""

_INSERT_SCAN = """
INSERT INTO file_scans (file_id, version_id, result)
SELECT f.id, %(version_id)s, %(result)s FROM files f WHERE f.id = %(id)s
ON CONFLICT DO NOTHING
RETURNING file_id
"""

_DELETE_UNFINISHED = f"""
DELETE FROM files f
WHERE f.id IN (SELECT u.id FROM files u
               WHERE u.status IN ('PENDING', 'SCANNING') AND u.created_at < now() - make_interval(hours => %(hours)s)
               ORDER BY u.created_at
               LIMIT %(limit)s
               FOR UPDATE SKIP LOCKED)
RETURNING {_FILE}
"""

_DELETE_USES_OF_PERSON = """
DELETE FROM file_uses u WHERE u.subject_type = 'user' AND u.subject_id = %(user_id)s
"""

_DELETE_PERSONAL = f"""
DELETE FROM files f WHERE f.user_id = %(user_id)s AND f.purpose = ANY (%(purposes)s::text[])
RETURNING {_FILE}
"""

_DELETE_USES_IN_BUILDING = """
DELETE FROM file_uses u
WHERE u.subject_type = 'space' AND u.subject_id IN (
          SELECT s.id FROM spaces s WHERE s.building_id = %(building_id)s AND s.deleted_at IS NOT NULL)
   OR u.subject_type = 'floor' AND u.subject_id IN (
          SELECT p.id FROM floors p WHERE p.building_id = %(building_id)s AND p.deleted_at IS NOT NULL)
"""

_SELECT_CHOSEN = f"""
SELECT {_FILE}
FROM files f
WHERE f.id = ANY (%(ids)s::uuid[]) AND f.audience = 'PUBLIC'
  AND (%(sees_all)s OR f.organization_id = %(organization_id)s)
"""

_SELECT_ATTACHABLE = f"""
SELECT {_FILE}
FROM files f
WHERE f.id = ANY (%(ids)s::uuid[]) AND f.user_id = %(user_id)s
"""

_SELECT_SHARED = f"""
SELECT {_FILE}
FROM files f
WHERE f.id = ANY (%(ids)s::uuid[]) AND f.audience = 'ORGANIZATION' AND f.organization_id = %(organization_id)s
"""

_DELETE_USES = """
DELETE FROM file_uses u
WHERE u.subject_type = %(subject_type)s AND u.subject_id = %(subject_id)s AND u.file_id <> ALL (%(ids)s::uuid[])
"""

_INSERT_USES = """
INSERT INTO file_uses (file_id, organization_id, subject_type, subject_id)
SELECT chosen.id, %(organization_id)s, %(subject_type)s, %(subject_id)s FROM unnest(%(ids)s::uuid[]) AS chosen (id)
ON CONFLICT DO NOTHING
"""


def insert_file(tx: Tx, caller: Caller, new: NewUpload, scan: str, file_id: UUID | None = None) -> UUID:
    """Begin an upload, under a new id unless it has one; its id."""
    file_id = file_id or new_id()
    values = {
        **new.model_dump(),
        "id": file_id,
        "user_id": caller.user_id,
        "organization_id": caller.organization_id,
        "audience": RULES[new.purpose].audience,
        "scan": scan,
    }
    tx.run(_INSERT_FILE, values)
    return file_id


def select_openable(tx: Reading, caller: Caller, file_id: UUID) -> Row | None:
    """The file, if the caller may open it."""
    return tx.one(_SELECT_OPENABLE, {**tending(caller), **_named(caller, file_id)})


def select_own(tx: Reading, caller: Caller, file_id: UUID, version_id: str | None = None) -> Row | None:
    """The file, if the caller uploaded it, and as `result` what the scanner says of that version of it."""
    return tx.one(_SELECT_OWN, _named(caller, file_id) | {"version_id": version_id})


def select_file(tx: Reading, file_id: UUID) -> Row | None:
    """The file, for the platform itself."""
    return tx.one(_SELECT_FILE, {"id": file_id})


def select_verdict(tx: Reading, file_id: UUID, version_id: str) -> str | None:
    """What the malware scanner says of that version; None if it has said nothing yet."""
    row = tx.one(_SELECT_VERDICT, {"id": file_id, "version_id": version_id})
    return row["result"] if row else None


def update_checked(tx: Tx, file_id: UUID, before: tuple[str, ...], values: dict[str, Any]) -> tuple[bool, Row | None]:
    """The result of a check, unless another one was faster; whether it counted, and the file as it is now."""
    unsaid = dict.fromkeys(("rejected", "sha256", "size_bytes", "width", "height", "pages"))
    named = {"id": file_id}
    changed, rows = tx.batch((_UPDATE_CHECKED, unsaid | values | named | {"from": list(before)}), (_SELECT_FILE, named))
    return bool(changed), (rows[0] if rows else None)


def delete_file(tx: Tx, caller: Caller, file_id: UUID) -> Row | None:
    """Delete what the caller uploaded; the file as it was. The database refuses if something shows it."""
    return tx.one(_DELETE_FILE, _named(caller, file_id))


def insert_scan(tx: Tx, file_id: UUID, version_id: str, result: str) -> bool:
    """Keep what the scanner says; False if it was known, or the file is gone."""
    values = {"id": file_id, "version_id": version_id, "result": result}
    return tx.one(_INSERT_SCAN, values) is not None


def delete_unfinished(tx: Tx, hours: int, limit: int) -> list[Row]:
    """Delete uploads that were begun so many hours ago and never completed; the files as they were."""
    return tx.all(_DELETE_UNFINISHED, {"hours": hours, "limit": limit})


def delete_personal(tx: Tx, user_id: UUID) -> list[Row]:
    """Delete the files that are somebody's own, and what shows them; the files as they were."""
    values = {"user_id": user_id, "purposes": [purpose for purpose, rule in RULES.items() if rule.is_personal]}
    tx.run(_DELETE_USES_OF_PERSON, values)
    return tx.all(_DELETE_PERSONAL, values)


def delete_uses_in_building(tx: Tx, building_id: UUID) -> None:
    """What was deleted in the building shows no file any more."""
    tx.run(_DELETE_USES_IN_BUILDING, {"building_id": building_id})


def ask_chosen(tx: Tx, caller: Caller, ids: list[UUID], sees_all: bool) -> Asked[list[Row]]:
    """The public files of the caller's organization among these."""
    return tx.later(_SELECT_CHOSEN, {"ids": ids, "organization_id": caller.organization_id, "sees_all": sees_all})


def ask_attachable(tx: Tx, caller: Caller, ids: list[UUID]) -> Asked[list[Row]]:
    """Those among these that the caller has uploaded."""
    return tx.later(_SELECT_ATTACHABLE, {"ids": ids, "user_id": caller.user_id})


def ask_shared(tx: Tx, caller: Caller, ids: list[UUID]) -> Asked[list[Row]]:
    """Those among these that are documents of the caller's organization."""
    return tx.later(_SELECT_SHARED, {"ids": ids, "organization_id": caller.organization_id})


def update_uses(tx: Tx, organization_id: UUID, subject_type: str, subject_id: UUID, ids: list[UUID]) -> None:
    """From now on, the subject shows these files and no others."""
    values = {
        "organization_id": organization_id,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "ids": ids,
    }
    tx.run(_DELETE_USES, values)
    if ids:
        tx.run(_INSERT_USES, values)


def _named(caller: Caller, file_id: UUID) -> dict[str, Any]:
    return {"id": file_id, "user_id": caller.user_id, "organization_id": caller.organization_id}
