"""Retrieve a contract's ledger.

Lists the contract's account line by line: invoices on one side, money received on the other, and the balance after
each line. Credit from an overpayment lowers the balance when it comes; that it settles other installments then changes
nothing of the balance, and has no line.
"""

from decimal import Decimal
from uuid import UUID

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import ledger
from shared.payments.models import Ledger, LedgerEntry, LedgerMeta


@endpoint(
    "GET /contracts/{contract_id}/ledger",
    access=may(Right.READ_MONEY),
)
def get_ledger(caller: Caller, contract_id: UUID) -> Ledger:
    with reading(caller) as tx:
        found = ledger.select_ledger(tx, caller, contract_id)
    if found is None:
        raise NotFound()
    currency, rows = found
    balance = rows[-1]["balance"] if rows else Decimal(0)
    meta = LedgerMeta.of({"balance": balance, "currency": currency})
    return Ledger.of({"data": [LedgerEntry.of(row) for row in rows], "meta": meta})
