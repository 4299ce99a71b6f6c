"""List invoices and credit notes.

Both sides, including their finance officers, see the invoices and credit notes of their contracts, newest first.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import invoices
from shared.payments.models import Invoice, InvoiceFilter, InvoiceList


@endpoint("GET /invoices", access=may(Right.READ_MONEY))
def list_invoices(caller: Caller, asked: InvoiceFilter) -> InvoiceList:
    with reading(caller) as tx:
        rows = invoices.select_invoices(tx, caller, asked)
    shown, meta = asked.page(rows, "created_at", "id")
    return InvoiceList.of({"data": [Invoice.of(row) for row in shown], "meta": PageMeta.of(meta)})
