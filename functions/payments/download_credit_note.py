"""Download a credit note as PDF.

Available to both sides of the contract. The credit note names the invoices that it corrects, and their periods.
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
from shared.payments import archive

# Usually render_documents has stored the document. If not yet, it is rendered and stored here.


@endpoint(
    "GET /credit-notes/{credit_note_id}",
    access=may(Right.READ_MONEY),
    # Without the right to list, S3 answers 403 and not 404 for what is not there yet.
    uses=("documents.read", "documents.write", "documents.check", "media.read", "media.list"),
    layers=("documents",),
    memory=1024,
)
def download_credit_note(caller: Caller, credit_note_id: UUID) -> File:
    with reading(caller) as tx:
        found = archive.select_my_credit_note(tx, caller, credit_note_id)
    if found is None:
        raise NotFound()
    # Imported here, with fpdf2 behind it, so that the catalog and the refusals stay light.
    from shared.payments.credit_note import credit_note_key, credit_note_number, credit_note_of, render_credit_note

    document = read_object(resource("documents"), credit_note_key(found))
    if document is None:
        from shared.files.letterhead import logo_of

        document = render_credit_note(credit_note_of(found), logo_of(found["owner_party"]))
        write_object(resource("documents"), credit_note_key(found), document, "application/pdf")
    return File(document, "application/pdf", f"{credit_note_number(found)}.pdf")
