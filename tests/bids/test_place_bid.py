from datetime import date
from decimal import Decimal

import pytest

from functions.bids.place_bid import place_bid
from shared.kit.catalog import Role
from shared.maths.months import first_of_next_month
from tests.call import other_id


def test_a_client_bids_on_an_available_space(world, call):
    space, client = world.space(), world.client()

    reply = call(place_bid, as_=client, body={"space_id": space, "bid_amount": 4500})

    assert reply.status == 201
    assert reply.json["status"] == "PENDING"
    assert reply.json["bid_amount"] == 4500
    assert reply.json["client_id"] == str(client.id)
    assert world.events(reply.json["id"]) == ["bid.placed"]


def test_without_terms_the_lease_starts_next_month_and_lasts_a_year(world, call):
    space, client = world.space(), world.client()

    bid = call(place_bid, as_=client, body={"space_id": space, "bid_amount": 4500}).json

    [today] = world.sql("SELECT app.today('UTC') AS today")
    assert bid["start_date"] == first_of_next_month(today["today"]).isoformat()
    assert bid["term_months"] == 12


def test_a_placed_bid_is_audited_and_emits_its_event(world, call):
    space, client = world.space(), world.client()

    bid = call(place_bid, as_=client, body={"space_id": space, "bid_amount": Decimal("4500.50")}).json

    [audit] = world.audits(bid["id"])
    assert (audit["user_id"], audit["operation"], audit["action"]) == (client.id, "place_bid", "bid.placed")
    assert (str(audit["ip_address"]), audit["user_agent"]) == ("203.0.113.7", "pytest")
    assert audit["after"]["bid_amount"] == Decimal("4500.50")
    assert client.name not in str(audit["after"])


def test_a_second_bid_of_the_same_organization_on_the_space_is_refused(world, call):
    space, client = world.space(), world.client()
    call(place_bid, as_=client, body={"space_id": space, "bid_amount": 4500})

    reply = call(place_bid, as_=world.colleague(client), body={"space_id": space, "bid_amount": 4600})

    assert (reply.status, reply.code) == (409, "BID_ALREADY_OPEN")


@pytest.mark.parametrize("status", ["RESERVED", "OCCUPIED", "MAINTENANCE"])
def test_a_bid_on_an_unavailable_space_is_refused(world, call, status):
    reply = call(place_bid, as_=world.client(), body={"space_id": world.space(status=status), "bid_amount": 1})

    assert (reply.status, reply.code) == (409, "SPACE_NOT_AVAILABLE")


def test_a_bid_on_a_hidden_space_is_not_found(world, call):
    hidden = world.space(is_leasable=False)
    client = world.client()

    to_hidden = call(place_bid, as_=client, body={"space_id": hidden, "bid_amount": 1})
    to_missing = call(place_bid, as_=client, body={"space_id": other_id(), "bid_amount": 1})

    assert to_hidden.status == to_missing.status == 404
    assert to_hidden.json["error"] == to_missing.json["error"]


def test_a_start_before_today_at_the_building_is_refused(world, call):
    space = world.space()

    reply = call(
        place_bid,
        as_=world.client(),
        body={"space_id": space, "bid_amount": 1, "start_date": date(2020, 1, 1)},
    )

    assert (reply.status, reply.code, reply.fields) == (422, "START_IN_THE_PAST", ["start_date"])


def test_cents_are_refused_in_a_bid_in_a_currency_without_cents(world, call):
    space, client = world.space(currency="JPY"), world.client()

    broken = call(place_bid, as_=client, body={"space_id": space, "bid_amount": Decimal("450000.50")})
    assert broken.fields == ["bid_amount"]
    assert call(place_bid, as_=client, body={"space_id": space, "bid_amount": 450000}).status == 201


def test_an_owner_may_not_bid(world, call):
    reply = call(place_bid, as_=world.owner(), body={"space_id": world.space(), "bid_amount": 1})

    assert (reply.status, reply.code) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    "amount",
    ["0", "-1", "0.001", "1e2", '"1e2"', '" 5 "', '"1_000"', '"١٢"', "NaN", "Infinity", "true", "null"]
    + ["1000000000000", "9" * 5000],
)
def test_an_invalid_bid_amount_is_refused(world, call, amount):
    body = f'{{"space_id": "{world.space()}", "bid_amount": {amount}}}'

    reply = call(place_bid, as_=world.client(), body=body)

    assert reply.status == 400


@pytest.mark.parametrize("field", ["id", "client_id", "owner_id", "status", "role", "contract_id"])
def test_fields_set_by_the_platform_are_refused_in_a_bid(world, call, field):
    body = {"space_id": world.space(), "bid_amount": 1, field: "APPROVED"}

    reply = call(place_bid, as_=world.client(), body=body)

    assert (reply.status, reply.fields) == (400, [field])


def test_a_broker_bids_for_its_own_organization(world, call):
    reply = call(place_bid, as_=world.user(Role.BROKER), body={"space_id": world.space(), "bid_amount": 9})

    assert reply.status == 201
