"""Remind contractors of their insurance.

Runs hourly. A contractor's organization is told 30, 7 and 1 days before the last insured day.
"""

from typing import Any

from shared.contractors import queries, rules
from shared.contractors.models import InsuranceEnding
from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim


@job("rate(1 hour)")
def remind_insured(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = queries.select_ending(tx, rules.NOTICES, BATCH)
        rows = {row["id"]: row for row in found}
        claimed = claim(tx, "remind_insured", {row["id"]: row["day"] for row in found})
        for organization_id in claimed:
            row = rows[organization_id]
            ending = {name: row[name] for name in ("id", "expires_on", "days_left")}
            tx.emit("contractor.insurance_ending", InsuranceEnding.of(ending))
    return len(claimed) == BATCH
