"""Check a file in the background.

What takes longer than a request may, and what waits for the malware scanner: once both say yes the file is READY. The
database is asked before and after, and not held meanwhile.
"""

from functools import partial

from shared.files import queries, storage
from shared.files.verdicts import tell, verdict
from shared.kit.consumer import Event, consumer
from shared.kit.db import Row, reading, transaction
from shared.kit.request import current
from shared.kit.unit import perform


@consumer(
    "file.received",
    "file.scanned",
    inbox=False,
    uses=(
        *("files.read", "files.list", "files.write", "media.write"),
        *("identity.read", "identity.list", "identity.write", "identity_key.use"),
    ),
    layers=("uploads",),
    timeout=300,
    memory=3008,
)
def check_file(event: Event) -> None:
    waiting = perform(current().operation, partial(_waiting, event))
    if waiting is None:
        return
    row, result = waiting
    version = storage.read_arrived(row, row["version_id"])
    found = verdict(row, version, result, may_wait=False)
    if found["status"] != "SCANNING":
        perform(current().operation, partial(_keep, row, found))


def _waiting(event: Event) -> tuple[Row, str | None] | None:
    """The file, if it still waits for its check, and what the scanner says of it."""
    assert event.object_id is not None  # noqa: S101 (files have ids)
    with reading(None) as tx:
        row = queries.select_file(tx, event.object_id)
        if row is None or row["status"] != "SCANNING":
            return None
        is_scanned = row["scan"] != "not_configured"
        return row, queries.select_verdict(tx, row["id"], row["version_id"]) if is_scanned else None


def _keep(row: Row, found: Row) -> None:
    with transaction() as tx:
        counted, now = queries.update_checked(tx, row["id"], ("SCANNING",), found)
        if counted and now:
            tell(tx, now)
