"""The state table of bids: who may do what, from where, and what both sides see of it afterwards."""

import pytest

from functions.bids.place_bid import place_bid
from functions.bids.reject_bid import reject_bid
from shared.bids import rules
from shared.bids.models import Bid
from shared.kit.catalog import Role
from shared.kit.errors import Conflict
from tests.bids.negotiation import AMOUNTS, CLIENTS, OPERATIONS, Negotiation
from tests.call import other_id

STATUSES = ("PENDING", "APPROVED", "REJECTED", "COUNTER_OFFERED", "WITHDRAWN")
MOVES = tuple(OPERATIONS)
LEGAL = {
    ("PENDING", "approve"): "APPROVED",
    ("PENDING", "reject"): "REJECTED",
    ("PENDING", "counter"): "COUNTER_OFFERED",
    ("PENDING", "withdraw"): "WITHDRAWN",
    ("COUNTER_OFFERED", "accept"): "APPROVED",
    ("COUNTER_OFFERED", "counter"): "COUNTER_OFFERED",
    ("COUNTER_OFFERED", "revise"): "PENDING",
    ("COUNTER_OFFERED", "reject"): "REJECTED",
    ("COUNTER_OFFERED", "withdraw"): "WITHDRAWN",
}
PATHS = {
    "PENDING": (),
    "APPROVED": ("approve",),
    "REJECTED": ("reject",),
    "COUNTER_OFFERED": ("counter",),
    "WITHDRAWN": ("withdraw",),
}
EVENTS = {
    "approve": "bid.approved",
    "reject": "bid.rejected",
    "counter": "bid.countered",
    "accept": "bid.approved",
    "revise": "bid.revised",
    "withdraw": "bid.withdrawn",
}


@pytest.fixture
def deal(world, call):
    return Negotiation(world, call)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", STATUSES)
def test_bid_moves_follow_the_state_table(status, move):
    bid = Bid.of({"status": status, "terms": {}})

    if (status, move) in LEGAL:
        assert rules.next_status(bid, move) == LEGAL[status, move]
    else:
        with pytest.raises(Conflict):
            rules.next_status(bid, move)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", STATUSES)
def test_a_legal_move_changes_the_bid_and_an_illegal_one_changes_nothing(deal, status, move):
    for step in PATHS[status]:
        assert getattr(deal, step)().status == 200
    before, events = deal.row(), deal.events()

    reply = getattr(deal, move)()

    if (status, move) in LEGAL:
        assert (reply.status, reply.json["status"]) == (200, LEGAL[status, move])
        assert deal.events() == [*events, EVENTS[move]]
        audit = deal.world.audits(deal.bid)[-1]
        assert (audit["before"]["status"], audit["after"]["status"]) == (status, LEGAL[status, move])
    else:
        is_open = status in ("PENDING", "COUNTER_OFFERED")
        assert (reply.status, reply.code) == (409, "NOT_YOUR_TURN" if is_open else "BID_NOT_OPEN")
        assert (deal.row(), deal.events()) == (before, events)


@pytest.mark.parametrize("status", ["REJECTED", "WITHDRAWN"])
def test_a_client_may_bid_again_after_their_bid_has_ended(deal, call, status):
    for step in PATHS[status]:
        getattr(deal, step)()

    assert call(place_bid, as_=deal.client, body={"space_id": deal.space, "bid_amount": 1}).status == 201


def test_a_countered_bid_still_counts_as_the_clients_open_bid(deal, call):
    deal.counter()

    reply = call(place_bid, as_=deal.client, body={"space_id": deal.space, "bid_amount": 1})

    assert (reply.status, reply.code) == (409, "BID_ALREADY_OPEN")


def test_a_decision_on_a_bid_stores_its_reason(deal):
    assert deal.reject(notes="Bid too low").json["decision_reason"] == "Bid too low"
    assert deal.row()["decided_at"] is not None


def test_a_bid_can_be_rejected_without_a_body(deal, call):
    assert call(reject_bid, as_=deal.owner, path={"bid_id": deal.bid}).status == 200


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPER_ADMIN])
def test_agents_and_administrators_answer_bids_for_the_owner(world, deal, role):
    by = world.colleague(deal.owner, role) if role is Role.AGENT else world.user(role)

    assert deal.counter(by=by).status == 200
    version = deal.seen()["versions"][-1]
    assert (version["side"], version["author_id"]) == ("OWNER", str(by.id))
    assert deal.accept().status == 200
    assert deal.contracts()[0]["owner_party"]["name"] == deal.owner.name


def test_colleagues_and_brokers_move_their_organizations_bid(world, deal):
    deal.counter()

    assert deal.revise(by=world.colleague(deal.client)).status == 200
    assert deal.withdraw(by=world.colleague(deal.client, Role.BROKER)).status == 200


@pytest.mark.parametrize("move", MOVES)
def test_an_administrator_may_make_every_move_on_a_bid(world, deal, move):
    if move in ("accept", "revise"):
        deal.counter()

    assert getattr(deal, move)(by=world.user(Role.SUPER_ADMIN)).status == 200


@pytest.mark.parametrize("move", MOVES)
def test_neither_side_may_make_the_other_sides_move(deal, move):
    other = deal.owner if move in CLIENTS else deal.client

    assert (getattr(deal, move)(by=other).code, deal.events()) == ("FORBIDDEN", ["bid.placed"])


@pytest.mark.parametrize("move", MOVES)
def test_moves_on_another_organizations_bid_are_not_found(world, deal, move):
    stranger = world.client() if move in CLIENTS else world.owner()
    foreign = getattr(deal, move)(by=stranger)
    deal.bid, bid = other_id(), deal.bid
    missing = getattr(deal, move)(by=stranger)

    assert foreign.status == missing.status == 404
    assert foreign.json["error"] == missing.json["error"]
    assert world.events(bid) == ["bid.placed"]


@pytest.mark.parametrize("field", ["id", "status", "client_id", "owner_id", "contract_id", "version", "currency"])
@pytest.mark.parametrize("move", MOVES)
def test_fields_set_by_the_platform_are_refused_in_moves_on_a_bid(deal, move, field):
    """Quality 38."""
    before = deal.row()
    needed = {AMOUNTS[move]: 1} if move in AMOUNTS else {}

    reply = deal.ask(move, needed | {field: "APPROVED"})

    assert (reply.status, reply.fields) == (400, [field])
    assert deal.row() == before


def test_a_bid_on_a_space_that_is_no_longer_listed_can_be_withdrawn(world, deal):
    world.sql("UPDATE spaces SET is_leasable = false WHERE id = %(id)s", id=deal.space)

    assert deal.withdraw().status == 200


def test_the_reason_of_a_withdrawal_is_stored(deal):
    reply = deal.withdraw(notes="Found another")

    assert (reply.json["status"], reply.json["decision_reason"]) == ("WITHDRAWN", "Found another")
