"""One space, one lease at a time: the day after the last is free, the last day is not (said over the API)."""

from datetime import timedelta

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.place_bid import place_bid
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
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


def approval(deal, start):
    body = {"space_id": deal.space, "bid_amount": 5000, "start_date": start, "term_months": 12}
    bid = deal.call(place_bid, as_=deal.world.client(), body=body).json["id"]
    return deal.call(approve_bid, as_=deal.owner, path={"bid_id": bid})


def test_a_lease_may_begin_the_day_after_another_ends(leased):
    assert approval(leased, leased.row()["end_date"] + timedelta(days=1)).status == 200


def test_a_lease_that_shares_one_day_with_another_is_refused(leased):
    reply = approval(leased, leased.row()["end_date"])

    assert (reply.status, reply.code) == (409, "SPACE_NOT_AVAILABLE")
    assert leased.space_status() == "AVAILABLE"
