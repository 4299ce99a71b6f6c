"""`bid:place` and `bid:withdraw`: the WebSocket twins, by the same rules and refusals."""

import pytest

from functions.bids.place_bid import place_bid
from functions.bids.withdraw_bid import withdraw_bid
from functions.realtime.connect import connect
from tests.bids.negotiation import Negotiation
from tests.call import other_id
from tests.realtime.sockets import Client


@pytest.fixture
def deal(world, call):
    return Negotiation(world, call)


def socket_of(user):
    socket = Client()
    assert socket.open(connect, token=user.token()) == 200
    return socket


def test_a_client_withdraws_over_its_socket(deal):
    frame = socket_of(deal.client).say(withdraw_bid, "bid:withdraw", {"bid_id": deal.bid}, request_id="r-1")

    assert frame == {
        "event": "bid:withdrawn",
        "data": {"bid_id": deal.bid, "status": "WITHDRAWN"},
        "request_id": "r-1",
    }
    assert deal.events() == ["bid.placed", "bid.withdrawn"]


def test_a_withdrawal_over_the_socket_may_give_a_reason(deal):
    socket_of(deal.client).say(withdraw_bid, "bid:withdraw", {"bid_id": deal.bid, "notes": "Too dear"})

    assert deal.row()["decision_reason"] == "Too dear"


def test_a_second_withdrawal_over_the_socket_is_refused_as_over_http(deal):
    socket = socket_of(deal.client)
    socket.say(withdraw_bid, "bid:withdraw", {"bid_id": deal.bid})

    frame = socket.say(withdraw_bid, "bid:withdraw", {"bid_id": deal.bid})

    assert (frame["event"], frame["data"]["code"]) == ("error", "BID_NOT_OPEN")


def test_another_organizations_bid_is_not_found_over_the_socket(world, deal):
    """Quality 33."""
    socket = socket_of(world.client())

    foreign = socket.say(withdraw_bid, "bid:withdraw", {"bid_id": deal.bid})
    missing = socket.say(withdraw_bid, "bid:withdraw", {"bid_id": str(other_id())})

    assert foreign == missing
    assert foreign["data"]["code"] == "NOT_FOUND"
    assert deal.events() == ["bid.placed"]


def test_an_unlisted_space_is_not_found_over_the_socket(world):
    """Quality 33."""
    socket, hidden = socket_of(world.client()), world.space(is_leasable=False)

    frames = [
        socket.say(place_bid, "bid:place", {"space_id": str(space), "bid_amount": 1}) for space in (hidden, other_id())
    ]

    assert frames[0] == frames[1]
    assert frames[0]["data"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(("data", "field"), [({}, "bid_id"), ({"status": "APPROVED"}, "status")])
def test_an_invalid_field_is_reported_by_name_over_the_socket(deal, data, field):
    data = data if field == "bid_id" else {"bid_id": deal.bid} | data

    frame = socket_of(deal.client).say(withdraw_bid, "bid:withdraw", data)

    assert [detail["field"] for detail in frame["data"]["details"]] == [field]
    assert deal.events() == ["bid.placed"]


def test_an_owner_may_not_withdraw_a_bid_over_the_socket(deal):
    frame = socket_of(deal.owner).say(withdraw_bid, "bid:withdraw", {"bid_id": deal.bid})

    assert frame["data"]["code"] == "FORBIDDEN"


def test_an_offer_over_the_socket_accepts_all_terms(world):
    socket, space = socket_of(world.client()), str(world.space())
    terms = {"escalation": {"kind": "COMPOUND", "percent": 3}, "free_rent": {"months": [1]}, "deposit_months": 2}
    offer = {"space_id": space, "bid_amount": 4500}

    refused = socket.say(place_bid, "bid:place", offer | {"free_rent": {"months": [13]}})
    placed = socket.say(place_bid, "bid:place", offer | {"term_months": 24} | terms)

    assert refused["data"]["code"] == "INCONSISTENT_TERMS"
    assert [detail["field"] for detail in refused["data"]["details"]] == ["free_rent.months.0"]
    [row] = world.sql("SELECT terms FROM bids WHERE id = %(id)s", id=placed["data"]["bid_id"])
    assert row["terms"]["free_rent"] == {"months": [1]}
    assert row["terms"]["deposit_months"] == 2
