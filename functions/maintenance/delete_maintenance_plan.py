"""Delete a maintenance plan.

It opens no more tickets; those that it has opened stay.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.maintenance import planning, plans
from shared.organizations.roles import Right, may


@endpoint(
    "DELETE /maintenance-plans/{maintenance_plan_id}",
    access=may(Right.MANAGE_MAINTENANCE),
    returns=204,
    writes=True,
)
def delete_maintenance_plan(caller: Caller, maintenance_plan_id: UUID) -> None:
    with transaction(caller) as tx:
        row = plans.lock_plan(tx, caller, maintenance_plan_id)
        if row is None:
            raise NotFound()
        plans.delete_plan(tx, caller, maintenance_plan_id)
        tx.emit("maintenance_plan.deleted", planning.plan_of(row))
