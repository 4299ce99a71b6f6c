from datetime import date
from decimal import Decimal

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.get_bid import get_bid
from functions.bids.place_bid import place_bid
from shared.kit.catalog import Role
from tests.call import other_id


@pytest.fixture
def deal(world, call):
    """An owner, a client and its open bid of 4,500 for a year from 2027-02-01."""
    owner, client = world.owner(), world.client()
    space = world.space(owner)
    bid = bid_on(call, space, client)
    return owner, client, space, bid


def bid_on(call, space, client, amount=4500):
    body = {"space_id": space, "bid_amount": amount, "start_date": "2027-02-01"}
    return call(place_bid, as_=client, body=body).json["id"]


def approve(call, owner, bid, **asked):
    return call(approve_bid, as_=owner, path={"bid_id": bid}, **({"body": {"notes": "Welcome"}} | asked))


def test_an_approved_bid_holds_the_space_with_a_draft_contract(world, call, deal):
    owner, client, space, bid = deal

    reply = approve(call, owner, bid)

    assert (reply.status, reply.json["status"]) == (200, "APPROVED")
    [contract] = world.sql("SELECT * FROM contracts WHERE bid_id = %(bid)s", bid=bid)
    assert reply.json["contract_id"] == str(contract["id"])
    assert (contract["status"], contract["base_rent"], contract["schedule_total"]) == (
        "DRAFT",
        Decimal("4500.00"),
        Decimal("54000.00"),
    )
    assert (contract["start_date"], contract["end_date"]) == (date(2027, 2, 1), date(2028, 1, 31))
    assert contract["client_party"]["name"] == client.name
    [row] = world.sql("SELECT availability_status, held_by_contract_id FROM spaces WHERE id = %(id)s", id=space)
    assert row == {"availability_status": "RESERVED", "held_by_contract_id": contract["id"]}


def test_an_approval_emits_one_event_and_is_audited_once(world, call, deal):
    owner, _, _, bid = deal

    approve(call, owner, bid)

    assert world.events(bid) == ["bid.placed", "bid.approved"]
    audit = world.audits(bid)[-1]
    assert (audit["before"]["status"], audit["after"]["status"]) == ("PENDING", "APPROVED")


def test_an_agent_of_the_owner_may_approve(world, call, deal):
    owner, _, _, bid = deal

    assert approve(call, world.colleague(owner, Role.AGENT), bid).status == 200


def test_another_owners_bid_is_not_found(world, call, deal):
    *_, bid = deal

    foreign, missing = approve(call, world.owner(), bid), approve(call, world.owner(), other_id())

    assert foreign.status == missing.status == 404
    assert foreign.json["error"] == missing.json["error"]
    assert world.events(bid) == ["bid.placed"]


def test_the_client_may_not_approve_its_own_bid(call, deal):
    _, client, _, bid = deal

    assert approve(call, client, bid).status == 403


def test_a_decided_bid_cannot_be_approved_again(call, deal):
    owner, _, _, bid = deal
    approve(call, owner, bid)

    assert (approve(call, owner, bid).status, approve(call, owner, bid).code) == (409, "BID_NOT_OPEN")


def test_the_other_bids_stay_open_as_backups_but_cannot_be_approved(world, call, deal):
    owner, _, space, bid = deal
    backup = bid_on(call, space, world.client())
    approve(call, owner, bid)

    assert approve(call, owner, backup).code == "SPACE_NOT_AVAILABLE"
    assert call(get_bid, as_=owner, path={"bid_id": backup}).json["status"] == "PENDING"


def test_a_repeated_idempotency_key_gets_the_same_answer_and_one_effect(world, call, deal):
    owner, _, _, bid = deal

    first, again = (approve(call, owner, bid, key="approve-1") for _ in range(2))

    assert (first.status, again.status) == (200, 200)
    assert first.body == again.body
    assert again.headers["idempotent-replayed"] == "true"
    assert world.events(bid) == ["bid.placed", "bid.approved"]


def test_a_reused_idempotency_key_with_another_body_is_refused(call, deal):
    owner, _, _, bid = deal
    approve(call, owner, bid, key="approve-1")

    reply = approve(call, owner, bid, key="approve-1", body={"notes": "Other"})

    assert (reply.status, reply.code) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.race
def test_of_twenty_concurrent_approvals_on_one_space_one_wins(arena, call, rounds):
    """Quality 1."""
    owner = arena.owner()
    building = arena.building(owner)
    clients = [arena.client() for _ in range(20)]
    for _ in range(rounds):
        space = arena.space(owner, building=building)
        bids = [bid_on(call, space, client) for client in clients]

        replies = arena.together([lambda bid=bid: approve(call, owner, bid) for bid in bids])

        assert sorted(reply.status for reply in replies) == [200] + [409] * 19
        assert arena.sql("SELECT count(*) AS n FROM contracts WHERE space_id = %(id)s", id=space)[0]["n"] == 1


@pytest.mark.race
def test_fifty_concurrent_approvals_of_one_bid_create_one_contract(arena, call, rounds):
    """Quality 2."""
    owner, client = arena.owner(), arena.client()
    building = arena.building(owner)
    for _ in range(rounds):
        bid = bid_on(call, arena.space(owner, building=building), client)

        replies = arena.together([lambda bid=bid: approve(call, owner, bid)] * 50)

        assert sorted(reply.status for reply in replies) == [200] + [409] * 49
        assert arena.events(bid) == ["bid.placed", "bid.approved"]
        assert len(arena.sql("SELECT id FROM contracts WHERE bid_id = %(id)s", id=bid)) == 1
