"""List a contract's payment plans.

Available to both sides of the contract, including their finance officers; the newest plan first.
"""

from uuid import UUID

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import plans
from shared.payments.plan import PaymentPlan, PaymentPlanList


@endpoint("GET /contracts/{contract_id}/payment-plans", access=may(Right.READ_MONEY))
def list_payment_plans(caller: Caller, contract_id: UUID) -> PaymentPlanList:
    with reading(caller) as tx:
        rows = plans.select_plans(tx, caller, contract_id)
    if rows is None:
        raise NotFound()
    return PaymentPlanList.of({"data": [PaymentPlan.of(row) for row in rows]})
