"""Idempotency-Key on bids: nothing happens once too often, and nothing is remembered that did not happen."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import psycopg
import pytest

from functions.bids.place_bid import place_bid
from tests.bids.negotiation import Negotiation
from tests.world import close_connections

MOVES = ("counter", "accept", "revise", "reject", "withdraw")


@pytest.fixture
def deal(world, call):
    """A bid whose counter-offer the client is to answer."""
    deal = Negotiation(world, call)
    deal.counter()
    return deal


@pytest.mark.parametrize("move", MOVES)
def test_a_repeated_idempotency_key_gets_the_same_answer_and_one_effect(deal, move):
    first = getattr(deal, move)(key="key-1")
    events = deal.events()
    again = getattr(deal, move)(key="key-1")

    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert deal.events() == events


@pytest.mark.race
def test_a_reused_idempotency_key_with_another_amount_is_refused(arena, call, rounds):
    """Quality 7: whichever comes first has the key."""
    first = Negotiation(arena, call)
    for _ in range(rounds):
        deal = Negotiation(arena, call, owner=first.owner)
        deal.counter()

        replies = arena.together([lambda d=deal, a=amount: d.revise(a, key="key-1") for amount in (4600, 4700)])
        again = [deal.revise(amount, key="key-1") for amount in (4600, 4700)]

        assert sorted(reply.status for reply in again) == [200, 422]
        assert [reply.status for reply in replies if reply.status not in (409, 422)] == [200]
        assert {reply.code for reply in replies if reply.status != 200} <= {
            "IDEMPOTENCY_KEY_IN_FLIGHT",
            "IDEMPOTENCY_KEY_REUSED",
        }
        [won] = [amount for amount, reply in zip((4600, 4700), again, strict=True) if reply.status == 200]
        assert deal.row()["bid_amount"] == won
        assert deal.events().count("bid.revised") == 1


def test_a_reused_idempotency_key_for_another_bid_is_refused(world, call, deal):
    other = Negotiation(world, call, owner=deal.owner)
    deal.reject(key="key-1")

    assert other.reject(key="key-1").code == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.race
def test_the_same_idempotency_key_of_another_user_is_independent(arena, call, rounds):
    """Quality 7."""
    for _ in range(rounds):
        deals = [Negotiation(arena, call) for _ in range(2)]

        replies = arena.together([lambda one=one: one.withdraw(key="key-1") for one in deals])

        assert [reply.status for reply in replies] == [200, 200]
        assert all("idempotent-replayed" not in reply.headers for reply in replies)
        assert [one.row()["status"] for one in deals] == ["WITHDRAWN"] * 2


@pytest.mark.race
def test_an_idempotency_key_is_refused_while_its_first_request_is_running(arena, call, rounds):
    """Quality 8: the first request waits for the space, which somebody else has locked."""
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with psycopg.connect(arena.database_url) as holder, ThreadPoolExecutor(1) as pool:
        for _ in range(rounds):
            deal = Negotiation(arena, call)
            deal.counter()
            holder.execute("SELECT id FROM spaces WHERE id = %(id)s FOR UPDATE", {"id": deal.space})
            first = pool.submit(lambda deal=deal: deal.accept(key="key-1"))
            while not arena.sql(waiting):
                sleep(0.001)

            second = deal.accept(key="key-1")
            holder.rollback()
            done = first.result()

            assert (second.status, second.code) == (409, "IDEMPOTENCY_KEY_IN_FLIGHT")
            assert second.headers["retry-after"] == str(second.json["error"]["retry_after"]) == "1"
            assert done.status == 200
            assert deal.accept(key="key-1").body == done.body
            assert deal.events().count("bid.approved") == len(deal.contracts()) == 1
        pool.submit(close_connections).result()


@pytest.mark.race
def test_fifty_concurrent_requests_with_one_idempotency_key_have_one_effect(arena, call, rounds):
    """Quality 5, for a bid's decision."""
    for _ in range(rounds):
        deal = Negotiation(arena, call)
        deal.counter()

        replies = arena.together([lambda deal=deal: deal.accept(key="key-1")] * 50)

        assert {reply.status for reply in replies} <= {200, 409}
        assert len({reply.body for reply in replies if reply.status == 200}) == 1
        assert {reply.code for reply in replies if reply.status == 409} <= {"IDEMPOTENCY_KEY_IN_FLIGHT"}
        assert deal.events().count("bid.approved") == len(deal.contracts()) == 1


@pytest.mark.race
def test_a_server_error_is_not_remembered_under_its_idempotency_key(arena, call, rounds):
    """Quality 9: what was rolled back is done when the same request comes again."""
    for number in range(rounds):
        move = MOVES[number % len(MOVES)]
        deal = Negotiation(arena, call)
        deal.counter()
        before, events = deal.row(), deal.events()
        arena.sql("REVOKE INSERT ON outbox FROM app_user")
        try:
            broken = getattr(deal, move)(key="key-1")
        finally:
            arena.sql("GRANT INSERT ON outbox TO app_user")

        assert (broken.status, deal.row(), deal.contracts(), deal.events()) == (500, before, [], events)
        again = getattr(deal, move)(key="key-1")
        assert (again.status, "idempotent-replayed" in again.headers) == (200, False)
        assert len(deal.events()) == len(events) + 1
        assert deal.row() != before


def test_a_refusal_is_not_remembered_under_its_idempotency_key(world, call, deal):
    winner = Negotiation(world, call, owner=deal.owner, space=deal.space)
    world.sql("UPDATE spaces SET availability_status = 'MAINTENANCE' WHERE id = %(id)s", id=winner.space)
    assert deal.accept(key="key-1").status == 409
    world.sql("UPDATE spaces SET availability_status = 'AVAILABLE' WHERE id = %(id)s", id=winner.space)

    assert deal.accept(key="key-1").status == 200


@pytest.mark.race
def test_an_expired_idempotency_key_cannot_decide_a_bid_twice(arena, call, rounds):
    """Quality 10."""
    for number in range(rounds):
        move = ("accept", "reject", "withdraw")[number % 3]
        deal = Negotiation(arena, call)
        deal.counter()
        getattr(deal, move)(key="key-1")
        aged = "UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE user_id IN (%(a)s, %(b)s)"
        arena.sql(aged, a=deal.owner.id, b=deal.client.id)

        replies = arena.together([lambda deal=deal, move=move: getattr(deal, move)(key="key-1")] * 2)

        assert [reply.status for reply in replies] == [409, 409]
        assert {reply.code for reply in replies} <= {"BID_NOT_OPEN", "IDEMPOTENCY_KEY_IN_FLIGHT"}
        assert "BID_NOT_OPEN" in {reply.code for reply in replies}
        assert len(deal.contracts()) == (move == "accept")


def test_an_expired_idempotency_key_cannot_open_a_second_bid(world, call):
    client, body = world.client(), {"space_id": world.space(), "bid_amount": 4500}
    call(place_bid, as_=client, body=body, key="key-1")
    world.sql("UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'key-1'")

    assert call(place_bid, as_=client, body=body, key="key-1").code == "BID_ALREADY_OPEN"
