"""The example bodies of S0 §3.5 and §4: sent as printed there, the answers compared field by field."""

import json

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.counter_bid import counter_bid
from functions.bids.list_bids import list_bids
from functions.bids.place_bid import place_bid
from functions.bids.reject_bid import reject_bid
from functions.bids.withdraw_bid import withdraw_bid
from functions.notifications.notify_people import notify_people
from functions.realtime.connect import connect
from tests.printed import assert_like
from tests.realtime.sockets import Client, frames


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def client(world):
    return world.client()


@pytest.fixture
def space(world, owner):
    return world.space(owner, name="Office Suite 101")


@pytest.fixture
def bid(call, client, space):
    """`POST /bids` as printed: the bid that the other examples go on with."""
    asked = '{"space_id": "uuid", "bid_amount": 4500}'.replace("uuid", str(space))
    reply = call(place_bid, as_=client, body=asked)
    assert reply.status == 201
    return reply.json


def test_placing_a_bid_answers_as_printed_in_the_source(bid, space, client):
    printed = """{
      "id": "uuid",
      "space_id": "uuid",
      "client_id": "uuid",
      "bid_amount": 4500,
      "status": "PENDING",
      "created_at": "2025-01-27T00:00:00Z"
    }"""

    assert_like(json.loads(printed), bid)
    assert (bid["space_id"], bid["client_id"]) == (str(space), str(client.id))


@pytest.mark.parametrize(
    ("operation", "asked", "printed"),
    [
        (
            approve_bid,
            """{
              "notes": "Approved - lease will be generated"
            }""",
            """{
              "id": "uuid",
              "status": "APPROVED",
              "contract_id": "uuid",
              "updated_at": "2025-01-27T00:00:00Z"
            }""",
        ),
        (
            reject_bid,
            """{
              "notes": "Bid too low"
            }""",
            """{
              "id": "uuid",
              "status": "REJECTED",
              "updated_at": "2025-01-27T00:00:00Z"
            }""",
        ),
        (
            counter_bid,
            """{
              "counter_offer_amount": 4800,
              "notes": "Counter-offer: $4800/month"
            }""",
            """{
              "id": "uuid",
              "status": "COUNTER_OFFERED",
              "counter_offer_amount": 4800,
              "updated_at": "2025-01-27T00:00:00Z"
            }""",
        ),
    ],
    ids=["approve", "reject", "counter"],
)
def test_answering_a_bid_answers_as_printed_in_the_source(call, owner, bid, operation, asked, printed):
    reply = call(operation, as_=owner, path={"bid_id": bid["id"]}, body=asked)

    assert reply.status == 200
    assert_like(json.loads(printed), reply.json)
    assert reply.json["id"] == bid["id"]


def test_listing_bids_answers_as_printed_in_the_source(world, call, owner, client, bid):
    call(place_bid, as_=client, body={"space_id": world.space(owner, name="Office Suite 101"), "bid_amount": 4500})
    printed = """{
      "data": [
        {
          "id": "uuid",
          "space_id": "uuid",
          "space": { "name": "Office Suite 101" },
          "bid_amount": 4500,
          "status": "PENDING",
          "created_at": "2025-01-27T00:00:00Z"
        }
      ],
      "meta": { "has_more": true }
    }"""

    reply = call(list_bids, as_=owner, query={"limit": 1})

    assert_like(json.loads(printed), reply.json)
    assert isinstance(reply.json["meta"]["cursor"], str)


def test_socket_frames_for_bids_are_as_printed_in_the_source(client, space):
    socket = Client()
    assert socket.open(connect, token=client.token()) == 200
    payload = json.loads('{"space_id": "uuid", "bid_amount": 4500}'.replace("uuid", str(space)))

    placed = socket.say(place_bid, "bid:place", payload)
    withdrawn = socket.say(withdraw_bid, "bid:withdraw", {"bid_id": placed["data"]["bid_id"]})

    assert_like(json.loads('{"event": "bid:placed", "data": {"bid_id": "uuid", "status": "PENDING"}}'), placed)
    assert_like(json.loads('{"event": "bid:withdrawn", "data": {"bid_id": "uuid", "status": "WITHDRAWN"}}'), withdrawn)


def test_the_frames_of_an_answered_bid_are_as_printed_in_the_source(world, call, invoke, owner, client, bid):
    socket = Client()
    assert socket.open(connect, token=client.token()) == 200
    frames()
    call(approve_bid, as_=owner, path={"bid_id": bid["id"]}, body={})
    change = """{
      "event": "bid:status_changed",
      "data": {
        "bid_id": "uuid",
        "space_id": "uuid",
        "status": "APPROVED",
        "contract_id": "uuid"
      }
    }"""
    news = """{
      "event": "notification:new",
      "data": {
        "notification_id": "uuid",
        "type": "bid_update",
        "title": "Bid Approved",
        "message": "Your bid on Office Suite 101 has been approved"
      }
    }"""

    invoke(notify_people, world.event_details(bid["id"])[-1])

    heard = {frame["event"]: frame for frame in frames()[socket.id]}
    for printed in (json.loads(change), json.loads(news)):
        assert_like(printed, heard[printed["event"]])
        assert set(printed) == set(heard[printed["event"]])
