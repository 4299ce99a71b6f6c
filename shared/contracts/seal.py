"""The platform's seal on a PDF: an electronic signature under a key that never leaves KMS (PAdES B-B).

What was there before stays, byte by byte, as the beginning of what is sealed: an incremental update fills in blank
lines, adds pages and the signature. Its certificate stands in the documents bucket: made here from the key, signed by
itself, until an operator puts a certification authority's in its place (functions/contracts/certify_seal.py).
Sources: ETSI EN 319 142-1 (PAdES), ISO 32000-1 12.8, RFC 5280.
"""

import hashlib
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import batched
from typing import Any

from asn1crypto import algos, core, csr, keys, pem, x509
from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from shared.kit.aws import call, read_object, write_new_object, write_object
from shared.kit.settings import resource, setting

CERTIFICATE_KEY = "certificates/seal.pem"
"""Where the certificate, and those that lead to its authority, are kept in the documents bucket."""
LIFETIME = timedelta(days=3652)
"""How long a certificate that signs itself is valid."""

_ALGORITHM = algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"})


class _Key(Signer):
    """The seal's key in KMS (RSA_2048, PKCS #1 v1.5)."""

    def __init__(self, chain: list[x509.Certificate]) -> None:
        others = SimpleCertificateStore()
        others.register_multiple(chain[1:])
        super().__init__(signing_cert=chain[0], cert_registry=others, signature_mechanism=_ALGORITHM)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(256) if dry_run else _signed(data)


class _Sealer(PdfSigner):
    """Signs as of a moment of ours."""

    def __init__(self, meta: PdfSignatureMetadata, key: _Key, at: datetime) -> None:
        super().__init__(meta, key)
        self._at = at

    def init_signing_session(self, *args: Any, **settings: Any) -> Any:
        session = super().init_signing_session(*args, **settings)
        session.system_time = self._at
        return session


def sealed(document: bytes, appended: bytes, *, lines: Mapping[str, str], reason: str, at: datetime) -> bytes:
    """`document`, then the pages of `appended`, under a signature of the moment `at`.

    Both are PDFs. `lines` are the texts on the document's blank lines, by their names (`Pdf.signatures`). Two calls
    differ in the file's random id. Needs `uses=("seal_key.sign", "seal_key.read", "documents.read", "documents.write",
    "documents.check")`. Raises AwsError, Unavailable.
    """
    writer = IncrementalPdfFileWriter(BytesIO(document))
    _fill_in(writer, lines)
    pages = PdfFileReader(BytesIO(appended))
    for number in range(int(pages.root["/Pages"]["/Count"])):
        _append(writer, pages, number)
    meta = PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm="sha256",
        name=certificate()[0].subject.native["common_name"],
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
    )
    output = _Sealer(meta, _Key(certificate()), at).sign_pdf(writer)
    return bytes(output.getbuffer())


def _fill_in(writer: IncrementalPdfFileWriter, lines: Mapping[str, str]) -> None:
    # Imported here: whoever only asks for a certificate has no fonts.
    from shared.kit.pdf import overlay

    texts: dict[int, list[tuple[float, float, str]]] = defaultdict(list)
    # A document of an earlier release does not say where its blank lines are.
    named = writer.root.get("/Names", {}).get("/Dests", {}).get("/Names", ())
    places = {str(name): place for name, place in batched(named, 2, strict=True)}
    for name, text in lines.items():
        if place := places.get(name):
            texts[place.raw_get(0).idnum].append((float(place[2]), float(place[3]), text))
    for number in range(int(writer.root["/Pages"]["/Count"])):
        page, _ = writer.find_page_for_modification(number)
        if page.idnum in texts:
            *_, width, height = page.get_object().get("/MediaBox") or writer.root["/Pages"]["/MediaBox"]
            over = PdfFileReader(BytesIO(overlay((float(width), float(height)), texts[page.idnum])))
            form = writer.import_page_as_xobject(over)
            shows = writer.add_object(StreamObject(stream_data=b"q /SignedLines Do Q"))
            writer.add_stream_to_page(number, shows, resources=_named(form, "/SignedLines"))


def _named(form: IndirectObject, name: str) -> DictionaryObject:
    return DictionaryObject({pdf_name("/XObject"): DictionaryObject({pdf_name(name): form})})


def _append(writer: IncrementalPdfFileWriter, pages: PdfFileReader, number: int) -> None:
    form = writer.import_page_as_xobject(pages, number)
    box = [float(each) for each in form.get_object()["/BBox"]]
    shows = writer.add_object(StreamObject(stream_data=b"/Page Do"))
    writer.insert_page(PageObject(contents=shows, media_box=box, resources=_named(form, "/Page")))


def certificate() -> list[x509.Certificate]:
    """The seal's certificate, and those that lead to its authority. The first call of all makes one."""
    kept = read_object(resource("documents"), CERTIFICATE_KEY)
    if kept is None:
        made = _made(datetime.now(UTC))
        kept = write_new_object(resource("documents"), CERTIFICATE_KEY, made, "application/x-pem-file")
    return chain_of(kept)


def keep_certificate(text: bytes) -> list[x509.Certificate]:
    """Put an authority's certificate, in PEM with those that lead to it, in place of the one before. Raises ValueError
    where it is not one of the seal's key, or not valid today."""
    try:
        chain = chain_of(text)
        ours = chain[0].public_key.sha256 == _public_key().sha256
    except (ValueError, IndexError):
        raise ValueError("This is no certificate in PEM.") from None
    if not ours:
        raise ValueError("This certificate belongs to another key. Ask for one with `request`.")
    if not chain[0].not_valid_before <= datetime.now(UTC) < chain[0].not_valid_after:
        raise ValueError("This certificate is not valid today.")
    write_object(resource("documents"), CERTIFICATE_KEY, text, "application/x-pem-file")
    return chain


def chain_of(text: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file. Raises ValueError."""
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(text, multiple=True)]


def request() -> bytes:
    """A request for a certificate, in PEM, for an authority to sign (PKCS #10)."""
    info = csr.CertificationRequestInfo(
        {"version": "v1", "subject": _subject(), "subject_pk_info": _public_key(), "attributes": []}
    )
    asked = csr.CertificationRequest(
        {"certification_request_info": info, "signature_algorithm": _ALGORITHM, "signature": _signed(info.dump())}
    )
    return bytes(pem.armor("CERTIFICATE REQUEST", asked.dump()))


def _made(today: datetime) -> bytes:
    """A certificate of the key that the key itself signed."""
    begins = today.replace(hour=0, minute=0, second=0, microsecond=0)
    public = _public_key()
    extensions = [
        ("basic_constraints", True, x509.BasicConstraints({"ca": False})),
        ("key_usage", True, x509.KeyUsage({"digital_signature", "non_repudiation"})),
        ("key_identifier", False, core.OctetString(public.sha1)),
    ]
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(hashlib.sha256(public.dump() + begins.isoformat().encode()).digest()[:15]),
            "signature": _ALGORITHM,
            "issuer": _subject(),
            "validity": {
                "not_before": x509.Time({"utc_time": begins}),
                "not_after": x509.Time({"utc_time": begins + LIFETIME}),
            },
            "subject": _subject(),
            "subject_public_key_info": public,
            "extensions": [
                {"extn_id": name, "critical": critical, "extn_value": value} for name, critical, value in extensions
            ],
        }
    )
    made = x509.Certificate(
        {"tbs_certificate": body, "signature_algorithm": _ALGORITHM, "signature_value": _signed(body.dump())}
    )
    return bytes(pem.armor("CERTIFICATE", made.dump()))


def _subject() -> x509.Name:
    return x509.Name.build({"common_name": f"Leasing platform ({setting('STAGE')})", "organization_name": "Leasing"})


def _public_key() -> keys.PublicKeyInfo:
    answer = call("kms", "TrentService.GetPublicKey", {"KeyId": resource("seal_key")})
    return keys.PublicKeyInfo.load(b64decode(answer["PublicKey"]))


def _signed(message: bytes) -> bytes:
    answer = call(
        "kms",
        "TrentService.Sign",
        {
            "KeyId": resource("seal_key"),
            "Message": b64encode(message).decode(),
            "MessageType": "RAW",
            "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
        },
    )
    return b64decode(answer["Signature"])
