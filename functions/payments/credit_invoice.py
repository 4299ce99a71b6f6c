"""Issue a credit note.

The owner's organization credits an invoice in full or in part. The invoice itself does not change; the credit note
stands beside it. Any amount already paid on the credited part becomes credit on the contract and settles its other
installments.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import rules
from shared.payments.crediting import credit
from shared.payments.models import Crediting, Invoice


@endpoint(
    "POST /invoices/{invoice_id}/credit-notes",
    access=may(Right.RECORD_PAYMENTS),
    returns=201,
    writes=True,
    raises=(rules.MoreThanInvoiced,),
)
def credit_invoice(caller: Caller, invoice_id: UUID, crediting: Crediting) -> Invoice:
    with transaction(caller) as tx:
        note, _ = credit(tx, caller, invoice_id, crediting.amount, crediting.reason)
    return note
