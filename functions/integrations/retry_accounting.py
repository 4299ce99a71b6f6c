"""Try again what accounting software did not take.

Documents whose pause is over go once more. Batches that were not heard of are looked for there, and sent where they did
not arrive.
"""

from typing import Any

from shared.integrations import documents, queries, rules
from shared.kit.db import transaction
from shared.kit.task import job

_BATCH = 100


@job("rate(1 minute)")
def retry_accounting(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        queries.delete_attempts(tx)
        for lost in documents.lock_lost(tx, rules.LOST_SECONDS):
            documents.update_batch_ended(tx, lost)
        for connection in queries.select_due(tx, _BATCH):
            tx.emit("integration.due", rules.told(connection))
    # What is due stays due until its documents are on their way: another round at once would find the same.
    return False
