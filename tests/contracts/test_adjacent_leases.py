"""One space, one lease at a time: the day after the last is free, the last day is not (said over the API)."""

from datetime import timedelta

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.place_bid import place_bid
from functions.leasing.activate_contract import activate_contract
from functions.leasing.release_space import release_space
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.void_contract import void_contract
from tests.leasing.deal import Deal


@pytest.fixture
def leased(world, call):
    """An executed lease whose space is on the market again, for the time after it."""
    deal = Deal(world, call).signed()
    deal.run(schedule_payments, activate_contract)
    world.sql(
        "UPDATE spaces SET availability_status = 'AVAILABLE', held_by_contract_id = NULL WHERE id = %(id)s",
        id=deal.space,
    )
    return deal


def bid_from(deal, start):
    body = {"space_id": deal.space, "bid_amount": 5000, "start_date": start, "term_months": 12}
    return deal.call(place_bid, as_=deal.world.client(), body=body).json["id"]


def approval(deal, start):
    return deal.call(approve_bid, as_=deal.owner, path={"bid_id": bid_from(deal, start)})


def contracts(deal):
    rows = deal.world.sql("SELECT id FROM contracts WHERE space_id = %(id)s ORDER BY id", id=deal.space)
    return [str(row["id"]) for row in rows]


def test_a_lease_may_begin_the_day_after_another_ends(leased):
    reply = approval(leased, leased.row()["end_date"] + timedelta(days=1))

    assert reply.status == 200
    assert contracts(leased) == [leased.contract, reply.json["contract_id"]]
    assert leased.space_status() == "RESERVED"


def test_a_lease_that_shares_one_day_with_another_is_refused(leased):
    reply = approval(leased, leased.row()["end_date"])

    assert (reply.status, reply.code) == (409, "SPACE_NOT_AVAILABLE")
    assert contracts(leased) == [leased.contract]
    assert leased.space_status() == "AVAILABLE"


@pytest.mark.race
def test_of_concurrent_approvals_an_adjacent_lease_wins_and_an_overlapping_one_never_does(arena, call, rounds):
    """Quality 12: the database itself decides, whoever comes first."""
    leased = Deal(arena, call).signed()
    leased.run(schedule_payments, activate_contract)
    arena.sql(
        "UPDATE spaces SET availability_status = 'AVAILABLE', held_by_contract_id = NULL WHERE id = %(id)s",
        id=leased.space,
    )
    last_day = leased.row()["end_date"]
    for _ in range(rounds):
        starts = (last_day, last_day + timedelta(days=1))
        bids = [bid_from(leased, start) for start in starts]

        replies = arena.together(
            [lambda bid=bid: call(approve_bid, as_=leased.owner, path={"bid_id": bid}) for bid in bids]
        )

        assert [reply.status for reply in replies] == [409, 200]
        assert replies[0].code == "SPACE_NOT_AVAILABLE"
        held = {"contract_id": replies[1].json["contract_id"], "correlation_id": "saga-1"}
        void_contract(held, None)
        release_space(held, None)
        assert leased.space_status() == "AVAILABLE"
