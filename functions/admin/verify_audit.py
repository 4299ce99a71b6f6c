"""Verify the audit log's seals.

An operator's command. Compare `hash` with the log of `seal_audit`. Returns `{"intact", "seals", "hash", "broken",
"unsealed", "overdue"}`: `broken` lists the numbers of the seals whose entries were changed, removed or added to;
`overdue` counts entries older than a day that no seal covers.
"""

from typing import Any

from shared.admin import queries
from shared.kit.db import transaction
from shared.kit.task import operator


@operator(database="worker", emits=False)
def verify_audit(event: dict[str, Any]) -> dict[str, Any]:
    with transaction() as tx:
        found = queries.check_seals(tx)
    return {"intact": not found["broken"] and not found["overdue"], **found}
