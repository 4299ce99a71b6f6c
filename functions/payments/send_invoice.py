"""Send an invoice now.

The owner's organization sends an invoice without waiting for its day, for example where tax is due on receipt. If there
is none yet, it is issued; otherwise the same invoice is e-mailed to the client again.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import queries, rules
from shared.payments.access import visible_payment
from shared.payments.models import Payment
from shared.payments.taxing import retax


@endpoint(
    "POST /payments/{payment_id}/send-invoice",
    access=may(Right.RECORD_PAYMENTS),
    writes=True,
    raises=(rules.NotPayable, rules.InvoicedElsewhere),
)
def send_invoice(caller: Caller, payment_id: UUID) -> Payment:
    with transaction(caller) as tx:
        before, contract, _ = visible_payment(tx, caller, payment_id)
        rules.check_invoiceable(before, contract)
        if contract["invoice_id"]:
            number = contract["invoice_number"]
            tx.emit("payment.invoice_sent", before, invoice_id=contract["invoice_id"], invoice_number=number)
            return before
        # The codes as they are now, not as of the last run of follow_tax_codes.
        retax(tx, [before.contract_id])
        invoice, payment = queries.issue_invoice(tx, payment_id)
        tx.emit("payment.invoiced", payment, before=before, invoice_id=invoice["id"], invoice_number=invoice["number"])
    return payment
