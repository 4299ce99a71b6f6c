"""Schedule the payments.

The saga writes the contract's installments, exact to the cent and the day, each with its explanation. A renewal takes
the deposit along: it asks for what it wants less what is held.
"""

from typing import Any
from uuid import UUID

from shared.contracts.queries import select_deal
from shared.kit.db import transaction
from shared.kit.task import step
from shared.leasing import queries
from shared.payments import deposits
from shared.payments.carrying import less_held
from shared.payments.installments import installments_of
from shared.payments.queries import insert_schedule
from shared.payments.taxing import retax
from shared.terms.deal import schedule_of


@step()
def schedule_payments(task: dict[str, Any]) -> None:
    contract_id = UUID(task["contract_id"])
    with transaction() as tx:
        contract = queries.lock_contract(tx, contract_id)
        deal = select_deal(tx, contract_id)
        lines = schedule_of(deal)
        if deal["renewed"]:
            lines = less_held(lines, deposits.select_held(tx, UUID(deal["renewed"]["id"])))
        insert_schedule(tx, contract_id, installments_of(lines))
        retax(tx, [contract_id])
        deposits.settle_carried(tx, contract_id, today=deal["today"])
        tx.emit("contract.scheduled", contract)
