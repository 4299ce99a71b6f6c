"""Carry deposits to renewals.

Runs hourly. On a renewal's first day, the deposit that is held for the lease before it goes on to the renewal, as far
as that asks for it. What is left can be returned.
"""

from typing import Any

from shared.contracts.queries import select_deal
from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH
from shared.payments import carrying, deposits
from shared.payments.moves import DepositCarried
from shared.terms.deal import schedule_of


@job("rate(1 hour)")
def carry_deposits(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = deposits.lock_carrying(tx, BATCH)
        for row in found:
            deal = select_deal(tx, row["id"])
            missing = carrying.asked(schedule_of(deal)) - row["asked_amount"]
            moved, left = deposits.carry(tx, row["renews_contract_id"], row["id"], missing, row["day"])
            if moved:
                names = ("id", "owner_organization_id", "client_organization_id", "currency")
                tx.emit(
                    "contract.deposit_carried",
                    DepositCarried.of(
                        {name: deal[name] for name in names}
                        | {"contract_id": deal["id"], "from_contract_id": row["renews_contract_id"]}
                        | {"amount": moved, "refundable_amount": left}
                    ),
                )
        deposits.update_carried(tx, [row["id"] for row in found])
    return len(found) == BATCH
