"""Try failed exports again.

Attempts that failed are repeated when their pause is over; those whose function ended without a word have failed, too.
"""

from typing import Any

from shared.exports import queries, reasons, rules
from shared.kit.db import transaction
from shared.kit.task import job

_BATCH = 100


@job("rate(1 minute)")
def retry_exports(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        for lost in queries.lock_lost(tx, _BATCH):
            row = queries.update_failed(tx, lost["id"], lost["attempt"], reasons.LOST, rules.RETRIES)
            if row and row["status"] == "FAILED":
                tx.emit("export.failed", rules.shown(row), **rules.told(row))
        retried = queries.update_retried(tx, _BATCH)
        for row in retried:
            # Its file may be there already, and only its destination not reached.
            name = "export.delivery_requested" if row["object_key"] else "export.requested"
            tx.emit(name, rules.shown(row), **rules.told(row))
    return len(retried) == _BATCH
