"""Return a deposit.

After a lease has ended, the owner's organization returns the deposit, or what is left of it. A deposit that a renewal
takes along is not returned until the renewal has started; then what the renewal does not ask for is.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import deposits, rules
from shared.payments.moves import Deposit, Returning


@endpoint(
    "POST /contracts/{contract_id}/deposit/return",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(rules.DepositCarried, rules.NotEndedYet, rules.NothingHeld, rules.MoreThanHeld),
)
def return_deposit(caller: Caller, contract_id: UUID, returning: Returning) -> Deposit:
    with transaction(caller) as tx:
        visible, before = deposits.lock_deposit(tx, caller, contract_id)
        if not visible:
            raise NotFound()
        if before is None:
            raise rules.NothingHeld()
        amount = rules.check_returning(before, returning)
        asked = deposits.settle(
            tx,
            caller,
            before,
            "DEPOSIT_RETURNED",
            amount,
            paid_date=returning.paid_date,
            payment_method=returning.payment_method,
            transaction_reference=returning.transaction_reference,
        )
        tx.flush()
        deposit, payment = asked.answer()
        tx.emit("payment.deposit_returned", payment, returned_amount=amount, held_amount=deposit.held_amount)
    return deposit
