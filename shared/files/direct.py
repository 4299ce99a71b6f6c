"""A spreadsheet that comes in the request itself: checked as one that was uploaded is, before anything is written."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.files import queries, rules
from shared.files.checks import checked
from shared.files.models import NewUpload
from shared.files.purposes import ContentType, Purpose
from shared.kit import aws
from shared.kit.db import Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.kit.settings import resource


class Received(NamedTuple):
    """A file that passed its checks, or that waits for the scanner; its row is yet to be written."""

    id: UUID
    new: NewUpload
    found: dict[str, Any]


def keep_sheet(caller: Caller, name: str, content_type: ContentType, content: bytes) -> Received:
    """Check a file for an import, and keep it. Raises FileRejected.

    Where a scanner has to see it first, it waits where uploads arrive. What is kept and never written down is nobody's.
    """
    new = NewUpload.model_construct(
        purpose=Purpose.IMPORT, file_name=name, content_type=content_type, size_bytes=len(content)
    )
    found = checked(content_type, content, wants_variants=False)
    row: Row = {"id": new_id(), "purpose": Purpose.IMPORT, "content_type": content_type, "user_id": caller.user_id}
    told: dict[str, Any] = {"status": "READY", "scan": "not_configured", "sha256": found.sha256}
    key = rules.key_of(row, "file", found.sha256)
    if rules.scans_uploads():
        told, key = {"status": "SCANNING", "scan": "pending"}, rules.incoming_key(row["id"])
    headers = {"content-type": content_type, **rules.metadata_of(row, len(content), datetime.now(UTC))}
    version_id = aws.keep_object(resource("files"), key, content, headers)
    return Received(row["id"], new, told | {"version_id": version_id})


def write(tx: Tx, caller: Caller, received: Received) -> Row:
    """The file's row. One that waits for the scanner goes on as an upload does."""
    queries.insert_file(tx, caller, received.new, received.found["scan"], received.id)
    _, row = queries.update_checked(tx, received.id, ("PENDING",), received.found)
    assert row is not None  # noqa: S101 (it was just written)
    if row["status"] == "SCANNING":
        tx.emit("file.received", rules.shown(row))
    return row
