"""List the caller's payments.

Both sides, including their finance officers, see what is due when and what has been paid.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import queries
from shared.payments.models import Payment, PaymentFilter, PaymentList


@endpoint("GET /payments", access=may(Right.READ_MONEY))
def list_payments(caller: Caller, asked: PaymentFilter) -> PaymentList:
    with reading(caller) as tx:
        rows = queries.select_payments(tx, caller, asked)
    shown, meta = asked.page(rows, "due_date", "id")
    return PaymentList.of({"data": [Payment.of(row) for row in shown], "meta": PageMeta.of(meta)})
