"""Download a lease as PDF.

Available to both sides. Once the last signature is there, this is the executed lease: the document that was signed,
followed by its signatures, under the platform's seal. If both signed in DocuSign, it is the document signed there.
`document_sha256` selects one of the contract's documents, such as the one that was read and signed.
"""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.contracts import documents, queries, rules
from shared.contracts.models import WhichDocument
from shared.kit.aws import read_object, write_object
from shared.kit.db import Row, reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File
from shared.kit.request import Caller
from shared.kit.settings import resource, setting
from shared.organizations.roles import Right, may

_PAUSE = 0.25
"""Seconds between two looks for a lease that is being sealed (functions/contracts/seal_lease.py)."""

# The saga stores the document. If it is requested earlier, it is rendered and stored here, with the same bytes.


@endpoint(
    "GET /contracts/{contract_id}/download",
    access=may(Right.READ_LEASES),
    raises=(rules.DocumentGone, rules.AgreedElsewhere),
    # Without the right to list, S3 answers 403 instead of 404 for a document that is not there yet.
    uses=("documents.read", "documents.write", "documents.check", "media.read", "media.list"),
    layers=("documents",),
    memory=1024,
)
def download_contract(caller: Caller, contract_id: UUID, which: WhichDocument) -> File:
    if which.document_sha256 is not None:
        return File(_chosen(caller, contract_id, which.document_sha256), "application/pdf", f"lease-{contract_id}.pdf")
    with reading(caller) as tx:
        deal = queries.select_my_deal(tx, caller, contract_id)
    if deal is None:
        raise NotFound()
    if deal["is_imported"]:
        raise rules.AgreedElsewhere()
    if deal["document_key"] is None and deal["status"] == "TERMINATED":
        raise rules.DocumentGone()
    return File(_kept(deal) or _rendered(deal), "application/pdf", f"lease-{contract_id}.pdf")


def _kept(deal: Row) -> bytes | None:
    key = deal["document_key"]
    if key is None:
        return None
    signed = _sealed(deal) if deal["executed_at"] else None
    return signed or read_object(resource("documents"), key)


def _sealed(deal: Row) -> bytes | None:
    """The document with its signatures; whoever comes right after the last one waits a moment for it."""
    is_ours = deal["signature_provider"] == "BUILT_IN"
    key = rules.executed_key(deal["document_key"]) if is_ours else rules.signed_key(deal["document_key"])
    patience = timedelta(seconds=float(setting("SEALING_PATIENCE", "5")))
    while True:
        found = read_object(resource("documents"), key)
        if found or datetime.now(UTC) - deal["executed_at"] > patience:
            return found
        time.sleep(_PAUSE)


def _chosen(caller: Caller, contract_id: UUID, sha256: str) -> bytes:
    with reading(caller) as tx:
        key = documents.select_document_key(tx, caller, contract_id, sha256)
    found = read_object(resource("documents"), key) if key else None
    if found is None:
        raise NotFound()
    return found


def _rendered(deal: Row) -> bytes:
    # Imported only where it is needed: fpdf2 costs a second of a cold start, a stored lease none of it.
    from shared.contracts.lease import rendered

    document = rendered(deal)
    write_object(resource("documents"), rules.lease_key(deal), document, "application/pdf")
    return document
