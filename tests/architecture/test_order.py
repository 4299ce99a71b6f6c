"""Quality 19: a deal's events in any order leave the same behind, with those who are told and those who are written to.

The saga with an early or late decision: tests/leasing. What becomes of a payment's documents:
tests/payments/test_reverse_payment.py.
"""

import itertools
import random

import boto3
import pytest

from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.notifications.compose_mail import compose_mail
from functions.notifications.notify_people import notify_people
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.realtime.connect import connect
from shared.kit.ids import new_id
from tests.auth.mailbox import mails
from tests.call import call, invoke
from tests.leasing.deal import Deal
from tests.realtime.sockets import Client, frames


class Story:
    """An executed lease whose first rent is paid: what happened, and what its people have heard of it."""

    def __init__(self, world):
        self.world = world
        deal = Deal(world, call)
        self.people = [deal.owner, deal.client]
        deal.signed().run(schedule_payments, activate_contract)
        payment = call(list_payments, as_=deal.owner).json["data"][0]["id"]
        body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
        call(record_payment, as_=deal.owner, path={"payment_id": payment}, body=body)
        events = [event for thing in (deal.bid, deal.contract, payment) for event in world.event_details(thing)]
        told = notify_people.operation.hears + compose_mail.operation.hears
        self.events = [event for event in events if event["name"] in told]
        for person in self.people:
            assert Client().open(connect, token=person.token()) == 200

    def forget(self, monkeypatch):
        """Nobody has been told anything, and the queues have never seen any of it."""
        self.world.sql(
            "DELETE FROM inbox WHERE event_id = ANY(%(ids)s)", ids=[str(event["id"]) for event in self.events]
        )
        self.world.sql("DELETE FROM notifications WHERE user_id = ANY(%(ids)s)", ids=[one.id for one in self.people])
        for variable in ("PUSH_QUEUE_URL", "MAIL_QUEUE_URL"):
            made = boto3.client("sqs").create_queue(QueueName=f"{new_id().hex}.fifo", Attributes={"FifoQueue": "true"})
            monkeypatch.setenv(variable, made["QueueUrl"])

    def tell(self, events):
        for event in events:
            for consumer in (notify_people, compose_mail):
                if event["name"] in consumer.operation.hears:
                    assert invoke(consumer, event) == []

    def left(self):
        """Who was told what, what each socket heard in what order, and every mail."""
        told = self.world.sql(
            "SELECT user_id, type, title, message FROM notifications WHERE user_id = ANY(%(ids)s)",
            ids=[one.id for one in self.people],
        )
        heard = []
        for connection, frame in ((c, f) for c, said in frames().items() for f in said):
            data = {name: value for name, value in frame["data"].items() if name != "notification_id"}
            heard.append((connection, frame["event"], data))
        moves = [(connection, data["status"]) for connection, event, data in heard if event == "bid:status_changed"]
        written = [(mail["to"], mail["subject"], mail["text"]) for mail in mails()]
        # Of one socket in its own order, of all together in none.
        return sorted(map(str, told)), sorted(map(str, heard)), sorted(moves, key=lambda move: move[0]), sorted(written)


@pytest.fixture(scope="module")
def story(_world, environment):
    return Story(_world)


@pytest.fixture
def after(story, monkeypatch):
    """What is left behind by events told in this order."""

    def after(events):
        story.forget(monkeypatch)
        story.tell(events)
        return story.left()

    return after


def test_every_order_of_a_deals_first_events_has_the_same_result(story, after):
    first = story.events[:4]
    names = [event["name"] for event in first]
    assert names == ["bid.placed", "bid.approved", "contract.generated", "contract.signature_requested"]
    told, heard, moves, written = once = after(first)
    assert told and heard and written
    assert [status for _, status in moves].count("APPROVED") == 2

    for order in itertools.permutations(first):
        assert after(order) == once, [event["name"] for event in order]


def test_any_order_of_all_events_of_a_deal_has_the_same_result(story, after):
    names = [event["name"] for event in story.events]
    assert {"contract.fully_signed", "contract.activated", "payment.recorded"} < set(names)
    once = after(story.events)

    dice = random.Random(19)  # noqa: S311 (the same orders every time)
    orders = [story.events[::-1], *(dice.sample(story.events, len(story.events)) for _ in range(12))]
    for order in orders:
        assert after(order) == once, [event["name"] for event in order]
