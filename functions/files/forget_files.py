"""Delete a former user's personal files.

When somebody deletes their account, their picture and what proved their identity are deleted with it. What they
uploaded for their organization stays.
"""

from shared.files import queries, rules
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx


@consumer("user.deleted")
def forget_files(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (users have ids)
    for row in queries.delete_personal(tx, event.object_id):
        tx.emit("file.deleted", rules.shown(row))
