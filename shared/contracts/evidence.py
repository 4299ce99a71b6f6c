"""What proves that a contract was signed: by whom, when, from where, and which document."""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from shared.contracts.models import ContractStatus, Side, Signatory, SignatureProvider, SignatureStatus
from shared.kit.db import Row
from shared.kit.fields import Like, View
from shared.maths.choices import ContractType

EvidenceEvent = Literal[
    "DRAFTED", "SENT", "GENERATED", "SIGNED", "AUTHORIZED", "EXECUTED", "DECLINED", "ACTIVATED", "TERMINATED"
]


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
    title: str | None
    consent: bool
    provider: SignatureProvider
    document_sha256: str
    """SHA-256 of the PDF that was signed."""
    ip_address: str | None
    user_agent: str | None
    evidence: dict[str, Any] | None
    signed_at: datetime


class EvidenceDecline(View):
    """Who declined the contract, when and why. If it was declined in DocuSign, only DocuSign knows who."""

    side: Side | None
    user_id: UUID | None
    name: str | None
    reason: str
    at: datetime


class EvidenceMoment(View):
    """Something that happened to the contract, when, and who signed or declined."""

    event: EvidenceEvent
    at: datetime
    by: str | None


class Evidence(View):
    """The evidence for a contract's signatures. `owner` and `client` are as named in the contract; `document` is what
    was signed, `executed_document` the same with its signatures, sealed."""

    contract_id: UUID
    contract_type: ContractType
    status: ContractStatus
    signature_status: SignatureStatus
    owner: Annotated[dict[str, Any], Like("shared.bids.models.Party")]
    client: Annotated[dict[str, Any], Like("shared.bids.models.Party")]
    document: EvidenceDocument | None
    executed_document: EvidenceDocument | None
    declined: EvidenceDecline | None
    signatures: list[EvidenceSignature]
    timeline: list[EvidenceMoment]


def evidence_of(contract: Row, kept: list[tuple[Row, bytes | None]], signatures: list[Row]) -> Evidence:
    """The evidence of what `queries.select_evidence` found; `kept` are its documents with their bytes today."""
    documents = {document["kind"]: _document(document, content) for document, content in kept}
    declined = _declined(contract)
    return Evidence.of(
        {
            "contract_id": contract["id"],
            "contract_type": contract["contract_type"],
            "status": contract["status"],
            "signature_status": contract["signature_status"],
            "owner": contract["owner"],
            "client": contract["client"],
            "document": documents.get("LEASE"),
            "executed_document": documents.get("EXECUTED"),
            "declined": declined,
            "signatures": [EvidenceSignature.of(signature) for signature in signatures],
            "timeline": _timeline(contract, documents.get("LEASE"), declined, signatures),
        }
    )


def _document(document: Row, kept: bytes | None) -> EvidenceDocument:
    listed = {name: document[name] for name in ("number", "sha256", "byte_size", "created_at")}
    intact = None if kept is None else hashlib.sha256(kept).hexdigest() == document["sha256"]
    return EvidenceDocument.of(listed | {"intact": intact})


def _declined(contract: Row) -> EvidenceDecline | None:
    told = contract["declined"]
    if told is None:
        return None
    at = datetime.fromisoformat(told["at"])
    user_id = UUID(told["user_id"]) if told["user_id"] else None
    return EvidenceDecline.of(told | {"user_id": user_id, "at": at, "reason": contract["termination_reason"]})


def _timeline(
    contract: Row, document: EvidenceDocument | None, declined: EvidenceDecline | None, signatures: list[Row]
) -> list[EvidenceMoment]:
    """All dated events in order; events of the same moment in the order of the process."""
    happened = [
        ("DRAFTED", contract["created_at"], None),
        ("SENT", contract["sent_at"], None),
        ("GENERATED", document and document.created_at, None),
        *(
            ("AUTHORIZED" if one["side"] == "ADMIN" else "SIGNED", one["signed_at"], one["signature"])
            for one in signatures
        ),
        ("DECLINED", declined and declined.at, declined and declined.name),
        ("EXECUTED", contract["executed_at"], None),
        ("ACTIVATED", contract["activated_at"], None),
        ("TERMINATED", contract["terminated_at"], None),
    ]
    known = sorted((one for one in happened if one[1] is not None), key=lambda one: one[1])
    return [EvidenceMoment.of({"event": event, "at": at, "by": by}) for event, at, by in known]
