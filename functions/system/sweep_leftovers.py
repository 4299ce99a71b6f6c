"""Delete expired rows.

Runs nightly. Deletes what no rule needs any more, so that tables do not grow forever: sessions and mailed tokens
long past their end, login counts, answers to old Idempotency-Keys, events that every consumer has handled, and
sockets that are gone. Audit rows are records and are kept.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.system import leftovers

_BATCH = 5000


@job("cron(20 3 * * ? *)", emits=False)
def sweep_leftovers(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        return leftovers.delete_leftovers(tx, _BATCH) == _BATCH
