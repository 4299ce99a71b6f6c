"""Raise late fees again.

When money or a transfer of credit is reversed that had counted in time, the late fee is what was unpaid when the grace
ended asks for: what is missing is charged in a line and an invoice of its own. What was waived stays waived.
"""

from uuid import UUID

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.payments import charges, late
from shared.payments.bound import LOCK_MONEY


@consumer("payment.reversed", "transfer.reversed")
def raise_fees(event: Event, tx: Tx) -> None:
    contract_ids = {UUID(event.data[name]) for name in ("contract_id", "to_contract_id") if name in event.data}
    # Always in the same order, so that no two wait crosswise.
    for contract_id in sorted(contract_ids):
        tx.run(LOCK_MONEY, {"contract_id": contract_id})
    for contract_id in sorted(contract_ids):
        charges.add(tx, late.too_low(tx, contract_id))
