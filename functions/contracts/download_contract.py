"""Download a lease as PDF.

Available to both sides. If both signed in DocuSign, this is the document signed there.
"""

from uuid import UUID

from shared.contracts import queries, rules
from shared.kit.aws import read_object, write_object
from shared.kit.db import Row, reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File
from shared.kit.request import Caller
from shared.kit.settings import resource
from shared.organizations.roles import Right, may

# The saga stores the document. If it is requested earlier, it is rendered and stored here, with the same bytes.


@endpoint(
    "GET /contracts/{contract_id}/download",
    access=may(Right.READ_LEASES),
    raises=(rules.DocumentGone,),
    # Without the right to list, S3 answers 403 instead of 404 for a document that is not there yet.
    uses=("documents.read", "documents.write", "documents.check"),
    layers=("documents",),
    memory=1024,
)
def download_contract(caller: Caller, contract_id: UUID) -> File:
    with reading(caller) as tx:
        deal = queries.select_deal(tx, caller, contract_id)
    if deal is None:
        raise NotFound()
    if deal["document_key"] is None and deal["status"] == "TERMINATED":
        raise rules.DocumentGone()
    return File(_kept(deal) or _rendered(deal), "application/pdf", f"lease-{contract_id}.pdf")


def _kept(deal: Row) -> bytes | None:
    key = deal["document_key"]
    if key is None:
        return None
    signed = (
        read_object(resource("documents"), rules.signed_key(key)) if deal["signature_provider"] != "BUILT_IN" else None
    )
    return signed or read_object(resource("documents"), key)


def _rendered(deal: Row) -> bytes:
    # Imported only where it is needed: fpdf2 costs a second of a cold start, a stored lease none of it.
    from shared.contracts.lease import rendered

    document = rendered(deal)
    write_object(resource("documents"), rules.lease_key(deal), document, "application/pdf")
    return document
