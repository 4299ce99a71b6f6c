"""Apply a deposit to the balance.

After a lease has ended, the owner's organization uses the deposit to settle what is still open, oldest first. A deposit
that a renewal takes along can be applied before that, and the renewal asks for what is then missing.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import deposits, rules
from shared.payments.credit import apply_credit
from shared.payments.moves import Applying, Deposit


@endpoint(
    "POST /contracts/{contract_id}/deposit/apply",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(rules.NotEndedYet, rules.NothingHeld, rules.NothingOpen, rules.MoreThanHeld, rules.MoreThanOpen),
)
def apply_deposit(caller: Caller, contract_id: UUID, applying: Applying) -> Deposit:
    with transaction(caller) as tx:
        visible, before = deposits.lock_deposit(tx, caller, contract_id)
        if not visible:
            raise NotFound()
        if before is None:
            raise rules.NothingHeld()
        amount, today = rules.check_applying(before, applying), before["today"]
        asked = deposits.settle(tx, caller, before, "DEPOSIT_APPLIED", amount, paid_date=today, reason=applying.reason)
        settled = apply_credit(tx, contract_id, today=today)
        deposit, payment = asked.answer()
        tx.emit("payment.deposit_applied", payment, applied_amount=amount, held_amount=deposit.held_amount)
        for moved in settled:
            tx.emit("payment.credit_applied", moved)
    return deposit
