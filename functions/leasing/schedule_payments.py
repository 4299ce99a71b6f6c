"""The saga writes the contract's instalments, to the cent and the day, each with its explanation."""

from typing import Any
from uuid import UUID

from shared.contracts.queries import select_struck_deal
from shared.kit.db import transaction
from shared.kit.task import step
from shared.leasing import queries
from shared.payments.queries import insert_schedule
from shared.payments.schedule import rent_schedule


@step()
def schedule_payments(task: dict[str, Any]) -> None:
    contract_id = UUID(task["contract_id"])
    with transaction() as tx:
        contract = queries.lock_contract(tx, contract_id)
        deal = select_struck_deal(tx, contract_id)
        lines = rent_schedule(monthly_rent=deal["base_rent"], start=deal["start_date"], term_months=deal["term_months"])
        insert_schedule(tx, contract_id, lines)
        tx.emit("contract.scheduled", contract)
