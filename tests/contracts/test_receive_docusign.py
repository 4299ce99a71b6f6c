"""DocuSign's webhook: only what is signed over its very bytes counts, and it counts once."""

import json

import pytest

from functions.contracts.decline_contract import decline_contract
from functions.contracts.get_contract import get_contract
from functions.contracts.receive_docusign import receive_docusign
from functions.leasing.activate_contract import activate_contract
from functions.leasing.end_holds import end_holds
from functions.leasing.release_space import release_space
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.void_contract import void_contract
from shared.kit.ids import new_id
from shared.kit.secret import _kept as kept_secrets
from tests.call import call, together
from tests.contracts.docusign_server import connect_body, signed
from tests.contracts.enveloped import KEYS, EnvelopedDeal

FIRST, SECOND, _ = KEYS.values()


@pytest.fixture
def deal(world, call, docusign):
    deal = EnvelopedDeal(world, call)
    deal.run(render_lease, request_signatures)
    deal.envelope = str(new_id())
    deal.put_envelope(deal.envelope)
    return deal


def short_form(deal, **data):
    """S0 §10.1."""
    named = {"envelope_id": deal.envelope, "contract_id": deal.contract, "signed_at": "2025-01-27T12:00:00Z"}
    return json.dumps({"event": "envelope_completed", "data": named | data}).encode()


def connect_form(deal):
    return connect_body(deal.envelope, "completed", completedDateTime="2025-01-27T12:00:00.1230000Z")


def receive(body, headers=None):
    return call(receive_docusign, body=body.decode(), headers=signed(body, FIRST) if headers is None else headers)


def state(deal):
    row = deal.row()
    return row["status"], row["signature_status"], row["termination_reason"], deal.count("signatures")


WAITING = ("PENDING_SIGNATURE", "NONE", None, 0)
SIGNED = ("PENDING_SIGNATURE", "FULLY_SIGNED", None, 2)


@pytest.mark.parametrize("form", [short_form, connect_form])
def test_both_forms_of_a_completed_envelope_sign_for_both_sides(deal, call, form):
    reply = receive(form(deal))

    assert (reply.status, reply.json) == (200, {"received": True})
    assert state(deal) == SIGNED
    shown = call(get_contract, as_=deal.client, path={"contract_id": deal.contract}).json["signatures"]
    assert [(one["side"], one["provider"], one["signed_at"][:16]) for one in shown] == [
        ("CLIENT", "DOCUSIGN", "2025-01-27T12:00"),
        ("OWNER", "DOCUSIGN", "2025-01-27T12:00"),
    ]
    [fully_signed] = deal.happened("contract.fully_signed")
    assert fully_signed["data"]["task_token"] == deal.row()["task_token"] is not None
    assert fully_signed["data"]["signature_status"] == "FULLY_SIGNED"


def test_the_webhook_accepts_the_body_printed_in_the_source(deal, call):
    """10.1: its whitespace is signed too; afterwards the lease is executed and the schedule stands."""
    printed = """{
  "event": "envelope_completed",
  "data": {
    "envelope_id": "docu_sign_envelope_id",
    "contract_id": "uuid",
    "signed_at": "2025-01-27T12:00:00Z"
  }
}"""
    body = printed.replace("docu_sign_envelope_id", deal.envelope).replace("uuid", str(deal.contract)).encode()

    assert receive(body).status == 200
    assert state(deal) == SIGNED
    deal.run(schedule_payments, activate_contract)

    shown = call(get_contract, as_=deal.client, path={"contract_id": deal.contract}).json
    assert (shown["status"], len(shown["payments"])) == ("SIGNED", 12)
    moments = deal.world.sql("SELECT signed_at FROM signatures WHERE contract_id = %(id)s", id=deal.contract)
    assert [row["signed_at"].isoformat() for row in moments] == ["2025-01-27T12:00:00+00:00"] * 2


def test_the_webhook_stores_the_evidence_of_the_signatures(deal):
    receive(short_form(deal))

    rows = deal.world.sql("SELECT * FROM signatures WHERE contract_id = %(id)s ORDER BY side", id=deal.contract)
    assert [(row["user_id"], row["signature"]) for row in rows] == [
        (deal.client.id, deal.client.name),
        (deal.owner.id, deal.owner.name),
    ]
    for row in rows:
        assert row["document_sha256"] == deal.row()["document_sha256"]
        assert row["document_id"] is not None
        assert row["evidence"]["envelope_id"] == deal.envelope
        # Nobody's: the address that the webhook came from is DocuSign's.
        assert row["ip_address"] is None


def test_a_completed_envelope_leads_to_an_active_lease(deal):
    receive(connect_form(deal))
    deal.run(schedule_payments, activate_contract)

    assert (deal.row()["status"], deal.count("payments")) == ("SIGNED", 12)


FORGERIES = {
    "unsigned": lambda body: (body, {}),
    "empty signature": lambda body: (body, {"x-docusign-signature-1": ""}),
    "not even base64": lambda body: (body, {"x-docusign-signature-1": "ключ"}),
    "somebody else's key": lambda body: (body, signed(body, "a key that is not ours")),
    "an empty key": lambda body: (body, signed(body, "")),
    "altered": lambda body: (body.replace(b"2025", b"2024"), signed(body, FIRST)),
    "re-serialised": lambda body: (json.dumps(json.loads(body), indent=1).encode(), signed(body, FIRST)),
    "one more byte": lambda body: (body + b"\n", signed(body, FIRST)),
    "of another message": lambda body: (body, signed(b"{}", FIRST)),
    "under another header": lambda body: (body, {"x-signature": signed(body, FIRST)["X-DocuSign-Signature-1"]}),
    "in lower case": lambda body: (
        body,
        {"x-docusign-signature-1": signed(body, FIRST)["X-DocuSign-Signature-1"].lower()},
    ),
}


@pytest.mark.parametrize("form", [short_form, connect_form])
@pytest.mark.parametrize("forgery", list(FORGERIES))
def test_a_docusign_message_without_a_valid_signature_gets_401_and_changes_nothing(deal, form, forgery):
    body, headers = FORGERIES[forgery](form(deal))
    reply = receive(body, headers)

    assert (reply.status, reply.code) == (401, "FORGED_MESSAGE")
    assert state(deal) == WAITING
    assert deal.happened("contract.signed") == deal.happened("contract.fully_signed") == []


def test_both_keys_are_accepted_during_a_docusign_key_rotation(deal, call, secrets):
    body = short_form(deal)
    assert receive(body, signed(body, "retired last year", SECOND)).status == 200
    assert state(deal) == SIGNED

    secrets.put_secret_value(SecretId="docusign_keys", SecretString=json.dumps({"second": SECOND}))
    kept_secrets.clear()
    try:
        assert receive(body, signed(body, FIRST)).code == "FORGED_MESSAGE"
        assert receive(body, signed(body, FIRST, SECOND)).status == 200
    finally:
        secrets.put_secret_value(SecretId="docusign_keys", SecretString=json.dumps(KEYS))


def test_a_docusign_message_replayed_a_hundred_times_activates_one_contract(deal):
    bodies = [short_form(deal), connect_form(deal)] * 50
    assert {receive(body).status for body in bodies[:50]} == {200}
    deal.run(schedule_payments, activate_contract)
    active = deal.row()
    assert {receive(body).status for body in bodies[50:]} == {200}

    assert deal.row() == active
    assert (deal.count("signatures"), deal.count("payments"), deal.space_status()) == (2, 12, "RESERVED")
    for name in ("contract.signed", "contract.fully_signed", "contract.envelope_completed", "contract.activated"):
        assert len(deal.happened(name)) == 1


def test_ten_concurrent_docusign_messages_activate_one_contract(deal):
    body = connect_form(deal)

    assert {reply.status for reply in together([lambda: receive(body)] * 10)} == {200}
    assert state(deal) == SIGNED
    assert len(deal.happened("contract.fully_signed")) == 1


def test_a_completed_envelope_of_an_ended_deal_signs_nothing(deal, call):
    body = {"reason": "We moved elsewhere"}
    call(decline_contract, as_=deal.client, path={"contract_id": deal.contract}, body=body)
    assert receive(short_form(deal)).status == 200
    assert state(deal) == ("PENDING_SIGNATURE", "NONE", "We moved elsewhere", 0)

    deal.run(void_contract, release_space)
    assert receive(connect_form(deal)).status == 200
    assert state(deal) == ("TERMINATED", "NONE", "We moved elsewhere", 0)
    assert deal.space_status() == "AVAILABLE"


def test_a_completed_envelope_after_the_end_of_the_hold_signs_nothing(deal):
    with deal.world.clock_moved(15):
        end_holds({}, None)
    assert receive(short_form(deal)).status == 200

    assert state(deal)[1:] == ("NONE", "The hold ended before both sides had signed.", 0)


def test_the_envelope_id_and_not_the_bodys_contract_id_identifies_the_contract(deal, world, call):
    other = EnvelopedDeal(world, call)
    other.run(render_lease, request_signatures)
    other.put_envelope(str(new_id()))

    assert receive(short_form(deal, contract_id=other.contract)).status == 200

    assert (state(deal), state(other)) == (SIGNED, WAITING)


@pytest.mark.parametrize("envelope", ["an envelope of somebody else", "01a1fd24-ecd8-70a5-a86f-c0062b56799f"])
def test_a_message_about_an_unknown_envelope_has_no_effect(deal, envelope):
    assert receive(short_form(deal, envelope_id=envelope)).status == 200
    assert state(deal) == WAITING


def test_a_docusign_message_cannot_reach_a_contract_signed_on_the_platform(deal, world, call):
    assert receive(short_form(deal, envelope_id=None)).fields == ["data.envelope_id"]
    assert receive(short_form(deal, envelope_id="")).status == 400


@pytest.mark.parametrize(
    ("status", "summary", "reason"),
    [
        ("declined", {"recipients": {"signers": [{"declinedReason": "Too dear"}]}}, "Declined in DocuSign: Too dear"),
        ("declined", {"recipients": {"signers": [None, {"declinedReason": 7}]}}, "Declined in DocuSign."),
        ("voided", {"voidedReason": "Wrong floor"}, "The envelope was voided in DocuSign: Wrong floor"),
        ("voided", {}, "The envelope was voided in DocuSign."),
    ],
)
def test_a_declined_or_voided_envelope_ends_the_deal_once(deal, status, summary, reason):
    body = connect_body(deal.envelope, status, **summary)
    assert {receive(body).status for _ in range(3)} == {200}
    assert receive(connect_form(deal)).status == 200

    assert state(deal) == ("PENDING_SIGNATURE", "NONE", reason, 0)
    [declined] = deal.happened("contract.declined")
    assert declined["data"]["task_token"] == deal.row()["task_token"]
    deal.run(void_contract, release_space)
    assert deal.space_status() == "AVAILABLE"


def test_a_docusign_message_cannot_decline_an_executed_lease(deal):
    receive(short_form(deal))
    receive(connect_body(deal.envelope, "voided", voidedReason="Too late"))

    assert state(deal) == SIGNED


@pytest.mark.parametrize(
    "body",
    [b'{"event": "recipient-sent", "data": {}}', b'{"event": 7}', b"{}", b'{"event": "envelope-sent", "new": 1}'],
)
def test_other_docusign_events_are_accepted_without_effect(deal, body):
    assert receive(body).status == 200
    assert state(deal) == WAITING


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b'{"event": "a", "event": "b"}'])
def test_a_signed_but_malformed_docusign_message_gets_400(docusign, body):
    assert receive(body).status == 400


def test_a_contract_in_docusign_cannot_be_signed_on_the_platform(deal):
    assert (deal.sign(deal.client).status, deal.sign(deal.client).code) == (409, "SIGNED_ELSEWHERE")
    assert state(deal) == WAITING


def test_a_contract_signed_in_docusign_still_needs_the_owners_authorization(world, call, docusign):
    deal = EnvelopedDeal(world, call, requires_authorization=True)
    deal.run(render_lease, request_signatures)
    deal.envelope = str(new_id())
    deal.put_envelope(deal.envelope)

    assert [receive(short_form(deal)).status for _ in range(2)] == [200, 200]

    assert state(deal) == ("PENDING_SIGNATURE", "PENDING_ADMIN", None, 2)
    assert deal.happened("contract.fully_signed") == []
