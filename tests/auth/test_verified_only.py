"""Where a stage asks for proven addresses, who has not proved one neither offers, publishes nor binds (spec 9)."""

import dataclasses

import pytest

from functions.auth.resend_verification import resend_verification
from functions.bids.place_bid import place_bid
from functions.bids.withdraw_bid import withdraw_bid
from functions.realtime.connect import connect
from shared.kit import catalog
from tests.realtime.sockets import Client

ASKS_FOR_A_PROOF = {
    "import_buildings",
    "import_leases",
    "accept_counter",
    "approve_bid",
    "authorize_contract",
    "counter_bid",
    "create_building",
    "create_contract",
    "create_space",
    # It lets another one offer in its name, and writes to strangers.
    "grant_mandate",
    "invite_member",
    "place_bid",
    "renew_contract",
    "revise_bid",
    "send_contract",
    "sign_contract",
    "update_building",
    "update_floor",
    "update_space",
}


@pytest.fixture
def asked_for(monkeypatch):
    monkeypatch.setenv("REQUIRE_VERIFIED_EMAIL", "1")


@pytest.fixture
def unproven(world):
    return world.client(email_verified=False)


def bids_of(world, user):
    return world.sql("SELECT id FROM bids WHERE client_id = %(id)s", id=user.id)


def refused(world, user):
    rows = world.sql("SELECT action, after FROM audit_logs WHERE user_id = %(id)s", id=user.id)
    return [(row["action"], row["after"]["code"]) for row in rows]


def test_bidding_publishing_and_signing_require_a_verified_address():
    assert {operation.name for operation in catalog.requested(catalog.load()) if operation.verified} == ASKS_FOR_A_PROOF


def test_an_unverified_user_cannot_bid(world, call, asked_for, unproven):
    reply = call(place_bid, as_=unproven, body={"space_id": world.space(), "bid_amount": 1})

    assert (reply.status, reply.code) == (403, "EMAIL_NOT_VERIFIED")
    assert bids_of(world, unproven) == []
    assert refused(world, unproven) == [("place_bid.refused", "EMAIL_NOT_VERIFIED")]


def test_an_unverified_user_cannot_bid_over_a_socket(world, asked_for, unproven):
    socket = Client()
    assert socket.open(connect, token=unproven.token()) == 200

    frame = socket.say(place_bid, "bid:place", {"space_id": str(world.space()), "bid_amount": 1})

    assert (frame["event"], frame["data"]["code"]) == ("error", "EMAIL_NOT_VERIFIED")
    assert bids_of(world, unproven) == []
    assert refused(world, unproven) == [("place_bid.refused", "EMAIL_NOT_VERIFIED")]


def test_a_refused_bid_by_a_role_that_never_bids_is_audited(world, call):
    owner = world.owner()

    assert call(place_bid, as_=owner, body={"space_id": world.space(), "bid_amount": 1}).code == "FORBIDDEN"

    assert refused(world, owner) == [("place_bid.refused", "FORBIDDEN")]


def test_a_verified_address_counts_at_once(world, call, asked_for, unproven):
    """API Gateway may go on saying for 45 seconds that there is none."""
    world.sql("UPDATE users SET email_verified = true WHERE id = %(id)s", id=unproven.id)

    assert call(place_bid, as_=unproven, body={"space_id": world.space(), "bid_amount": 1}).status == 201


def test_an_unverified_user_may_do_what_binds_nobody(world, call, asked_for, unproven):
    world.sql("UPDATE users SET email_verified = true WHERE id = %(id)s", id=unproven.id)
    bid = call(place_bid, as_=unproven, body={"space_id": world.space(), "bid_amount": 1}).json["id"]
    world.sql("UPDATE users SET email_verified = false WHERE id = %(id)s", id=unproven.id)

    assert call(withdraw_bid, as_=unproven, path={"bid_id": bid}, body={}).status == 200
    assert call(resend_verification, as_=unproven).status == 200


def test_a_stage_without_the_setting_requires_no_verified_address(world, call, unproven):
    proven = dataclasses.replace(unproven, email_verified=True)
    for caller in (unproven, proven):
        assert call(place_bid, as_=caller, body={"space_id": world.space(), "bid_amount": 1}).status == 201
