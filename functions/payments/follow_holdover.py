"""Schedule the months after a lease's last day.

When the owner decides that a lease goes on after its last day, or at another percentage, or not at all, its
installments ahead follow.
"""

from shared.contracts.queries import select_deal
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.payments import holdover, indexes


@consumer("contract.holdover_set", emits=False)
def follow_holdover(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (contracts have ids)
    row, deal = holdover.lock_one(tx, event.object_id), select_deal(tx, event.object_id)
    holdover.extend(tx, deal, row, indexes.select_known(tx, event.object_id), holdover.DAYS_AHEAD)
