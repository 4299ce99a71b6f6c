"""A client takes a mandate back: the broker acts and sees no more, from the next request on."""

import pytest

from functions.bids.list_bids import list_bids
from functions.contracts.get_contract import get_contract
from functions.contracts.list_contracts import list_contracts
from functions.notifications.notify_people import notify_people
from functions.payments.list_payments import list_payments
from shared.kit.catalog import Role
from tests.call import together
from tests.organizations.mandated import Mandated


@pytest.fixture
def parties(world):
    return Mandated(world)


def test_after_a_mandate_is_revoked_the_broker_neither_acts_nor_sees(world, call, parties):
    bid = parties.place().json["id"]

    assert parties.revoke().status == 204

    assert parties.seen(bid).status == 404
    assert parties.move("withdraw", bid).status == 404
    assert parties.place(space_id=world.space()).status == 404
    for listing in (list_bids, list_contracts, list_payments):
        assert call(listing, as_=parties.broker).json["data"] == []
    assert parties.move("withdraw", bid, by=parties.client).json["status"] == "WITHDRAWN"


def test_the_revocation_of_a_mandate_is_audited(world, parties):
    parties.revoke()

    assert world.events(parties.mandate["id"]) == ["mandate.granted", "mandate.revoked"]
    *_, audit = world.audits(parties.mandate["id"])
    assert (audit["user_id"], audit["before"]["status"], audit["after"]["status"]) == (
        parties.client.id,
        "ACTIVE",
        "REVOKED",
    )


def test_a_mandate_is_revoked_once(world, parties):
    replies = together([parties.revoke] * 5)

    assert sorted(reply.status for reply in replies) == [204] + [409] * 4
    assert {reply.code for reply in replies if reply.status == 409} == {"MANDATE_ENDED"}


def test_an_expired_mandate_is_not_revoked(world):
    from datetime import UTC, datetime

    parties = Mandated(world, until=datetime.now(UTC).date())
    with world.clock_moved(2):
        assert parties.revoke().code == "MANDATE_ENDED"


@pytest.mark.parametrize("who", ["the broker", "another client"])
def test_only_the_client_revokes_a_mandate(world, parties, who):
    reply = parties.revoke(by=parties.broker if who == "the broker" else world.client())

    assert reply.status == (403 if who == "the broker" else 404)
    assert parties.place().status == 201


def test_a_colleague_of_the_client_may_revoke_a_mandate(world, parties):
    assert parties.revoke(by=world.colleague(parties.client)).status == 204


def test_a_mandate_revoked_during_a_bid_counts_before_or_after_it(world, rounds):
    """Whichever comes first: a bid stands only if the mandate stood, and afterwards there is no second one."""
    for _ in range(rounds * 3):
        parties = Mandated(world)

        placed, revoked = together([parties.place, parties.revoke])

        assert revoked.status == 204
        assert placed.status in (201, 404)
        assert parties.place(space_id=world.space()).status == 404
        bids = world.sql("SELECT broker_id FROM bids WHERE space_id = %(id)s", id=parties.space)
        assert [row["broker_id"] for row in bids] == ([parties.broker.id] if placed.status == 201 else [])


@pytest.mark.parametrize("move", ["accept", "revise", "withdraw"])
def test_a_mandate_revoked_during_a_move_counts_before_or_after_it(world, move, rounds):
    for _ in range(rounds):
        parties = Mandated(world)
        bid = parties.place().json["id"]
        parties.counter(bid)

        moved, revoked = together([lambda: parties.move(move, bid), parties.revoke])  # noqa: B023

        assert revoked.status == 204
        assert moved.status in (200, 404)
        assert parties.seen(bid, by=parties.client).json["status"] == (
            {"accept": "APPROVED", "revise": "PENDING", "withdraw": "WITHDRAWN"}[move]
            if moved.status == 200
            else "COUNTER_OFFERED"
        )


def test_after_revocation_only_the_client_is_notified_of_the_deal(world, call, invoke, parties):
    bid = parties.place().json["id"]
    parties.counter(bid)
    before, after = [], []
    for told in (before, after):
        [countered] = [event for event in world.event_details(bid) if event["name"] == "bid.countered"]
        world.sql("DELETE FROM notifications WHERE event_id = %(id)s", id=countered["id"])
        world.sql("DELETE FROM inbox WHERE event_id = %(id)s", id=countered["id"])
        assert invoke(notify_people, countered) == []
        sql = "SELECT user_id FROM notifications WHERE event_id = %(id)s"
        told += [row["user_id"] for row in world.sql(sql, id=countered["id"])]
        parties.revoke()

    assert set(before) == {parties.client.id, parties.broker.id}
    assert set(after) == {parties.client.id}


def test_after_revocation_the_contract_is_the_clients_alone(world, call, parties):
    bid = parties.place().json["id"]
    parties.counter(bid)
    contract = parties.move("accept", bid).json["contract_id"]
    seen = [call(get_contract, as_=user, path={"contract_id": contract}) for user in (parties.broker, parties.client)]
    assert seen[0].json == seen[1].json
    assert seen[0].json["broker"]["name"] == parties.broker.name

    parties.revoke()

    path = {"contract_id": contract}
    assert call(get_contract, as_=parties.broker, path=path).status == 404
    assert call(get_contract, as_=parties.client, path=path).status == 200
    assert call(get_contract, as_=world.user(Role.BROKER), path=path).status == 404
