"""Both sides at once: whatever happens is one of the histories that could have happened one by one."""

from collections import Counter
from functools import partial

import pytest

from functions.bids.place_bid import place_bid
from functions.realtime.connect import connect
from shared.bids.rules import MOVES
from tests.bids.negotiation import OPERATIONS, Negotiation
from tests.realtime.sockets import Client

EVENTS = {
    "approve": "bid.approved",
    "reject": "bid.rejected",
    "counter": "bid.countered",
    "accept": "bid.approved",
    "revise": "bid.revised",
    "withdraw": "bid.withdrawn",
}


def assert_serial(deal, moved, start):
    """The moves that were answered with 200, in the order the audit shows, are a walk through the state table."""
    audits = [row for row in deal.world.audits(deal.bid) if row["action"] in EVENTS.values()]
    steps = [(row["before"]["status"], row["operation"], row["after"]["status"]) for row in audits[-len(moved) :]]
    names = {operation.operation.name: move for move, operation in OPERATIONS.items()}
    status = start
    for before, operation, after in steps:
        assert before == status and MOVES[before][names[operation]] == after
        status = after
    assert Counter(names[operation] for _, operation, _ in steps) == Counter(moved)
    assert deal.row()["status"] == status
    assert len(deal.contracts()) == (status == "APPROVED")
    versions = [version["version"] for version in deal.seen()["versions"]]
    assert versions == list(range(1, len(versions) + 1))


@pytest.mark.parametrize(
    ("start", "moves"),
    [
        ("PENDING", ["approve", "reject", "counter", "withdraw"]),
        ("COUNTER_OFFERED", ["accept", "reject", "counter", "revise", "withdraw"]),
        ("COUNTER_OFFERED", ["accept", "revise", "counter", "approve"] * 2),
    ],
)
@pytest.mark.race
def test_concurrent_moves_on_a_bid_form_a_legal_serial_history(arena, call, start, moves, rounds):
    """Quality 3."""
    for _ in range(rounds):
        deal = Negotiation(arena, call)
        if start == "COUNTER_OFFERED":
            deal.counter()

        replies = arena.together([getattr(deal, move) for move in moves])

        assert {reply.status for reply in replies} <= {200, 409}
        moved = [move for move, reply in zip(moves, replies, strict=True) if reply.status == 200]
        assert moved
        assert_serial(deal, moved, start)


@pytest.mark.race
def test_of_five_concurrently_accepted_counter_offers_on_one_space_one_wins(arena, call, rounds):
    """Quality 1, from the clients' side."""
    for _ in range(rounds):
        first = Negotiation(arena, call)
        deals = [first] + [Negotiation(arena, call, owner=first.owner, space=first.space) for _ in range(4)]
        for deal in deals:
            deal.counter()

        replies = arena.together([deal.accept for deal in deals])

        assert sorted(reply.status for reply in replies) == [200] + [409] * 4
        assert sum(len(deal.contracts()) for deal in deals) == 1


@pytest.mark.race
def test_of_thirty_concurrent_bids_by_one_client_over_http_and_sockets_one_is_placed(arena, call, rounds):
    """Quality 4."""
    client, owner = arena.client(), arena.owner()
    building, token = arena.building(owner), client.token()
    sockets = [Client() for _ in range(15)]
    for socket in sockets:
        assert socket.open(connect, token=token) == 200

    for placed in range(1, rounds + 1):
        space = arena.space(owner, building=building)
        body = {"space_id": str(space), "bid_amount": 4500}

        def over_http(body=body):
            reply = call(place_bid, as_=client, body=body)
            return reply.json["status"] if reply.status == 201 else reply.code

        def over(socket, body=body):
            frame = socket.say(place_bid, "bid:place", body)
            return frame["data"]["status"] if frame["event"] == "bid:placed" else frame["data"]["code"]

        answers = arena.together([over_http] * 15 + [partial(over, socket) for socket in sockets])

        assert Counter(answers) == {"PENDING": 1, "BID_ALREADY_OPEN": 29}
        assert len(arena.sql("SELECT id FROM bids WHERE space_id = %(id)s", id=space)) == 1
        assert arena.events(actor=client) == ["bid.placed"] * placed
