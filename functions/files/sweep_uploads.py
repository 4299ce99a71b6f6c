"""Delete unfinished uploads.

Deletes what was announced and never completed within 24 hours, and what the malware scanner never reported on.
"""

from typing import Any

from shared.files import queries, rules
from shared.kit.db import transaction
from shared.kit.task import job

_BATCH = 100


@job("rate(1 hour)")
def sweep_uploads(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        deleted = queries.delete_unfinished(tx, rules.KEPT_HOURS, _BATCH)
        for row in deleted:
            tx.emit("file.deleted", rules.shown(row))
    return len(deleted) == _BATCH
