"""Nightly: what no rule asks for any more is deleted, so that tables which only grow do not grow for ever.

Sessions and mailed tokens long past their end, counts of logins, answers under old Idempotency-Keys, events that
everybody has handled, sockets that are gone. Audit rows are records and stay.
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
