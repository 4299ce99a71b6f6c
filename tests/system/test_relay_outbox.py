import json
import os
from decimal import Decimal

import boto3
import pytest

from functions.bids.place_bid import place_bid
from functions.buildings.create_building import create_building
from functions.notifications.notify_people import notify_people
from functions.system import relay_outbox as relay_module
from functions.system.relay_outbox import relay_outbox
from shared.kit.ids import new_id
from shared.system import queries
from tests.call import together
from tests.realtime.sockets import deliver
from tests.world import ADDRESS


class Bus:
    """What came out of the bus, in order."""

    def __init__(self):
        self._sqs, events = boto3.client("sqs"), boto3.client("events")
        name = f"heard-{new_id().hex}"
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bus = os.environ["BUS_NAME"]
        events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"source": ["leasing"]}))
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "heard", "Arn": arn}])

    def heard(self, *objects):
        found = []
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                event = json.loads(message["Body"], parse_float=Decimal)
                assert event["detail-type"] == event["detail"]["name"]
                found.append(event["detail"])
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [detail for detail in found if detail["object_id"] in {str(each) for each in objects}]


@pytest.fixture
def bus(world):
    world.sql("UPDATE outbox SET published_at = now() WHERE published_at IS NULL")
    return Bus()


def happened(world, object_id, number):
    """An event about the object, committed and not yet told."""
    world.sql(
        """INSERT INTO outbox (id, name, object_type, object_id, payload)
           VALUES (%(id)s, 'thing.moved', 'thing', %(object)s, jsonb_build_object('number', %(number)s::int))""",
        id=new_id(),
        object=object_id,
        number=number,
    )


def waiting(world):
    return world.sql("SELECT count(*) AS n FROM outbox WHERE published_at IS NULL")[0]["n"]


def nudge():
    return deliver(relay_outbox, {})


def test_a_committed_event_is_published_once(world, call, bus):
    owner = world.owner()
    made = call(create_building, as_=owner, body={"name": "T", "address": ADDRESS, "total_floors": 1}).json

    assert nudge() == []
    assert nudge() == []

    [detail] = bus.heard(made["id"])
    assert (detail["name"], detail["actor"]) == ("building.created", str(owner.id))
    assert detail["data"]["total_floors"] == 1
    assert waiting(world) == 0


def test_a_failed_request_publishes_nothing(world, call, bus):
    owner = world.owner()
    reply = call(create_building, as_=owner, body={"name": "T", "address": ADDRESS, "total_floors": 0})

    assert (reply.status, waiting(world)) == (400, 0)


def test_more_than_one_batch_is_published_in_order(world, bus):
    thing = new_id()
    for number in range(relay_module._ROUND + 5):
        happened(world, thing, number)

    # On a busy machine one nudge may not have the time for all of them.
    while waiting(world):
        assert nudge() == []

    # One that ran out of time published its last batch again: at least once, and each first in its order.
    heard = [detail["data"]["number"] for detail in bus.heard(thing)]
    assert list(dict.fromkeys(heard)) == list(range(relay_module._ROUND + 5))


def test_three_relays_at_once_keep_each_objects_order(world, bus):
    """Quality 17."""
    things = [new_id() for _ in range(5)]
    for number in range(60):
        happened(world, things[number % 5], number)

    assert together([nudge] * 3) == [[]] * 3

    heard = bus.heard(*things)
    assert len(heard) == 60
    for thing in things:
        numbers = [detail["data"]["number"] for detail in heard if detail["object_id"] == str(thing)]
        assert numbers == sorted(numbers)


def test_a_relay_that_dies_between_sending_and_marking_sends_again(world, bus, monkeypatch):
    """Quality 16: nothing is lost, and the second copy has the same id."""
    thing = new_id()
    happened(world, thing, 1)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(queries, "update_published", die)
        with pytest.raises(KeyboardInterrupt):
            nudge()
    assert waiting(world) == 1

    assert nudge() == []

    first, second = bus.heard(thing)
    assert first == second
    assert waiting(world) == 0


def test_a_second_copy_of_an_event_has_no_second_effect(world, call, invoke, bus, monkeypatch):
    """Quality 16: what came twice out of the bus is told once."""
    owner = world.owner()
    body = {"space_id": world.space(owner), "bid_amount": 4500}
    bid = call(place_bid, as_=world.client(), body=body).json["id"]

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(queries, "update_published", die)
        with pytest.raises(KeyboardInterrupt):
            nudge()
    nudge()
    copies = bus.heard(bid)

    assert len(copies) == 2
    assert invoke(notify_people, copies[0]) == invoke(notify_people, copies[1]) == []
    told = world.sql("SELECT title FROM notifications WHERE user_id = %(id)s", id=owner.id)
    assert told == [{"title": "New Bid"}]


def test_an_event_that_the_bus_refuses_is_retried(world, bus, monkeypatch):
    thing = new_id()
    for number in range(3):
        happened(world, thing, number)
    put, tries = relay_module._put, []

    def moody(rows):
        tries.append(len(rows))
        return put(rows[:1]) if len(tries) < 3 else put(rows)

    monkeypatch.setattr(relay_module, "_put", moody)

    assert nudge() == []

    assert tries == [3, 2, 1]
    assert [detail["data"]["number"] for detail in bus.heard(thing)] == [0, 1, 2]


def test_events_that_the_bus_refuses_stay_in_the_outbox(world, bus, monkeypatch):
    thing, nameless = new_id(), new_id()
    for object_id in (thing, nameless):
        happened(world, object_id, 1)
    # EventBridge takes no event without a detail type.
    world.sql("UPDATE outbox SET name = '' WHERE object_id = %(id)s", id=nameless)
    monkeypatch.setattr(relay_module, "_SECONDS", 0)

    assert nudge() == []

    assert len(bus.heard(thing)) == 1
    unpublished = world.sql("SELECT object_id FROM outbox WHERE published_at IS NULL")
    assert [row["object_id"] for row in unpublished] == [nameless]


def test_a_bus_that_takes_nothing_leaves_the_nudge_in_the_queue(world, bus, monkeypatch):
    happened(world, new_id(), 1)
    monkeypatch.setattr(relay_module, "_SECONDS", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    assert nudge() == ["message-0"]
    assert waiting(world) == 1
