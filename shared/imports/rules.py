"""What an import takes, and when it is over."""

from uuid import UUID

from shared.files.purposes import MEGABYTE, ContentType
from shared.kit.catalog import STAFF, Role
from shared.kit.db import Row
from shared.kit.errors import Detail, Invalid, NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may

LARGEST = 4 * MEGABYTE
"""Bytes in the request itself: what a Lambda takes in base64, with room for the request around it."""
BATCH = 1000
"""Records in a transaction."""
MOST_LINES = 10_000
"""Installments in a transaction: a batch of leases has fewer records where these are long."""
RUN_SECONDS = 240
"""After so long, what is left of a file is done in a further message: before the function's own time ends."""
FRAME_SECONDS = 1.0
"""Sockets hear of an import at most as often as that."""
MOST_ATTEMPTS = 5
"""An import that was begun so often without one batch done is given up."""
STALLED_MINUTES = 5
"""An import that has not moved for so long has lost its message: no function lives longer."""
XLSX_TYPE: ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEARERS = may(Right.IMPORT) - STAFF
"""The roles of an organization that hear how far its imports are."""
DEFECT = "cannot be imported because of a fault of ours, which has been logged: please contact support"
STOPPED = "A fault of ours stopped the import. It has been logged: please contact support. Rows before it are imported."
UNFINISHED = ("QUEUED", "RUNNING")


class Unreadable(Exception):
    """A file that cannot be imported at all: `code` for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{code}: {message}")


class UploadGone(NotFound):
    """The file was deleted while somebody began to import it."""

    code = "NOT_FOUND"
    constraint = "imports_file_id_fkey"


def organization_of(caller: Caller, named: UUID | None) -> UUID:
    """For whom an import is: for the caller's own organization, or for the one that an administrator names.

    Raises NotFound where anybody else names another one."""
    if named is None or named == caller.organization_id:
        return caller.organization_id
    if caller.role is not Role.SUPER_ADMIN:
        raise NotFound()
    return named


def check_size(content: bytes) -> None:
    """Raises Invalid on a file that is empty, or too large to be sent in the request itself."""
    if not content:
        raise Invalid(Detail("file", "must not be empty", "TOO_SHORT"))
    if len(content) > LARGEST:
        larger = "upload a larger file with POST /uploads and name it as upload_id"
        raise Invalid(Detail("file", f"must not be larger than {LARGEST} bytes: {larger}", "TOO_LARGE"))


def content_type_of(content: bytes) -> ContentType:
    """What a file is: a workbook says so in its first bytes, text does not."""
    return XLSX_TYPE if content.startswith(b"PK\x03\x04") else "text/csv"


def ended(row: Row) -> str:
    """The status of an import whose last record is done."""
    return "COMPLETED_WITH_ERRORS" if row["failed"] else "COMPLETED"
