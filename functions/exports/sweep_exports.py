"""Delete old exports.

Deletes exports after 30 days. Their files go by the bucket's own rule (stacks/exports.py).
"""

from typing import Any

from shared.exports import queries
from shared.kit.db import transaction
from shared.kit.task import job

_BATCH = 100


@job("rate(1 day)", emits=False)
def sweep_exports(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        return queries.delete_old(tx, _BATCH) == _BATCH
