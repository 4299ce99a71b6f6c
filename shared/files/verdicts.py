"""What becomes of an upload: rejected, waiting for the scanner or the background check, or ready."""

from typing import Any

from shared.files import storage
from shared.files.rules import FileRejected, is_heavy, shown
from shared.kit.aws import Version
from shared.kit.db import Row, Tx

CLEAN = "NO_THREATS_FOUND"
"""GuardDuty's word; every other result rejects the file, since nobody knows what it holds."""
_INFECTED = "contains malware, or could not be scanned for it"


def verdict(row: Row, version: Version, result: str | None, may_wait: bool) -> dict[str, Any]:
    """The file's row as the check of that version makes it. `result` is what the scanner says of it, if anything.

    With `may_wait`, what takes longer than a request may is left to the background.
    """
    told = {"version_id": version.id, "scan": _scan(row, result)}
    if told["scan"] == "infected":
        return told | {"status": "REJECTED", "rejected": _INFECTED}
    waits = told["scan"] == "pending" or (may_wait and is_heavy(row["content_type"], len(version.content)))
    if waits:
        return told | {"status": "SCANNING"}
    try:
        return told | {"status": "READY"} | storage.keep_checked(row, version)
    except FileRejected as refusal:
        return told | {"status": "REJECTED", "rejected": refusal.details[0]["message"]}


def tell(tx: Tx, row: Row) -> None:
    """Emit what became of the file."""
    tx.emit(_EVENTS[row["status"]], shown(row))


_EVENTS = {"SCANNING": "file.received", "READY": "file.completed", "REJECTED": "file.rejected"}


def _scan(row: Row, result: str | None) -> str:
    if row["scan"] == "not_configured":
        return "not_configured"
    if result is None:
        return "pending"
    return "clean" if result == CLEAN else "infected"
