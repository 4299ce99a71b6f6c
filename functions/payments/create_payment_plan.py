"""Agree a payment plan.

The owner's organization lets the client pay what is open on other days. The payments, their invoices and their ages
stay as they are. While the plan is kept, neither late fees nor interest are charged for its time.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import plan, plans, rules


@endpoint(
    "POST /contracts/{contract_id}/payment-plans",
    access=may(Right.RECORD_PAYMENTS),
    returns=201,
    writes=True,
    raises=(rules.AlreadyPaid, rules.NotPayable, plan.PlanExists),
)
def create_payment_plan(caller: Caller, contract_id: UUID, planning: plan.Planning) -> plan.PaymentPlan:
    with transaction(caller) as tx:
        account, debts = plans.lock_debts(tx, caller, contract_id, planning)
        if account is None:
            raise NotFound()
        plan.check_planning(planning, debts, account)
        agreed = plans.insert_plan(tx, caller, contract_id, planning)
        tx.emit("plan.agreed", agreed)
    return agreed
