"""An operator's command: does every seal of the audit log still hold? Compare `hash` with the log of `seal_audit`.

Answers `{"intact", "seals", "hash", "broken", "unsealed", "overdue"}`: `broken` are the numbers of seals whose entries
were changed, removed or added to; `overdue` counts entries older than a day that none covers.
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
