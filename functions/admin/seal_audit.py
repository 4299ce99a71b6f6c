"""Seal the audit log.

Runs hourly. Seals all entries since the last seal; each seal covers the previous one. The hash is also written to
the function's own log, out of the database's reach: even someone who rewrites entries and all later seals cannot
rewrite that.
"""

from typing import Any

from shared.admin import queries
from shared.kit.db import transaction
from shared.kit.log import logger
from shared.kit.task import job


@job("rate(1 hour)", emits=False)
def seal_audit(event: dict[str, Any]) -> None:
    with transaction() as tx:
        seal = queries.insert_seal(tx)
    if seal:
        logger.info("audit log sealed", seal=seal["number"], entries=seal["entries"], hash=seal["hash"])
