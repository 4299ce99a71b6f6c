"""Download a receipt as PDF.

Available to both sides of the contract, once money has been recorded for the payment.
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
    "GET /payments/{payment_id}/receipt",
    access=may(Right.READ_MONEY),
    raises=(rules.ReceiptMissing,),
    # Without the right to list, S3 answers 403 and not 404 for what is not there yet.
    uses=("documents.read", "documents.write", "documents.check", "media.read", "media.list"),
    layers=("documents",),
    memory=1024,
)
def download_receipt(caller: Caller, payment_id: UUID) -> File:
    # Imported here, with fpdf2 behind it, so that the catalog and the refusals stay light.
    from shared.payments.rendering import receipt_key, receipt_number, receipt_of

    with reading(caller) as tx:
        found = archive.select_my_documents(tx, caller, payment_id)
    if found is None:
        raise NotFound()
    if found["transactions"] is None:
        raise rules.ReceiptMissing()
    document = read_object(resource("documents"), receipt_key(found))
    if document is None:
        from shared.files.letterhead import logo_of
        from shared.payments.document import render_receipt

        document = render_receipt(receipt_of(found), logo_of(found["owner_party"]))
        write_object(resource("documents"), receipt_key(found), document, "application/pdf")
    return File(document, "application/pdf", f"{receipt_number(found)}.pdf")
