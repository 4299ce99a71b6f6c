"""What proves that a contract was signed: by whom, when, from where, and which document."""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from shared.contracts.models import ContractStatus, Signatory, SignatureProvider, SignatureStatus
from shared.kit.db import Row
from shared.kit.fields import Like, View

EvidenceEvent = Literal["DRAFTED", "SENT", "GENERATED", "SIGNED", "AUTHORIZED", "EXECUTED", "ACTIVATED", "TERMINATED"]


class EvidenceDocument(View):
    """A stored document. `intact` is whether its bytes still have this SHA-256; it is null if they are gone."""

    number: str | None
    sha256: str
    byte_size: int
    created_at: datetime
    intact: bool | None


class EvidenceSignature(View):
    """One signature on the document with that SHA-256. `evidence` is the proof sent by a signature provider."""

    side: Signatory
    user_id: UUID
    signature: str
    consent: bool
    provider: SignatureProvider
    document_sha256: str
    """SHA-256 of the PDF that was signed."""
    ip_address: str | None
    user_agent: str | None
    evidence: dict[str, Any] | None
    signed_at: datetime


class EvidenceMoment(View):
    """Something that happened to the contract, when, and whose signature it was."""

    event: EvidenceEvent
    at: datetime
    by: str | None


class Evidence(View):
    """The evidence for a contract's signatures. `owner` and `client` are as named in the contract."""

    contract_id: UUID
    status: ContractStatus
    signature_status: SignatureStatus
    owner: Annotated[dict[str, Any], Like("shared.bids.models.Party")]
    client: Annotated[dict[str, Any], Like("shared.bids.models.Party")]
    document: EvidenceDocument | None
    signatures: list[EvidenceSignature]
    timeline: list[EvidenceMoment]


def evidence_of(contract: Row, document: Row | None, kept: bytes | None, signatures: list[Row]) -> Evidence:
    """The evidence of what `queries.select_evidence` found; `kept` are the document's bytes today."""
    return Evidence.of(
        {
            "contract_id": contract["id"],
            "status": contract["status"],
            "signature_status": contract["signature_status"],
            "owner": contract["owner"],
            "client": contract["client"],
            "document": _document(document, kept) if document else None,
            "signatures": [EvidenceSignature.of(signature) for signature in signatures],
            "timeline": _timeline(contract, document, signatures),
        }
    )


def _document(document: Row, kept: bytes | None) -> EvidenceDocument:
    listed = {name: document[name] for name in ("number", "sha256", "byte_size", "created_at")}
    intact = None if kept is None else hashlib.sha256(kept).hexdigest() == document["sha256"]
    return EvidenceDocument.of(listed | {"intact": intact})


def _timeline(contract: Row, document: Row | None, signatures: list[Row]) -> list[EvidenceMoment]:
    """All dated events in order; events of the same moment in the order of the process."""
    happened = [
        ("DRAFTED", contract["created_at"], None),
        ("SENT", contract["sent_at"], None),
        ("GENERATED", document and document["created_at"], None),
        *(
            ("AUTHORIZED" if one["side"] == "ADMIN" else "SIGNED", one["signed_at"], one["signature"])
            for one in signatures
        ),
        ("EXECUTED", contract["executed_at"], None),
        ("ACTIVATED", contract["activated_at"], None),
        ("TERMINATED", contract["terminated_at"], None),
    ]
    known = sorted((one for one in happened if one[1] is not None), key=lambda one: one[1])
    return [EvidenceMoment.of({"event": event, "at": at, "by": by}) for event, at, by in known]
