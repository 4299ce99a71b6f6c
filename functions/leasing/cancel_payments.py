"""Cancel the payments of a failed deal.

The saga takes back the installments of a deal that never became active.
"""

from typing import Any
from uuid import UUID

from shared.kit.db import transaction
from shared.kit.task import step
from shared.leasing import queries, rules
from shared.payments.queries import delete_schedule


@step()
def cancel_payments(task: dict[str, Any]) -> None:
    with transaction() as tx:
        contract = queries.lock_contract(tx, UUID(task["contract_id"]))
        rules.check_undoable(contract)
        delete_schedule(tx, contract.id)
        tx.emit("contract.unscheduled", contract)
