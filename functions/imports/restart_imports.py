"""Restart stalled imports.

An import that has not moved for five minutes has lost its message, or its function was killed. It goes on from the last
batch that was done.
"""

from typing import Any

from shared.imports import queries
from shared.imports.announce import continued
from shared.kit.db import transaction
from shared.kit.task import job

_BATCH = 20


@job("rate(1 minute)")
def restart_imports(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        stalled = queries.update_stalled(tx, _BATCH)
        for row in stalled:
            continued(tx, row)
    return len(stalled) == _BATCH
