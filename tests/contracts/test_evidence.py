"""What proves a signed lease, as JSON and as a PDF; and whether a PDF in somebody's hand is one of ours."""

import hashlib
import io

import psycopg
import pytest
from pypdf import PdfReader

from functions.contracts.decline_contract import decline_contract
from functions.contracts.download_contract import download_contract
from functions.contracts.show_evidence import show_evidence
from functions.contracts.verify_document import verify_document
from functions.leasing.activate_contract import activate_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.void_contract import void_contract
from shared.kit import aws
from shared.kit.settings import resource
from tests.leasing.deal import Deal


@pytest.fixture
def deal(world, call):
    deal = Deal(world, call)
    deal.signed().run(schedule_payments, activate_contract)
    return deal


def evidence(call, deal, by=None, **headers):
    return call(show_evidence, as_=by or deal.client, path={"contract_id": deal.contract}, headers=headers)


def lease(call, deal):
    return call(download_contract, as_=deal.client, path={"contract_id": deal.contract}).body


def verify(call, document):
    return call(verify_document, body=document)


def test_the_evidence_shows_both_sides_who_signed_what_when_and_from_where(call, deal):
    found = evidence(call, deal).json

    digest = hashlib.sha256(lease(call, deal)).hexdigest()
    assert found["document"]["sha256"] == digest
    assert (found["document"]["intact"], found["document"]["byte_size"]) == (True, len(lease(call, deal)))
    assert [(one["side"], one["signature"], one["user_id"]) for one in found["signatures"]] == [
        ("CLIENT", deal.client.name, str(deal.client.id)),
        ("OWNER", deal.owner.name, str(deal.owner.id)),
    ]
    for one in found["signatures"]:
        assert one["document_sha256"] == digest
        assert (one["consent"], one["provider"]) == (True, "BUILT_IN")
        assert one["ip_address"]
        assert one["user_agent"]
        assert one["signed_at"].endswith("Z")
    assert evidence(call, deal, deal.owner).json == found


def test_the_evidence_lists_events_in_order(call, deal):
    timeline = evidence(call, deal).json["timeline"]

    assert [one["event"] for one in timeline] == [
        "DRAFTED",
        "GENERATED",
        "SIGNED",
        "SIGNED",
        "EXECUTED",
        "ACTIVATED",
    ]
    assert [one["at"] for one in timeline] == sorted(one["at"] for one in timeline)
    assert [one["by"] for one in timeline if one["event"] == "SIGNED"] == [deal.client.name, deal.owner.name]


def test_the_certificate_pdf_contains_the_same_evidence(call, deal):
    reply = evidence(call, deal, accept="application/pdf")

    assert reply.headers["content-type"] == "application/pdf"
    assert reply.headers["vary"] == "Accept"
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(reply.body)).pages)
    told = evidence(call, deal).json
    for fact in (
        "Certificate of Signature",
        told["document"]["sha256"],
        "The stored bytes have this digest today",
        f"Signed by {deal.client.name}",
        f"Signed by {deal.owner.name}",
        told["signatures"][0]["ip_address"],
        told["signatures"][0]["user_agent"],
        f"It was signed by {deal.owner.name}",
        "Its payments were scheduled Each signature",
    ):
        assert fact in text


def test_the_evidence_reports_a_tampered_document(world, call, deal):
    [row] = world.sql(
        "SELECT object_key FROM documents WHERE contract_id = %(id)s AND kind = 'LEASE'", id=deal.contract
    )
    kept = lease(call, deal)
    aws.write_object(resource("documents"), row["object_key"], kept + b"\n", "application/pdf")

    assert evidence(call, deal).json["document"]["intact"] is False


def test_the_evidence_of_a_deal_cancelled_unsigned_has_no_document(world, call):
    deal = Deal(world, call)
    deal.run(render_lease, void_contract)

    found = evidence(call, deal).json

    assert (found["document"], found["signatures"]) == (None, [])
    assert found["timeline"][-1]["event"] == "TERMINATED"
    assert evidence(call, deal, accept="application/pdf").status == 200


def test_who_declined_when_and_why_is_evidence(world, call):
    deal = Deal(world, call)
    deal.run(render_lease, request_signatures)
    deal.sign(deal.client)
    path = {"contract_id": deal.contract}
    assert call(decline_contract, as_=deal.owner, path=path, body={"reason": "The tenant’s bank said no"}).status == 200
    deal.run(void_contract)

    found = evidence(call, deal).json

    assert found["declined"] == {
        "side": "OWNER",
        "user_id": str(deal.owner.id),
        "name": deal.owner.name,
        "reason": "The tenant’s bank said no",
        "at": found["declined"]["at"],
    }
    assert [(one["event"], one["by"]) for one in found["timeline"]][-2:] == [
        ("DECLINED", deal.owner.name),
        ("TERMINATED", None),
    ]
    reply = evidence(call, deal, accept="application/pdf")
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(reply.body)).pages)
    assert f"Declined by {deal.owner.name} For the Lessor" in text
    assert "Reason The tenant’s bank said no" in text
    assert f"It was declined by {deal.owner.name}" in text


def test_a_stranger_finds_no_evidence(world, call, deal):
    assert evidence(call, deal, world.client()).status == 404


def test_anyone_with_a_document_can_verify_that_it_is_genuine(world, call, deal):
    document = lease(call, deal)

    found = verify(call, document).json

    [row] = world.sql(
        "SELECT created_at FROM documents WHERE contract_id = %(id)s AND kind = 'LEASE'", id=deal.contract
    )
    assert found == {
        "genuine": True,
        "sha256": hashlib.sha256(document).hexdigest(),
        "kind": "LEASE",
        "executed": False,
        "stored_at": found["stored_at"],
    }
    assert found["stored_at"][:19] == row["created_at"].isoformat()[:19]


def test_a_document_with_one_changed_bit_is_not_genuine(call, deal):
    document = bytearray(lease(call, deal))
    document[-20] ^= 1

    found = verify(call, bytes(document)).json

    assert (found["genuine"], found["kind"], found["stored_at"]) == (False, None, None)


LARGEST = 4 * 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"PK\x03\x04", b" %PDF-1.4", b"%PDF-" + b"0" * LARGEST],
    ids=["none", "json", "zip", "late", "4 MB"],
)
def test_verifying_a_file_that_is_not_a_pdf_or_too_large_is_refused(call, body):
    reply = verify(call, body)

    assert (reply.status, reply.fields) == (400, ["body"])


def test_a_withdrawn_document_is_no_longer_genuine(world, call):
    deal = Deal(world, call)
    deal.run(render_lease)
    document = lease(call, deal)
    assert verify(call, document).json["genuine"] is True
    deal.run(void_contract)

    assert verify(call, document).json["genuine"] is False


def test_verifying_a_document_reveals_no_other_document(world, call, deal):
    """After it was asked, the connection knows no more of it."""
    document = lease(call, deal)
    with psycopg.connect(world.database_url, user="app_reader") as reader:
        digest = hashlib.sha256(document).hexdigest()
        assert reader.execute("SELECT kind FROM app.verified_document(%s)", (digest,)).fetchall() == [("LEASE",)]
        assert reader.execute("SELECT count(*) FROM documents").fetchone() == (0,)
