"""Hourly: what has been entered in the audit log since the last seal is sealed, each seal over the one before.

The hash also goes into the function's own log, out of the database's reach: whoever rewrites entries and all seals
after them still cannot rewrite that.
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
