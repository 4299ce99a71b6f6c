"""Work that is due on a day, done once however often, late or concurrently the jobs run.

A job finds everything due up to today, so the next run catches up on a missed day. It claims each item by its key
(job, day, entity) in the transaction of its effect. `day` is the day on which the work was due at the entity's
building, not the one on which it is done.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from shared.kit.db import Tx

BATCH = 200
"""How many items a job handles in one transaction."""

_INSERT_ITEMS = """
INSERT INTO work_items (job, day, entity_id)
SELECT %(job)s, w.day, w.entity_id
FROM unnest(%(days)s::date[], %(entity_ids)s::uuid[]) AS w (day, entity_id)
ORDER BY w.entity_id
ON CONFLICT DO NOTHING
RETURNING entity_id
"""


def claim(tx: Tx, job: str, days: Mapping[UUID, date]) -> list[UUID]:
    """The entities whose work of that day this run has claimed, in the given order."""
    if not days:
        return []
    rows = tx.all(_INSERT_ITEMS, {"job": job, "days": list(days.values()), "entity_ids": list(days)})
    claimed = {row["entity_id"] for row in rows}
    return [entity_id for entity_id in days if entity_id in claimed]
