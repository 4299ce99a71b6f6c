"""The evidence of a contract's signatures on paper, as a court or an auditor asks for it."""

from datetime import UTC, datetime

from shared.contracts.evidence import Evidence, EvidenceSignature
from shared.kit.paper import Paper

KIND = "Certificate of Signature"

_SIDES = {"CLIENT": "For the Lessee", "OWNER": "For the Lessor", "ADMIN": "Authorized for the Lessor"}
_EVENTS = {
    "DRAFTED": "The contract was drawn up",
    "SENT": "It was sent for signature",
    "GENERATED": "Its document was generated and stored",
    "SIGNED": "It was signed",
    "AUTHORIZED": "It was authorized",
    "EXECUTED": "All signatures were there: it was executed",
    "ACTIVATED": "Its payments were scheduled",
    "TERMINATED": "It ended",
}


def render_certificate(evidence: Evidence, now: datetime) -> bytes:
    """The certificate as a PDF of A4 pages, as things stand `now`."""
    document = evidence.document
    reference = (document.number if document else None) or str(evidence.contract_id)
    paper = Paper(
        kind=KIND,
        reference=reference,
        document_id=str(evidence.contract_id),
        issued_on=now.date(),
        author=evidence.owner["organization"],
    )
    paper.title("Certificate of Signature", f"{reference}, as of {_moment(now)}")
    paper.heading("Contract")
    paper.facts(
        [
            ("Contract", str(evidence.contract_id)),
            ("Lessor", _party(evidence.owner)),
            ("Lessee", _party(evidence.client)),
            ("Status", f"{evidence.status}, signatures: {evidence.signature_status}".replace("_", " ").lower()),
        ]
    )
    paper.heading("Document")
    if document is None:
        paper.paragraph("No document is kept: the deal ended before anybody signed, or has none yet.")
    else:
        paper.facts(
            [
                ("Number", document.number or "None"),
                ("SHA-256", document.sha256),
                ("Size", f"{document.byte_size:,} bytes"),
                ("Stored", _moment(document.created_at)),
                ("Checked", _CHECKED[document.intact]),
            ]
        )
    for signature in evidence.signatures:
        paper.heading(_SIDES[signature.side])
        paper.facts(_signed(signature))
    paper.heading("What happened")
    paper.facts(
        [(_moment(one.at), f"{_EVENTS[one.event]}{f' by {one.by}' if one.by else ''}") for one in evidence.timeline]
    )
    paper.space(2)
    paper.paragraph(
        "Each signature was given by a person signed in with an account of the side’s organization, who read the "
        "document with the SHA-256 digest stated and agreed to sign it electronically. A copy of the document is "
        "genuine if its digest is the same; the platform’s document check compares it."
    )
    return paper.finish()


_CHECKED = {
    True: "The stored bytes have this digest today",
    False: "THE STORED BYTES DO NOT HAVE THIS DIGEST",
    None: "The stored bytes are gone",
}


def _party(party: dict[str, str]) -> str:
    return f"{party['organization']} ({party['name']})"


def _signed(signature: EvidenceSignature) -> list[tuple[str, str]]:
    facts = [
        ("Signed by", signature.signature),
        ("Account", str(signature.user_id)),
        ("Signed at", _moment(signature.signed_at)),
        ("Consent", "Given to sign electronically" if signature.consent else "Not given"),
        ("By way of", "The platform" if signature.provider == "BUILT_IN" else "DocuSign"),
        ("IP address", signature.ip_address or "Not recorded"),
        ("User agent", signature.user_agent or "Not recorded"),
        ("Document SHA-256", signature.document_sha256),
    ]
    return facts + [
        (name.replace("_", " ").capitalize(), str(value)) for name, value in (signature.evidence or {}).items()
    ]


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
