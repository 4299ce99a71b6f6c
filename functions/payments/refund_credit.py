"""Refund a contract's credit.

The owner's organization pays credit back to the client and records how. What settles installments that are not invoiced
yet can be claimed as well: the last of them are open again. This also works after the lease has ended.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import account, rules
from shared.payments.credit import free_prepaid
from shared.payments.moves import Refund, Refunding


@endpoint(
    "POST /contracts/{contract_id}/refunds",
    access=may(Right.RECORD_PAYMENTS),
    returns=201,
    writes=True,
    raises=(rules.AmountAboveCredit,),
)
def refund_credit(caller: Caller, contract_id: UUID, refunding: Refunding) -> Refund:
    with transaction(caller) as tx:
        found = account.lock_account_on(tx, caller, contract_id, refunding.paid_date)
        if found is None:
            raise NotFound()
        short = refunding.amount - found["credit"]
        if short > 0:
            freed = free_prepaid(tx, contract_id, short, today=found["today"], day=refunding.paid_date)
            for payment in freed:
                tx.emit("payment.credit_applied", payment)
            found = account.lock_account_on(tx, caller, contract_id, refunding.paid_date) or found
        rules.check_refunding(found, refunding)
        refund = Refund.of(account.insert_refund(tx, caller, contract_id, **refunding.model_dump()))
        tx.emit("refund.paid", refund)
    return refund
