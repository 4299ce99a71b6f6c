"""Cancel a payment plan.

The owner's organization no longer waits for the plan's days. What is open is late again, from the current day at the
building on.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import plan, plans


@endpoint(
    "POST /contracts/{contract_id}/payment-plans/{plan_id}/cancel",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(plan.PlanCancelled,),
)
def cancel_payment_plan(
    caller: Caller, contract_id: UUID, plan_id: UUID, cancelling: plan.CancellingPlan
) -> plan.PaymentPlan:
    with transaction(caller) as tx:
        before = plans.lock_plan(tx, caller, contract_id, plan_id)
        if before is None:
            raise NotFound()
        if before.status == "CANCELLED":
            raise plan.PlanCancelled()
        cancelled = plans.cancel(tx, caller, plan_id, cancelling)
        tx.emit("plan.cancelled", cancelled, before=before)
    return cancelled
