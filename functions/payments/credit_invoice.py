"""Issue a credit note.

The owner's organization credits an invoice in full or in part. The invoice itself does not change; the credit note
stands beside it. Any amount already paid on the credited part becomes credit on the contract and settles its other
installments.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import invoices, rules
from shared.payments.credit import apply_credit
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
        invoice = invoices.lock_invoice(tx, caller, invoice_id)
        if invoice is None:
            raise NotFound()
        part = rules.part_of(invoice, crediting.amount)
        off = invoices.Off(invoice["payment_id"], part.net, part.tax)
        row, payment = invoices.insert_credit_note(tx, caller, off, crediting.reason)
        note = Invoice.of(row)
        tx.emit(
            "payment.credited",
            payment,
            credit_note_id=note.id,
            credit_note_number=note.number,
            credit_note_amount=note.total_amount,
        )
        if payment.paid_amount:
            for moved in apply_credit(tx, payment.contract_id, today=invoice["today"], besides=(payment.id,)):
                tx.emit("payment.credit_applied", moved)
    return note
