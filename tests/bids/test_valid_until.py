"""Until when an offer can be taken: through its last day, where the building stands."""

from datetime import timedelta

import pytest

from functions.bids.place_bid import place_bid
from tests.bids.negotiation import Negotiation

ZONES = ("Pacific/Kiritimati", "America/New_York", "Pacific/Pago_Pago")


def today_in(world, zone):
    return world.sql("SELECT app.today(%(zone)s) AS today", zone=zone)[0]["today"]


@pytest.fixture(params=ZONES)
def zone(request):
    return request.param


@pytest.mark.parametrize("conclude", ["approve", "accept"])
def test_an_offer_can_be_accepted_through_its_last_day_only(world, call, zone, conclude):
    last = today_in(world, zone) + timedelta(days=3)
    deals = [Negotiation(world, call, timezone=zone, offer={"valid_until": last}) for _ in range(2)]
    if conclude == "accept":
        for deal in deals:
            deal.counter(valid_until=last)
    in_time, late = deals

    with world.clock_moved(3):
        assert getattr(in_time, conclude)().status == 200
    with world.clock_moved(4):
        reply = getattr(late, conclude)()
        assert (reply.status, reply.code) == (409, "OFFER_EXPIRED")
        assert last.isoformat() in reply.json["error"]["message"]
    assert late.contracts() == []


def test_an_offers_last_day_is_a_day_in_the_buildings_time_zone(world, call, zone):
    yesterday = today_in(world, zone) - timedelta(days=1)
    space = world.space(timezone=zone)
    body = {"space_id": space, "bid_amount": 1, "valid_until": yesterday}

    refused = call(place_bid, as_=world.client(), body=body)
    taken = call(place_bid, as_=world.client(), body=body | {"valid_until": yesterday + timedelta(days=1)})

    assert (refused.status, refused.code, refused.fields) == (422, "EXPIRY_IN_THE_PAST", ["valid_until"])
    assert (taken.status, taken.json["valid_until"]) == (201, (yesterday + timedelta(days=1)).isoformat())


@pytest.mark.parametrize("move", ["counter", "reject", "withdraw"])
def test_an_expired_offer_allows_every_move_but_acceptance(world, call, move):
    deal = Negotiation(world, call, offer={"valid_until": today_in(world, "UTC")})

    with world.clock_moved(1):
        assert call(place_bid, as_=deal.client, body={"space_id": deal.space, "bid_amount": 1}).status == 409
        assert deal.approve().code == "OFFER_EXPIRED"
        assert getattr(deal, move)().status == 200


def test_an_expired_counter_offer_can_be_answered_with_a_revision(world, call):
    deal = Negotiation(world, call)
    deal.counter(valid_until=today_in(world, "UTC"))

    with world.clock_moved(1):
        assert deal.accept().code == "OFFER_EXPIRED"
        assert deal.revise().json["valid_until"] is None
        assert deal.approve().status == 200


def test_a_counter_offer_does_not_expire_with_the_clients_offer(world, call):
    deal = Negotiation(world, call, offer={"valid_until": today_in(world, "UTC")})

    assert deal.counter().json["valid_until"] is None
    with world.clock_moved(1):
        assert deal.accept().status == 200


def test_a_revision_after_the_start_date_must_name_a_new_one(world, call):
    deal = Negotiation(world, call, offer={"start_date": today_in(world, "UTC")})

    with world.clock_moved(1):
        reply = deal.counter()
        assert (reply.code, reply.fields) == ("START_IN_THE_PAST", ["start_date"])
        assert deal.counter(start_date=today_in(world, "UTC")).status == 200
