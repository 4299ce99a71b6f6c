"""Announce the end of leases.

Runs hourly. Both sides are told 180, 90, 60 and 30 days before the last day of a lease that ends as agreed: not of one
that ends early, goes on in holdover, or is renewed already.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.leasing import queries, rules


@job("rate(1 hour)")
def announce_ends(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = queries.lock_ending(tx, rules.ANNOUNCEMENTS, BATCH)
        rows = {row["id"]: row for row in found}
        claimed = claim(tx, "announce_end", {row["id"]: row["day"] for row in found})
        for contract in queries.select_many(tx, claimed) if claimed else ():
            row = rows[contract.id]
            tx.emit("contract.ending", contract, end_date=row["end_date"], days_until_end=row["days_until_end"])
    return len(claimed) == BATCH
