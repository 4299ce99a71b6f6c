"""Make the daily exports.

Asks for the export of each organization that has a schedule: what belongs to yesterday and today. A second run on the
same day does nothing.
"""

from typing import Any

from shared.exports import queries, rules
from shared.kit.db import transaction
from shared.kit.task import job

_BATCH = 100


@job("cron(0 2 * * ? *)")
def schedule_exports(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        due = queries.select_due(tx, _BATCH)
        for one in due:
            if row := queries.insert_scheduled(tx, one):
                tx.emit("export.requested", rules.shown(row), **rules.told(row))
    return len(due) == _BATCH
