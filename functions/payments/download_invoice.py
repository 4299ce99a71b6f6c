"""Download an invoice as PDF.

Available to both sides of the contract.
"""

from uuid import UUID

from shared.kit.aws import read_object, write_object
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File
from shared.kit.request import Caller
from shared.kit.settings import resource
from shared.organizations.roles import Right, may
from shared.payments import archive, rules

# Usually render_documents has stored the document. If not yet, it is rendered and stored here.


@endpoint(
    "GET /payments/{payment_id}/invoice",
    access=may(Right.READ_MONEY),
    raises=(rules.InvoiceMissing,),
    # Without the right to list, S3 answers 403 and not 404 for what is not there yet.
    uses=("documents.read", "documents.write", "documents.check", "media.read", "media.list"),
    layers=("documents",),
    memory=1024,
)
def download_invoice(caller: Caller, payment_id: UUID) -> File:
    # Imported here, with fpdf2 behind it, so that the catalog and the refusals stay light.
    from shared.payments.rendering import invoice_key, invoice_number, invoice_of

    with reading(caller) as tx:
        found = archive.select_my_documents(tx, caller, payment_id)
    if found is None:
        raise NotFound()
    if found["invoice_id"] is None:
        raise rules.InvoiceMissing()
    document = read_object(resource("documents"), invoice_key(found))
    if document is None:
        from shared.files.letterhead import logo_of
        from shared.payments.document import render_invoice

        document = render_invoice(invoice_of(found), logo_of(found["owner_party"]))
        write_object(resource("documents"), invoice_key(found), document, "application/pdf")
    return File(document, "application/pdf", f"{invoice_number(found)}.pdf")
