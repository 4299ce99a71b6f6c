"""Every consumer takes the same event five times, in one batch and across batches, and has one effect."""

import importlib
import os

import boto3
import pytest

from functions.admin.make_announcement import make_announcement
from functions.auth.logout import logout
from functions.auth.register import register
from functions.contracts.set_holdover import set_holdover
from functions.contracts.terminate_contract import terminate_contract
from functions.files.delete_upload import delete_upload
from functions.imports.import_buildings import import_buildings
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.void_contract import void_contract
from functions.maintenance.create_ticket import create_ticket
from functions.messages.send_message import send_message
from functions.notifications.notify_people import notify_people
from functions.payments.apply_deposit import apply_deposit
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.reverse_payment import reverse_payment
from functions.phones.request_phone import request_phone
from functions.search.save_search import save_search
from functions.spaces.create_space import create_space
from functions.users.delete_account import delete_account
from functions.webhooks.ping_webhook import ping_webhook
from shared.files import rules as files_rules
from shared.kit import catalog
from shared.kit.ids import new_id
from tests.call import call, invoke
from tests.files.pictures import pdf, picture, upload
from tests.imports.files import csv_of, imported, row
from tests.leasing.deal import Deal
from tests.successes import Successes

# What start_saga and resume_saga do happens in Step Functions: tests/leasing/test_start_and_resume.py. What becomes
# of an envelope happens in DocuSign: tests/contracts/test_envelopes.py.
ENVELOPES = {"draft_envelope", "record_envelope", "send_envelope", "withdraw_envelope", "keep_signed_lease"}
# What is written and sent of an export is reported over the bus, and recorded twice: tests/exports.
EXPORTS = {"write_export", "record_export", "deliver_export"}
# What accounting software is asked and answers goes through a server of it, and each event comes twice:
# tests/integrations.
ACCOUNTING = {"queue_accounting", "record_accounting"}
# What becomes of messages to phones is reported over the bus, and each report comes five times: tests/phones.
PHONES = {"record_messages"}
ELSEWHERE = {"start_saga", "resume_saga"} | ENVELOPES | EXPORTS | ACCOUNTING | PHONES
CONSUMERS = [one for one in catalog.load() if one.kind == "consumer" and one.name not in ELSEWHERE]
QUEUES = ("PUSH_QUEUE_URL", "MAIL_QUEUE_URL", "TEXTS_QUEUE_URL", "DEVICE_PUSHES_QUEUE_URL")


@pytest.fixture(scope="module")
def story(_world, environment):
    """What happened in two deals, one executed, paid and ended early, one cancelled: every event there is."""
    leased, lost = Deal(_world, call), Deal(_world, call)
    leased.signed().run(schedule_payments, activate_contract)
    lost.run(void_contract)
    payment = call(list_payments, as_=leased.owner).json["data"][0]["id"]
    call(
        record_payment,
        as_=leased.owner,
        path={"payment_id": payment},
        body={"paid_date": "2026-01-15", "payment_method": "cheque"},
    )
    ended = {"effective_date": "2027-06-16", "reason": "Moving out"}
    call(terminate_contract, as_=leased.client, path={"contract_id": leased.contract}, body=ended)
    newcomer = {"email": "newcomer@example.com", "password": "Passw0rd-9", "name": "New Comer", "role": "CLIENT"}
    user = call(register, body=newcomer).json["user"]["id"]
    former = _world.colleague(leased.owner)
    upload(former, picture(), purpose="AVATAR")
    assert call(delete_account, as_=former).status == 204
    call(logout, as_=lost.client)
    call(save_search, as_=leased.client, body={"name": "Near work", "criteria": {"usage_type": "OFFICE"}})
    suite = {"name": "Suite", "gross_sqft": 10, "usable_sqft": 10, "usage_type": "OFFICE"}
    floor = _world.floor(_world.building(leased.owner))
    space = call(create_space, as_=leased.owner, body=suite | {"floor_id": floor}).json["id"]
    things = files_of(leased.owner)
    # Rows that fail: what an import does with others, its own tests say.
    things.append(imported(_world, import_buildings, leased.owner, csv_of([row(currency="1")]))["id"])
    things += [
        space,
        user,
        former.id,
        lost.client.session_id,
        leased.bid,
        leased.contract,
        payment,
        lost.bid,
        lost.contract,
    ]
    successes = Successes(_world)
    for operation, thing in (
        (set_holdover, "id"),
        (apply_deposit, "payment_id"),
        (reverse_payment, "id"),
        (ping_webhook, "id"),
        (send_message, "conversation_id"),
        (make_announcement, "id"),
        (request_phone, "id"),
        (create_ticket, "id"),
    ):
        things.append(call(operation, **successes.asked(operation.operation.name)).json[thing])
    return [event for thing in things for event in _world.event_details(thing)]


def files_of(owner):
    """A file that is checked in the background, and the picture of somebody who deletes their account."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files_rules, "HEAVY_BYTES", 0)
        paper = upload(owner, pdf(), purpose="CONTRACT_ATTACHMENT", content_type="application/pdf").json["id"]
    picture_of = upload(owner, picture()).json["id"]
    assert call(delete_upload, as_=owner, path={"upload_id": picture_of}).status == 204
    return [paper, picture_of]


def everything(world):
    """How many rows each table holds, how many objects there are, and how many messages wait."""
    tables = world.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'inbox'")
    rows = {table["tablename"]: _count(world, table["tablename"]) for table in tables}
    sqs = boto3.client("sqs")
    waiting = {
        name: sqs.get_queue_attributes(QueueUrl=os.environ[name], AttributeNames=["ApproximateNumberOfMessages"])[
            "Attributes"
        ]["ApproximateNumberOfMessages"]
        for name in QUEUES
    }
    buckets = ("documents", "media", "files", "identity")
    objects = {bucket: sum(1 for _ in boto3.resource("s3").Bucket(bucket).objects.all()) for bucket in buckets}
    return rows | waiting | objects


def _count(world, table):
    return world.sql(f"SELECT count(*) AS n FROM {table}")[0]["n"]


@pytest.mark.parametrize("operation", CONSUMERS, ids=lambda operation: operation.name)
def test_an_event_delivered_five_times_has_one_effect(operation, story, world):
    consumer = getattr(importlib.import_module(operation.module), operation.name)
    heard = [event for event in story if event["name"] in operation.hears]

    assert heard, "the story has no event that it hears"
    assert invoke(consumer, *heard) == []
    once = everything(world)
    for event in heard:
        assert invoke(consumer, event, event) == invoke(consumer, event, event) == []

    assert everything(world) == once


def test_the_inbox_gives_an_event_one_effect_whatever_its_consumer_does(story, world, monkeypatch):
    """Most consumers would have one effect anyway."""
    done = []
    monkeypatch.setattr(notify_people, "function", lambda event, tx: done.append(event.id))
    event = {**story[0], "id": str(new_id())}

    assert invoke(notify_people, event, event) == invoke(notify_people, event) == []

    assert len(done) == 1
