"""Run an import.

Reads the file, a thousand records in a transaction, and goes on after records that are wrong. What is left when the
function's time ends is done in a further message. An import whose file is still being checked waits for that.
"""

from functools import partial
from uuid import UUID

from shared.files.purposes import Purpose
from shared.imports import queries
from shared.imports.running import run
from shared.kit.consumer import Event, consumer
from shared.kit.db import reading
from shared.kit.request import current
from shared.kit.unit import perform


@consumer(
    "import.requested",
    "import.continued",
    "file.completed",
    "file.rejected",
    inbox=False,
    # Each has the function's whole time.
    batch=1,
    uses=("files.read", "derive_key.mac"),
    layers=("imports", "places", "tokens"),
    timeout=300,
    memory=3008,
)
def run_import(event: Event) -> None:
    assert event.object_id is not None  # noqa: S101 (imports and files have ids)
    if event.name.startswith("import."):
        run(event.object_id)
    elif event.data["purpose"] == Purpose.IMPORT:
        for import_id in perform(current().operation, partial(_waiting, event.object_id)):
            run(import_id)


def _waiting(file_id: UUID) -> list[UUID]:
    with reading(None) as tx:
        return queries.select_waiting(tx, file_id)
