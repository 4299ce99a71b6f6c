"""Idempotency-Key on bids: nothing happens once too often, and nothing is remembered that did not happen."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import psycopg
import pytest

from functions.bids.place_bid import place_bid
from tests.bids.negotiation import Negotiation
from tests.call import together
from tests.world import close_connections

MOVES = ("counter", "accept", "revise", "reject", "withdraw")


@pytest.fixture
def deal(world, call):
    """A bid whose counter-offer the client is to answer."""
    deal = Negotiation(world, call)
    deal.counter()
    return deal


@pytest.mark.parametrize("move", MOVES)
def test_the_same_request_again_is_the_same_answer_and_one_effect(deal, move):
    first = getattr(deal, move)(key="key-1")
    events = deal.events()
    again = getattr(deal, move)(key="key-1")

    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert deal.events() == events


def test_the_same_key_with_another_amount_is_refused(deal):
    """Quality 7."""
    deal.revise(4600, key="key-1")

    reply = deal.revise(4700, key="key-1")

    assert (reply.status, reply.code) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert deal.row()["bid_amount"] == 4600


def test_the_same_key_for_another_bid_is_refused(world, call, deal):
    other = Negotiation(world, call, owner=deal.owner)
    deal.reject(key="key-1")

    assert other.reject(key="key-1").code == "IDEMPOTENCY_KEY_REUSED"


def test_somebody_elses_same_key_is_another_key(world, call, deal):
    """Quality 7."""
    other = Negotiation(world, call)

    replies = [deal.withdraw(key="key-1"), other.withdraw(key="key-1")]

    assert [reply.status for reply in replies] == [200, 200]
    assert all("idempotent-replayed" not in reply.headers for reply in replies)


def test_a_key_in_flight_is_refused_until_its_answer_is_there(world, deal, database):
    """Quality 8: the first request waits for the space, which somebody else has locked."""
    with psycopg.connect(database) as holder, ThreadPoolExecutor(1) as pool:
        holder.execute("SELECT id FROM spaces WHERE id = %(id)s FOR UPDATE", {"id": deal.space})
        first = pool.submit(lambda: (deal.accept(key="key-1"), close_connections())[0])
        while not world.sql("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'leasing'"):
            sleep(0.01)

        second = deal.accept(key="key-1")
        holder.rollback()
        done = first.result()

    assert (second.status, second.code) == (409, "IDEMPOTENCY_KEY_IN_FLIGHT")
    assert second.headers["retry-after"] == str(second.json["error"]["retry_after"]) == "1"
    assert done.status == 200
    assert deal.accept(key="key-1").body == done.body


def test_fifty_times_the_same_request_at_once_is_one_effect(deal):
    replies = together([lambda: deal.accept(key="key-1")] * 50)

    assert {reply.status for reply in replies} <= {200, 409}
    assert len({reply.body for reply in replies if reply.status == 200}) == 1
    assert {reply.code for reply in replies if reply.status == 409} <= {"IDEMPOTENCY_KEY_IN_FLIGHT"}
    assert deal.events().count("bid.approved") == len(deal.contracts()) == 1


@pytest.mark.parametrize("move", MOVES)
def test_a_defect_is_not_remembered(world, deal, move):
    """Quality 9: what was rolled back is done when the same request comes again."""
    before = deal.row()
    world.sql("REVOKE INSERT ON outbox FROM app_user")
    try:
        broken = getattr(deal, move)(key="key-1")
    finally:
        world.sql("GRANT INSERT ON outbox TO app_user")

    assert (broken.status, deal.row(), deal.contracts()) == (500, before, [])
    again = getattr(deal, move)(key="key-1")
    assert (again.status, "idempotent-replayed" in again.headers) == (200, False)


def test_a_refusal_is_not_remembered(world, call, deal):
    winner = Negotiation(world, call, owner=deal.owner, space=deal.space)
    world.sql("UPDATE spaces SET availability_status = 'MAINTENANCE' WHERE id = %(id)s", id=winner.space)
    assert deal.accept(key="key-1").status == 409
    world.sql("UPDATE spaces SET availability_status = 'AVAILABLE' WHERE id = %(id)s", id=winner.space)

    assert deal.accept(key="key-1").status == 200


@pytest.mark.parametrize("move", ["accept", "reject", "withdraw"])
def test_after_a_day_a_key_is_new_and_the_bid_is_still_protected(world, deal, move):
    """Quality 10."""
    getattr(deal, move)(key="key-1")
    world.sql("UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'key-1'")

    reply = getattr(deal, move)(key="key-1")

    assert (reply.status, reply.code) == (409, "BID_NOT_OPEN")
    assert len(deal.contracts()) == (move == "accept")


def test_after_a_day_a_key_is_new_and_the_one_open_bid_is_still_one(world, call):
    client, body = world.client(), {"space_id": world.space(), "bid_amount": 4500}
    call(place_bid, as_=client, body=body, key="key-1")
    world.sql("UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'key-1'")

    assert call(place_bid, as_=client, body=body, key="key-1").code == "BID_ALREADY_OPEN"
