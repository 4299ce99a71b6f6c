"""Refund a contract's credit.

The owner's organization pays unapplied credit back to the client and records how. This also works after the lease has
ended.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import account, rules
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
        rules.check_refunding(found, refunding)
        refund = Refund.of(account.insert_refund(tx, caller, contract_id, **refunding.model_dump()))
        tx.emit("refund.paid", refund)
    return refund
