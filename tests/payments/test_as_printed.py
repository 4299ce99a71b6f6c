"""The example bodies of S0 §3.6, §3.7 and §4.3: sent as printed there, the answers compared field by field.

The source's own lease, on its own days: a year from 2025-02-01 at 5,000 a month, paid by transfer TXN123456.
"""

import json
from datetime import date

import pytest

from functions.contracts.download_contract import download_contract
from functions.contracts.get_contract import get_contract
from functions.notifications.notify_people import notify_people
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.remind_payers import remind_payers
from functions.realtime.connect import connect
from shared.kit.catalog import Role
from tests.printed import assert_like
from tests.realtime.sockets import Client, frames

PAYMENT = """{
      "id": "uuid",
      "contract_id": "uuid",
      "amount": 5000,
      "currency": "USD",
      "due_date": "2025-02-01",
      "status": "SCHEDULED",
      "installment_number": 1,
      "total_installments": 12
    }"""


@pytest.fixture
def lease(calendar):
    calendar.set("2025-01-27T00:00:00Z")
    return calendar.lease(start=date(2025, 2, 1))


def test_retrieving_a_contract_answers_as_in_the_source(calendar, call, lease):
    calendar.set("2025-02-01T00:00:00Z")
    calendar.run()
    printed = """{
      "id": "uuid",
      "contract_type": "LEASE",
      "status": "ACTIVE",
      "start_date": "2025-02-01",
      "end_date": "2026-01-31",
      "contract_url": "https://...",
      "space": {},
      "client": {},
      "owner": {},
      "payments": []
    }"""

    for reader in (lease.owner, lease.client, lease.world.user(Role.SUPER_ADMIN)):
        reply = call(get_contract, as_=reader, path={"contract_id": lease.contract})

        assert reply.status == 200
        assert_like(json.loads(printed), reply.json)
        assert reply.json["id"] == lease.contract
        assert reply.json["contract_url"].endswith(f"/api/v1/contracts/{lease.contract}/download")
        assert (reply.json["client"]["id"], reply.json["owner"]["id"]) == (str(lease.client.id), str(lease.owner.id))
        assert len(reply.json["payments"]) == 12


def test_downloading_a_contract_answers_as_in_the_source(call, lease):
    reply = call(download_contract, as_=lease.client, path={"contract_id": lease.contract})

    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf")
    assert reply.headers["content-disposition"] == f'attachment; filename="lease-{lease.contract}.pdf"'
    assert reply.body.startswith(b"%PDF-")


def test_listing_payments_answers_as_in_the_source(call, lease):
    query = {
        "limit": 1,
        "contract_id": lease.contract,
        "status": "SCHEDULED",
        "due_date_from": "2025-02-01",
        "due_date_to": "2025-03-01",
    }
    printed = f'{{"data": [{PAYMENT}], "meta": {{"has_more": true}}}}'

    for reader in (lease.owner, lease.client, lease.world.colleague(lease.owner, Role.FINANCIAL_OFFICER)):
        reply = call(list_payments, as_=reader, query=query)

        assert reply.status == 200
        assert_like(json.loads(printed), reply.json)
        assert reply.json["data"][0]["contract_id"] == lease.contract
        rest = call(list_payments, as_=reader, query=query | {"cursor": reply.json["meta"]["cursor"]}).json
        assert [payment["due_date"] for payment in rest["data"]] == ["2025-03-01"]
        assert rest["meta"] == {"cursor": None, "has_more": False}


def test_recording_a_payment_answers_as_in_the_source(calendar, call, lease):
    payment = lease.payments()[0]
    calendar.set("2025-02-01T00:00:00Z")
    asked = """{
      "paid_date": "2025-02-01",
      "payment_method": "bank_transfer",
      "transaction_reference": "TXN123456"
    }"""
    printed = """{
      "id": "uuid",
      "status": "PAID",
      "paid_date": "2025-02-01",
      "invoice_url": "https://...",
      "receipt_url": "https://..."
    }"""

    reply = call(record_payment, as_=lease.owner, path={"payment_id": payment["id"]}, body=asked)

    assert reply.status == 200
    assert_like(json.loads(printed), reply.json)
    assert reply.json["id"] == payment["id"]
    assert reply.json["invoice_url"].endswith(f"/api/v1/payments/{payment['id']}/invoice")
    assert reply.json["receipt_url"].endswith(f"/api/v1/payments/{payment['id']}/receipt")


def test_the_frames_of_lease_and_reminder_are_as_in_the_source(calendar, invoke, lease):
    socket = Client()
    assert socket.open(connect, token=lease.client.token()) == 200
    generated = """{
      "event": "lease:generated",
      "data": {
        "contract_id": "uuid",
        "contract_url": "https://...",
        "status": "DRAFT"
      }
    }"""
    due = """{
      "event": "payment:due",
      "data": {
        "payment_id": "uuid",
        "amount": 5000,
        "due_date": "2025-02-01",
        "days_until_due": 3
      }
    }"""
    payment = lease.payments()[0]["id"]
    calendar.set("2025-01-29T08:00:00Z")
    calendar.run(remind_payers)
    frames()
    events = lease.world.event_details(lease.contract) + lease.world.event_details(payment)
    told = [event for event in events if event["name"] in ("contract.generated", "payment.due_soon")]

    assert invoke(notify_people, *told) == []

    heard = frames()[socket.id]
    for printed in (json.loads(generated), json.loads(due)):
        [frame] = [frame for frame in heard if frame["event"] == printed["event"]]
        assert_like(printed, frame)
        assert (set(frame), set(frame["data"])) == (set(printed), set(printed["data"]))
