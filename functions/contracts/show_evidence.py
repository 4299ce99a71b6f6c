"""Retrieve a contract's signing evidence.

Both sides see who signed which document, when and from where, and what has happened since. The response is JSON, or
a PDF certificate with `Accept: application/pdf`. The stored document is read and hashed again for each request.
"""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from shared.contracts import documents
from shared.contracts.evidence import Evidence, evidence_of
from shared.kit.accept import preferred
from shared.kit.aws import read_object
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File, Reply
from shared.kit.request import Caller, Request
from shared.kit.settings import resource
from shared.organizations.roles import Right, may

PDF = "application/pdf"


@endpoint(
    "GET /contracts/{contract_id}/evidence",
    access=may(Right.READ_LEASES),
    # Without the right to list, S3 answers 403 instead of 404 for a withdrawn document.
    uses=("documents.read", "documents.check"),
    layers=("documents",),
    memory=1024,
)
def show_evidence(
    caller: Caller, contract_id: UUID, request: Request
) -> Reply[Evidence | Annotated[File, "application/pdf"]]:
    with reading(caller) as tx:
        found = documents.select_evidence(tx, caller, contract_id)
    if found is None:
        raise NotFound()
    contract, stored, signatures = found
    kept = [(document, read_object(resource("documents"), document["object_key"])) for document in stored]
    evidence = evidence_of(contract, kept, signatures)
    headers = {"vary": "Accept"}
    if preferred(request, "application/json", PDF) != PDF:
        return Reply(evidence, headers=headers)

    # Imported only where it is needed: fpdf2 costs a second of a cold start.
    from shared.contracts.certificate import render_certificate
    from shared.kit.pdf import paper_of

    pdf = render_certificate(evidence, datetime.now(UTC), paper=paper_of(contract["country"]))
    return Reply(File(pdf, PDF, f"evidence-{contract_id}.pdf"), headers=headers)
