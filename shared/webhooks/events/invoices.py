"""The public events of invoices and credit notes."""

from shared.organizations.roles import Right
from shared.webhooks.public import Public

RIGHT = Right.READ_MONEY
OBJECT = "GET /invoices"


EVENTS = {
    "invoice.issued": Public(says="An invoice was issued.", hears=("payment.invoiced",), object_id="invoice_id"),
    "credit_note.issued": Public(
        says="A credit note was issued.", hears=("payment.credited",), object_id="credit_note_id"
    ),
}
