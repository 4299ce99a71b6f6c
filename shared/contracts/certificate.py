"""The evidence of a contract's signatures as a PDF, for a court or an auditor."""

from datetime import UTC, datetime

from shared.contracts.evidence import Evidence, EvidenceDocument, EvidenceSignature
from shared.kit.pdf import Paper, Pdf
from shared.kit.settings import setting

KIND = "Certificate of Signature"

_PARTIES = {"SALE": ("Seller", "Buyer")}
_LEASING = ("Lessor", "Lessee")
_EVENTS = {
    "DRAFTED": "The contract was drafted",
    "SENT": "It was sent for signature",
    "GENERATED": "Its document was generated and stored",
    "SIGNED": "It was signed",
    "AUTHORIZED": "It was authorized",
    "DECLINED": "It was declined",
    "EXECUTED": "All parties had signed: it was executed",
    "ACTIVATED": "Its payments were scheduled",
    "TERMINATED": "It ended",
}


def render_certificate(evidence: Evidence, now: datetime, *, paper: Paper = "A4", is_last: bool = False) -> bytes:
    """The certificate as a PDF, as things stand `now`; `is_last`: as the last pages of what was signed."""
    lessor, lessee = _roles(evidence)
    document = evidence.document
    reference = (document.number if document else None) or str(evidence.contract_id)
    pdf = Pdf(
        kind=KIND,
        reference=reference,
        document_id=str(evidence.contract_id),
        issued_on=now.date(),
        author=evidence.owner["organization"],
        paper=paper,
    )
    pdf.title("Certificate of Signature", f"{reference}, as of {_moment(now)}")
    pdf.heading("Contract")
    pdf.facts(
        [
            ("Contract", str(evidence.contract_id)),
            (lessor, _party(evidence.owner)),
            (lessee, _party(evidence.client)),
            ("Executed", _moment(now)) if is_last else ("Status", _status(evidence)),
        ]
    )
    pdf.heading("Document")
    if document is None:
        pdf.paragraph("No document is kept: the deal ended before anybody signed, or has none yet.")
    else:
        pdf.facts(_stored(document))
    if evidence.executed_document:
        pdf.heading("Executed document")
        pdf.facts(_stored(evidence.executed_document))
    if document is not None:
        pdf.paragraph(
            "Both parties download the document, signed in, from "
            f"{setting('PUBLIC_URL')}/api/v1/contracts/{evidence.contract_id}/download; as it was before the "
            f"signatures with ?document_sha256={document.sha256}."
        )
    sides = {"CLIENT": f"For the {lessee}", "OWNER": f"For the {lessor}", "ADMIN": f"Authorized for the {lessor}"}
    for signature in evidence.signatures:
        pdf.together(sides[signature.side], _signed(signature))
    if declined := evidence.declined:
        pdf.heading("Declined")
        pdf.facts(
            [
                ("Declined by", declined.name or "A signer in DocuSign"),
                ("For the", {"OWNER": lessor, "CLIENT": lessee}.get(declined.side or "", "Not known")),
                ("Declined at", _moment(declined.at)),
                ("Reason", declined.reason),
            ]
        )
    pdf.heading("History")
    pdf.facts(
        [
            (_moment(one.at), f"{_EVENTS[one.event]}{f' by {one.by}' if one.by else ''}")
            for one in evidence.timeline
            if one.at <= now
        ]
    )
    pdf.space(2)
    pdf.paragraph(
        "Each signature was given by a person signed in with an account of the side’s organization, who read the "
        "document with the SHA-256 digest stated and agreed to sign it electronically. A copy of the document is "
        "genuine if its digest is the same; the platform’s document check compares it."
    )
    if is_last:
        pdf.paragraph(
            "The pages before this certificate are the document with the digest stated, unchanged but for the names, "
            "titles and times on its signature lines. The electronic signature of this file seals them together."
        )
    return pdf.finish()


def signed_lines(evidence: Evidence) -> dict[str, str]:
    """What stands on the signature lines of the executed document, by the lines' names."""
    lessor, lessee = _roles(evidence)
    lines: dict[str, str] = {}
    for one in evidence.signatures:
        if role := {"OWNER": lessor, "CLIENT": lessee}.get(one.side):
            lines |= {
                f"{role} Signature": one.signature,
                f"{role} Name": one.signature,
                f"{role} Title": one.title or "Not stated",
                f"{role} Date": _moment(one.signed_at),
            }
    return lines


def _roles(evidence: Evidence) -> tuple[str, str]:
    return _PARTIES.get(evidence.contract_type, _LEASING)


def _stored(document: EvidenceDocument) -> list[tuple[str, str]]:
    return [
        ("Number", document.number or "None"),
        ("SHA-256", document.sha256),
        ("Size", f"{document.byte_size:,} bytes"),
        ("Stored", _moment(document.created_at)),
        ("Checked", _CHECKED[document.intact]),
    ]


def _status(evidence: Evidence) -> str:
    return f"{evidence.status}, signatures: {evidence.signature_status}".replace("_", " ").lower()


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
        ("Title", signature.title or "Not stated"),
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
