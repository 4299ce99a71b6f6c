"""Raise late fees again.

When money is reversed for which a late fee was lowered, the fee is again what was unpaid when the grace ended asks for:
what is missing is charged in a line and an invoice of its own. What was waived stays waived.
"""

from uuid import UUID

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.payments import charges, late
from shared.payments.bound import LOCK_MONEY


@consumer("payment.reversed")
def raise_fees(event: Event, tx: Tx) -> None:
    contract_id = UUID(event.data["contract_id"])
    tx.run(LOCK_MONEY, {"contract_id": contract_id})
    charges.add(tx, late.too_low(tx, contract_id))
