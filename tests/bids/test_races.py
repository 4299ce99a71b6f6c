"""Both sides at once: whatever happens is one of the histories that could have happened one by one."""

from collections import Counter

import pytest

from functions.bids.place_bid import place_bid
from functions.realtime.connect import connect
from shared.bids.rules import MOVES
from tests.bids.negotiation import OPERATIONS, Negotiation
from tests.call import together
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
@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_moves_at_the_same_moment_are_a_legal_serial_history(world, call, start, moves, rounds):
    """Quality 3."""
    for _ in range(rounds):
        deal = Negotiation(world, call)
        if start == "COUNTER_OFFERED":
            deal.counter()

        replies = together([getattr(deal, move) for move in moves])

        assert {reply.status for reply in replies} <= {200, 409}
        moved = [move for move, reply in zip(moves, replies, strict=True) if reply.status == 200]
        assert moved
        assert_serial(deal, moved, start)


def test_of_two_accepted_counter_offers_on_one_space_one_wins(world, call):
    first = Negotiation(world, call)
    deals = [first] + [Negotiation(world, call, owner=first.owner, space=first.space) for _ in range(9)]
    for deal in deals:
        deal.counter()

    replies = together([deal.accept for deal in deals])

    assert sorted(reply.status for reply in replies) == [200] + [409] * 9
    assert sum(len(deal.contracts()) for deal in deals) == 1


def test_of_thirty_bids_by_one_client_over_http_and_sockets_one_stands(world, call):
    """Quality 4."""
    client, space = world.client(), world.space()
    sockets = [Client() for _ in range(15)]
    for socket in sockets:
        assert socket.open(connect, token=client.token()) == 200
    body = {"space_id": str(space), "bid_amount": 4500}

    def over_http():
        reply = call(place_bid, as_=client, body=body)
        return reply.json["status"] if reply.status == 201 else reply.code

    def over(socket):
        frame = socket.say(place_bid, "bid:place", body)
        return frame["data"]["status"] if frame["event"] == "bid:placed" else frame["data"]["code"]

    answers = together([over_http] * 15 + [lambda socket=socket: over(socket) for socket in sockets])

    assert Counter(answers) == {"PENDING": 1, "BID_ALREADY_OPEN": 29}
    assert len(world.sql("SELECT id FROM bids WHERE space_id = %(id)s", id=space)) == 1
    assert world.events(actor=client) == ["bid.placed"]
