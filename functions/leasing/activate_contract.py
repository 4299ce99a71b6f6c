"""Activate the contract.

The saga's last step: the contract is in force, or SIGNED until its start date at the building. The space is taken,
and backup bids are rejected with the reason. Nothing follows this step, so nothing ever has to undo it.
"""

from typing import Any
from uuid import UUID

from shared.bids.queries import reject_others
from shared.contracts.queries import select_deal
from shared.kit.db import transaction
from shared.kit.task import step
from shared.leasing import queries, rules


@step()
def activate_contract(task: dict[str, Any]) -> None:
    with transaction() as tx:
        before = queries.lock_contract(tx, UUID(task["contract_id"]))
        if before.status in ("SIGNED", "ACTIVE"):
            return
        rules.check_alive(before)
        deal = select_deal(tx, before.id)
        contract = queries.update_activated(tx, before, has_started=deal["has_started"])
        tx.emit("contract.activated", contract, before=before, start_date=deal["start_date"])
        by_bid = contract.bid_id is not None
        reason = "Another bid on this space became a contract." if by_bid else "The space was let to somebody else."
        for bid, rejected in reject_others(tx, contract.space_id, contract.bid_id, reason):
            tx.emit("bid.rejected", rejected, before=bid)
