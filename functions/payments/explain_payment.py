"""Explain a payment's amount.

Shows both sides how the amount was calculated, step by step.
"""

from uuid import UUID

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import queries
from shared.payments.models import Explained, ExplainedStep


@endpoint("GET /payments/{payment_id}/explain", access=may(Right.READ_MONEY))
def explain_payment(caller: Caller, payment_id: UUID) -> Explained:
    with reading(caller) as tx:
        row = queries.select_explanation(tx, caller, payment_id)
    if row is None:
        raise NotFound()
    steps = [ExplainedStep.of(step) for step in row["explanation"] or ()]
    return Explained.of({"amount": row["amount"], "steps": steps})
