"""Delete old changes.

Deletes events that are older than 30 days, and their deliveries.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.webhooks import changes

_BATCH = 1000


@job("rate(1 day)", emits=False)
def sweep_changes(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        return changes.delete_old(tx, _BATCH) == _BATCH
