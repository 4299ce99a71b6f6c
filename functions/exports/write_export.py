"""Write an export's file.

Reads as whoever asked, in one snapshot, so that row-level security decides what they get; the file goes to S3 while it
is being read, and is there when it is whole. The role that reads cannot write, so it reports over the bus what became
of the attempt (functions/exports/record_export.py), and a failed one is tried again.
"""

from uuid import UUID

from shared.exports import queries, reasons, rules
from shared.exports.attempt import attempt
from shared.kit.announce import announce
from shared.kit.catalog import Role
from shared.kit.connection import disconnect
from shared.kit.consumer import Event, consumer
from shared.kit.db import Row, reading
from shared.kit.request import Caller


@consumer(
    "export.requested",
    inbox=False,
    database="reader",
    emits=False,
    uses=("exports.write", "bus.put"),
    layers=("sheets",),
    timeout=rules.WRITING_SECONDS,
    memory=1769,
    disk=4096,
)
def write_export(event: Event) -> None:
    # One that has idled since the export before may be gone, and there is no second try.
    disconnect()
    row = _order(event)
    if row is None:
        return
    announce("export.started", event, attempt=row["attempt"])
    if row["may_still"]:
        name, told = attempt(row)
    else:
        name, told = "export.unwritten", {"reason": reasons.NO_RIGHT, "is_final": True}
    announce(name, event, attempt=row["attempt"], **told)


def _order(event: Event) -> Row | None:
    """The export, if this attempt at it is still to be made, as whoever asked for it sees it."""
    assert event.object_id is not None  # noqa: S101 (exports have ids)
    asked = event.data
    author = Caller(UUID(asked["user_id"]), UUID(asked["organization_id"]), Role(asked["role"]), UUID(int=0))
    with reading(author) as tx:
        return queries.select_order(tx, event.object_id, asked["attempt"])
