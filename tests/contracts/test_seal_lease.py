"""The executed lease: what was signed, then its signatures, under a seal that any reader of PDF can check."""

import hashlib
import importlib
import io
from datetime import UTC, date, timedelta

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from functions.contracts.download_contract import download_contract
from functions.contracts.seal_lease import seal_lease
from functions.contracts.show_evidence import show_evidence
from functions.contracts.sign_contract import sign_contract
from functions.contracts.verify_document import verify_document
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.users.update_profile import update_profile
from shared.contracts import seal
from shared.kit import aws
from shared.kit.pdf import Pdf
from tests.leasing.deal import Deal


@pytest.fixture
def deal(world, call):
    deal = Deal(world, call)
    deal.run(render_lease, request_signatures)
    assert call(update_profile, as_=deal.client, body={"title": "Managing Director"}).status == 200
    assert deal.sign(deal.client).status == deal.sign(deal.owner).status == 200
    return deal


@pytest.fixture
def sealed(world, invoke, deal):
    """The deal, whose lease is executed and sealed."""
    seal_it(world, invoke, deal)
    return deal


def seal_it(world, invoke, deal):
    heard = [event for event in world.event_details(deal.contract) if event["name"] in seal_lease.operation.hears]
    assert len(heard) == 1
    assert invoke(seal_lease, *heard) == []


def download(call, deal, by=None, **query):
    return call(download_contract, as_=by or deal.client, path={"contract_id": deal.contract}, query=query)


def text(pdf):
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def signature(pdf):
    [found] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return found


def trusted():
    [kept] = seal.chain_of(aws.read_object("documents", seal.CERTIFICATE_KEY))
    return ValidationContext(trust_roots=[kept])


def test_both_sides_download_the_executed_lease_with_names_titles_and_times(call, sealed):
    executed = download(call, sealed).body

    assert download(call, sealed, sealed.owner).body == executed
    last = " ".join(text(executed)[-2:])
    row = sealed.row()
    for told in (
        "Certificate of Signature",
        f"Signed by {sealed.client.name} Title Managing Director",
        f"Signed by {sealed.owner.name} Title Not stated",
        f"Executed {row['executed_at'].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        row["document_sha256"],
        "The electronic signature of this file seals them together.",
    ):
        assert told in last


def test_a_lease_names_the_country_of_its_addresses_and_of_its_law(call, sealed):
    lease = " ".join(text(download(call, sealed).body))

    assert "123 Main St, New York, NY 10001, United States" in lease
    assert "the law in force where the Premises are: NY, United States." in lease


def test_what_was_signed_is_the_beginning_of_the_executed_lease(call, sealed):
    digest = sealed.row()["document_sha256"]
    draft = download(call, sealed, document_sha256=digest).body
    executed = download(call, sealed).body

    assert hashlib.sha256(draft).hexdigest() == digest
    assert executed.startswith(draft)
    *pages, signed = text(draft)
    assert text(executed)[: len(pages)] == pages
    assert text(executed)[len(pages)].startswith(signed)


def test_the_signature_lines_of_the_executed_lease_say_who_signed_it_as_what_and_when(call, sealed):
    row = sealed.row()
    pages = len(text(download(call, sealed, document_sha256=row["document_sha256"]).body))

    page = text(download(call, sealed).body)[pages - 1]

    moments = sealed.world.sql(
        "SELECT signed_at FROM signatures WHERE contract_id = %(id)s ORDER BY signed_at", id=sealed.contract
    )
    client, owner = (f"{one['signed_at'].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" for one in moments)
    theirs, ours = (
        f"{sealed.client.name} Managing Director {client}",
        f"{sealed.owner.name} Not stated {owner}",
    )
    assert page.endswith(f"{theirs} {ours}")


def test_a_document_of_an_earlier_release_is_sealed_without_its_lines(world, call, invoke, monkeypatch):
    """It has no names for them."""
    pdf = Pdf(kind="Lease", reference="L", document_id="1", issued_on=date(2027, 1, 1), author="A")
    pdf.paragraph("Signature")
    old = pdf.finish()
    monkeypatch.setattr(importlib.import_module("functions.leasing.render_lease"), "rendered", lambda deal: old)
    deal = Deal(world, call)
    deal.signed()

    seal_it(world, invoke, deal)

    executed = download(call, deal).body
    assert executed.startswith(old)
    assert text(executed)[0] == text(old)[0]
    assert validate_pdf_signature(signature(executed), trusted()).bottom_line


def test_a_signature_and_what_proves_it_are_on_one_page_of_the_certificate(world, call, invoke):
    deal = Deal(world, call)
    deal.run(render_lease, request_signatures)
    agent = {"user-agent": "Mozilla/5.0 (a browser that says much of itself) " * 8}
    for user in (deal.client, deal.owner):
        body = {"signature": user.name, "consent": True}
        path = {"contract_id": deal.contract}
        assert call(sign_contract, as_=user, path=path, body=body, headers=agent).status == 200
    seal_it(world, invoke, deal)

    [page] = [page for page in text(download(call, deal).body) if "For the Lessor Signed by" in page]

    assert "Document SHA-256" in page.partition("For the Lessor Signed by")[2]


def test_the_seal_is_a_valid_signature_of_the_whole_file_at_the_moment_of_execution(call, sealed):
    executed = download(call, sealed).body

    found = signature(executed)
    status = validate_pdf_signature(found, trusted())
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert abs(status.signer_reported_dt - sealed.row()["executed_at"]) < timedelta(seconds=1)
    assert found.signed_data["signer_infos"][0]["signature_algorithm"].native["algorithm"] == "sha256_rsa"


@pytest.mark.parametrize("place", [0.2, 0.9])
def test_a_changed_byte_breaks_the_seal(call, sealed, place):
    changed = bytearray(download(call, sealed).body)
    found = signature(bytes(changed))
    start, length = found.byte_range[0], found.byte_range[1]
    changed[start + int(length * place)] ^= 1

    try:
        status = validate_pdf_signature(signature(bytes(changed)), trusted())
    except Exception:  # noqa: BLE001 (what is no PDF any more is broken too)
        return
    assert not status.intact


def test_a_second_delivery_changes_nothing(world, call, invoke, sealed):
    before = download(call, sealed).body
    world.sql("DELETE FROM inbox WHERE consumer = 'seal_lease'")

    seal_it(world, invoke, sealed)

    assert download(call, sealed).body == before
    [row] = world.sql(
        "SELECT sha256 FROM documents WHERE contract_id = %(id)s AND kind = 'EXECUTED'", id=sealed.contract
    )
    assert row["sha256"] == hashlib.sha256(before).hexdigest()


def test_both_documents_are_genuine_and_one_is_executed(call, sealed):
    digest = sealed.row()["document_sha256"]
    draft, executed = download(call, sealed, document_sha256=digest).body, download(call, sealed).body

    found = [call(verify_document, body=document).json for document in (draft, executed)]

    assert [(one["genuine"], one["kind"], one["executed"]) for one in found] == [
        (True, "LEASE", False),
        (True, "LEASE", True),
    ]


@pytest.mark.parametrize(("kind", "terms"), [("RENTAL", {}), ("SALE", {"term_months": None})])
def test_what_is_no_lease_is_verified_as_what_it_is(world, call, invoke, kind, terms):
    deal = Deal(world, call, months=terms.get("term_months", 12), contract_type=kind)
    deal.signed()
    seal_it(world, invoke, deal)

    executed = download(call, deal).body

    found = call(verify_document, body=executed).json
    assert (found["kind"], found["executed"]) == (kind, True)
    assert ("Seller" in " ".join(text(executed)[-2:])) is (kind == "SALE")


def test_a_document_of_another_contract_is_not_found_by_its_hash(world, call, sealed):
    other = Deal(world, call)
    other.run(render_lease)

    assert download(call, sealed, document_sha256=other.row()["document_sha256"]).status == 404
    assert download(call, sealed, document_sha256="0" * 64).status == 404
    assert download(call, sealed, world.client(), document_sha256=sealed.row()["document_sha256"]).status == 404
    assert download(call, sealed, document_sha256="x").fields == ["document_sha256"]


def test_the_evidence_names_both_documents(call, sealed):
    found = call(show_evidence, as_=sealed.client, path={"contract_id": sealed.contract}).json

    executed = download(call, sealed).body
    assert found["document"]["sha256"] == sealed.row()["document_sha256"]
    assert found["executed_document"]["sha256"] == hashlib.sha256(executed).hexdigest()
    assert found["executed_document"]["intact"] is True
    assert [one["title"] for one in found["signatures"]] == ["Managing Director", None]


def test_what_was_tampered_with_in_its_place_is_not_sealed(world, invoke, deal):
    [row] = world.sql("SELECT object_key FROM documents WHERE contract_id = %(id)s", id=deal.contract)
    aws.write_object("documents", row["object_key"], b"%PDF-1.4 another", "application/pdf")
    heard = [event for event in world.event_details(deal.contract) if event["name"] == "contract.fully_signed"]

    assert len(invoke(seal_lease, *heard)) == 1


def test_whoever_comes_before_the_seal_gets_what_was_signed(call, deal):
    assert hashlib.sha256(download(call, deal).body).hexdigest() == deal.row()["document_sha256"]
