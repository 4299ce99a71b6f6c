"""A lease goes out as one envelope, whatever fails on the way, and comes back signed.

Against our own server of DocuSign's protocol (docusign_server.py); the consumers are handed what the bus would.
"""

import json
import os
from base64 import b64decode

import boto3
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from functions.contracts.download_contract import download_contract
from functions.contracts.draft_envelope import draft_envelope
from functions.contracts.keep_signed_lease import keep_signed_lease
from functions.contracts.receive_docusign import receive_docusign
from functions.contracts.record_envelope import record_envelope
from functions.contracts.send_envelope import send_envelope
from functions.contracts.verify_document import verify_document
from functions.contracts.withdraw_envelope import withdraw_envelope
from functions.leasing.release_space import release_space
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.void_contract import void_contract
from shared.contracts import docusign as api
from tests.contracts.docusign_server import connect_body, signed
from tests.contracts.enveloped import KEYS, EnvelopedDeal
from tests.leasing.deal import Deal


@pytest.fixture
def bus(environment):
    """What was put on the bus, from now on."""
    events, sqs = boto3.client("events"), boto3.client("sqs")
    queue = sqs.create_queue(QueueName="drafted")["QueueUrl"]
    pattern = json.dumps({"source": ["leasing"], "detail-type": ["envelope.drafted"]})
    events.put_rule(Name="drafted", EventBusName=os.environ["BUS_NAME"], EventPattern=pattern)
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_targets(Rule="drafted", EventBusName=os.environ["BUS_NAME"], Targets=[{"Id": "1", "Arn": arn}])

    def heard():
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"])["detail"] for message in found]

    while heard():
        pass
    return heard


@pytest.fixture
def deal(world, call, docusign):
    deal = EnvelopedDeal(world, call)
    deal.run(render_lease, request_signatures)
    return deal


def requested(deal):
    return deal.happened("contract.envelope_requested")


def sent(deal, docusign, bus, invoke):
    """The deal's envelope, under way to its signers."""
    assert invoke(draft_envelope, *requested(deal)) == []
    assert invoke(record_envelope, *bus()) == []
    assert invoke(send_envelope, *deal.happened("contract.envelope_recorded")) == []
    [envelope] = docusign.of_contract(deal.contract)
    return envelope


def test_a_lease_is_sent_as_an_envelope_first_to_the_client_then_to_the_owner(deal, docusign, bus, invoke, call):
    envelope = sent(deal, docusign, bus, invoke)

    assert deal.row()["envelope_id"] == envelope.id
    assert envelope.history == ["created", "sent"]
    signers = envelope.asked["recipients"]["signers"]
    assert [(one["routingOrder"], one["email"], one["name"]) for one in signers] == [
        ("1", deal.client.email, deal.client.name),
        ("2", deal.owner.email, deal.owner.name),
    ]
    lease = call(download_contract, as_=deal.client, path={"contract_id": deal.contract}).body
    assert b64decode(envelope.asked["documents"][0]["documentBase64"]) == lease
    notification = envelope.asked["eventNotification"]
    assert notification["url"] == "http://127.0.0.1:8000/api/v1/webhooks/docusign"
    assert (notification["includeHMAC"], notification["requireAcknowledgment"]) == ("true", "true")


def test_a_completed_envelope_signs_the_contract_and_stores_the_signed_lease(deal, docusign, bus, invoke, call):
    envelope = sent(deal, docusign, bus, invoke)
    envelope.status = "completed"
    body = connect_body(envelope.id, "completed")
    assert call(receive_docusign, body=body.decode(), headers=signed(body, KEYS["second"])).status == 200
    completed = deal.happened("contract.envelope_completed")
    assert invoke(keep_signed_lease, *completed) == invoke(keep_signed_lease, *completed) == []

    assert deal.row()["signature_status"] == "FULLY_SIGNED"
    lease = call(download_contract, as_=deal.owner, path={"contract_id": deal.contract})
    assert lease.headers["content-type"] == "application/pdf"
    assert f"signed in envelope {envelope.id}".encode() in lease.body
    verified = call(verify_document, body=lease.body).json
    assert (verified["genuine"], verified["kind"], verified["executed"]) == (True, "LEASE", True)


def test_a_contract_signed_on_the_platform_has_no_envelope(world, call):
    deal = Deal(world, call)
    deal.run(render_lease, request_signatures)

    assert "contract.envelope_requested" not in deal.events()


def test_the_envelope_request_event_has_no_names_or_addresses(deal):
    [event] = requested(deal)

    for user in (deal.client, deal.owner):
        assert user.email not in str(event) and user.name not in str(event)
        assert user.email not in str(deal.world.audits(deal.contract))


def test_an_envelope_request_delivered_five_times_creates_one_envelope(deal, docusign, bus, invoke):
    for _ in range(3):
        deal.run(request_signatures)
    for _ in range(3):
        assert invoke(draft_envelope, *requested(deal)) == []
    drafted = bus()
    assert invoke(record_envelope, *drafted, *drafted) == []
    recorded = deal.happened("contract.envelope_recorded")
    assert invoke(send_envelope, *recorded, *recorded) == []
    deal.run(request_signatures)

    [envelope] = docusign.of_contract(deal.contract)
    assert envelope.history == ["created", "sent"]
    assert (len(requested(deal)), len(recorded)) == (4, 1)


def test_an_envelope_is_found_again_after_a_lost_response(deal, docusign, bus, invoke):
    docusign.drop_answers = 1
    assert invoke(draft_envelope, *requested(deal)) == ["message-0"]
    assert bus() == []

    assert sent(deal, docusign, bus, invoke).history == ["created", "sent"]


def test_of_two_drafts_only_the_recorded_one_is_sent(deal, docusign, bus, invoke):
    assert invoke(draft_envelope, *requested(deal)) == []
    [first] = docusign.of_contract(deal.contract)
    contract, first.asked["transactionId"] = first.asked["transactionId"], "forgotten after seven days"
    assert invoke(draft_envelope, *requested(deal)) == []
    [second] = docusign.of_contract(contract)
    assert invoke(record_envelope, *bus()) == []
    assert invoke(send_envelope, *deal.happened("contract.envelope_recorded")) == []

    assert sorted([first.status, second.status]) == ["created", "sent"]
    assert docusign.envelopes[deal.row()["envelope_id"]].status == "sent"


@pytest.mark.parametrize(
    "fault", [(429, "HOURLY_APIINVOCATION_LIMIT_EXCEEDED"), (400, "UNSPECIFIED_ERROR"), (500, "INTERNAL"), (503, "")]
)
def test_a_call_refused_by_docusign_is_retried_by_the_queue(deal, docusign, bus, invoke, fault):
    docusign.faults.append(fault)
    assert invoke(draft_envelope, *requested(deal)) == ["message-0"]

    assert sent(deal, docusign, bus, invoke).status == "sent"


def test_one_access_token_serves_many_calls_and_a_revoked_one_is_replaced(deal, docusign, bus, invoke):
    sent(deal, docusign, bus, invoke)
    assert docusign.requests.count("POST /oauth/token") == 1

    docusign.tokens.clear()
    assert invoke(send_envelope, *deal.happened("contract.envelope_recorded")) == []
    assert docusign.requests.count("POST /oauth/token") == 2


def test_a_grant_signed_with_another_key_is_refused(docusign):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    account = api.Account(docusign.credentials("") | {"private_key": stranger})

    with pytest.raises(api.DocuSignError, match="400 invalid_grant"):
        account.drafted("contract")


@pytest.mark.parametrize(
    ("claim", "error"), [({"sub": "nobody"}, "consent_required"), ({"aud": "elsewhere"}, "invalid_grant")]
)
def test_the_server_checks_the_grants_claims(docusign, private_key, monkeypatch, claim, error):
    encode = jwt.encode
    monkeypatch.setattr(api.jwt, "encode", lambda claims, *args, **named: encode(claims | claim, *args, **named))

    with pytest.raises(api.DocuSignError, match=f"400 {error}"):
        api.Account(docusign.credentials("") | {"private_key": private_key}).drafted("contract")


def test_a_call_without_a_response_from_docusign_is_retried_by_the_queue(docusign, private_key):
    account = api.Account(docusign.credentials("") | {"private_key": private_key, "auth_url": "http://127.0.0.1:9"})

    with pytest.raises(api.DocuSignError, match="0 ConnectionRefusedError"):
        account.drafted("contract")


def test_a_cancelled_deal_voids_its_envelope(deal, docusign, bus, invoke):
    envelope = sent(deal, docusign, bus, invoke)
    deal.run(void_contract, release_space)
    voided = deal.happened("contract.voided")
    assert invoke(withdraw_envelope, *voided) == invoke(withdraw_envelope, *voided) == []

    assert envelope.history == ["created", "sent", "voided"]


def test_a_deal_cancelled_before_its_envelope_is_sent_never_sends_it(deal, docusign, bus, invoke):
    assert invoke(draft_envelope, *requested(deal)) == []
    assert invoke(record_envelope, *bus()) == []
    deal.run(void_contract)
    assert invoke(withdraw_envelope, *deal.happened("contract.voided")) == []
    assert invoke(send_envelope, *deal.happened("contract.envelope_recorded")) == []

    [envelope] = docusign.of_contract(deal.contract)
    assert envelope.history == ["created", "deleted"]


def test_an_envelope_drafted_after_the_deal_has_ended_is_not_sent(deal, docusign, bus, invoke):
    assert invoke(draft_envelope, *requested(deal)) == []
    deal.run(void_contract)
    assert invoke(record_envelope, *bus()) == []

    assert deal.happened("contract.envelope_recorded") == []


def test_cancelling_a_deal_without_an_envelope_voids_nothing(world, call, docusign, invoke):
    deal = Deal(world, call)
    deal.run(render_lease, void_contract)

    [voided] = [event for event in world.event_details(deal.contract) if event["name"] == "contract.voided"]
    assert invoke(withdraw_envelope, voided) == []
    assert docusign.requests == []
