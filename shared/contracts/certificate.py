"""The evidence of a contract's signatures as a PDF, for a court or an auditor."""

from datetime import UTC, datetime

from shared.contracts.evidence import Evidence, EvidenceSignature
from shared.kit.pdf import Pdf

KIND = "Certificate of Signature"

_SIDES = {"CLIENT": "For the Lessee", "OWNER": "For the Lessor", "ADMIN": "Authorized for the Lessor"}
_EVENTS = {
    "DRAFTED": "The contract was drafted",
    "SENT": "It was sent for signature",
    "GENERATED": "Its document was generated and stored",
    "SIGNED": "It was signed",
    "AUTHORIZED": "It was authorized",
    "EXECUTED": "All parties had signed: it was executed",
    "ACTIVATED": "Its payments were scheduled",
    "TERMINATED": "It ended",
}


def render_certificate(evidence: Evidence, now: datetime) -> bytes:
    """The certificate as a PDF of A4 pages, as things stand `now`."""
    document = evidence.document
    reference = (document.number if document else None) or str(evidence.contract_id)
    pdf = Pdf(
        kind=KIND,
        reference=reference,
        document_id=str(evidence.contract_id),
        issued_on=now.date(),
        author=evidence.owner["organization"],
    )
    pdf.title("Certificate of Signature", f"{reference}, as of {_moment(now)}")
    pdf.heading("Contract")
    pdf.facts(
        [
            ("Contract", str(evidence.contract_id)),
            ("Lessor", _party(evidence.owner)),
            ("Lessee", _party(evidence.client)),
            ("Status", f"{evidence.status}, signatures: {evidence.signature_status}".replace("_", " ").lower()),
        ]
    )
    pdf.heading("Document")
    if document is None:
        pdf.paragraph("No document is kept: the deal ended before anybody signed, or has none yet.")
    else:
        pdf.facts(
            [
                ("Number", document.number or "None"),
                ("SHA-256", document.sha256),
                ("Size", f"{document.byte_size:,} bytes"),
                ("Stored", _moment(document.created_at)),
                ("Checked", _CHECKED[document.intact]),
            ]
        )
    for signature in evidence.signatures:
        pdf.heading(_SIDES[signature.side])
        pdf.facts(_signed(signature))
    pdf.heading("History")
    pdf.facts(
        [(_moment(one.at), f"{_EVENTS[one.event]}{f' by {one.by}' if one.by else ''}") for one in evidence.timeline]
    )
    pdf.space(2)
    pdf.paragraph(
        "Each signature was given by a person signed in with an account of the side’s organization, who read the "
        "document with the SHA-256 digest stated and agreed to sign it electronically. A copy of the document is "
        "genuine if its digest is the same; the platform’s document check compares it."
    )
    return pdf.finish()


_CHECKED = {
    True: "The stored bytes have this digest today",
    False: "THE STORED BYTES DO NOT HAVE THIS DIGEST",
    None: "The stored bytes are missing",
}


def _party(party: dict[str, str]) -> str:
    return f"{party['organization']} ({party['name']})"


def _signed(signature: EvidenceSignature) -> list[tuple[str, str]]:
    facts = [
        ("Signed by", signature.signature),
        ("Account", str(signature.user_id)),
        ("Signed at", _moment(signature.signed_at)),
        ("Consent", "Given to sign electronically" if signature.consent else "Not given"),
        ("Signed through", "The platform" if signature.provider == "BUILT_IN" else "DocuSign"),
        ("IP address", signature.ip_address or "Not recorded"),
        ("User agent", signature.user_agent or "Not recorded"),
        ("Document SHA-256", signature.document_sha256),
    ]
    return facts + [
        (name.replace("_", " ").capitalize(), str(value)) for name, value in (signature.evidence or {}).items()
    ]


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
