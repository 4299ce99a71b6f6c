"""A decision that names the version that was read is never about other terms."""

import pytest

from functions.bids.accept_counter import accept_counter
from functions.bids.approve_bid import approve_bid
from functions.bids.reject_bid import reject_bid
from functions.bids.revise_bid import revise_bid
from functions.bids.withdraw_bid import withdraw_bid
from tests.bids.negotiation import Negotiation


@pytest.fixture
def deal(world, call):
    """Countered twice: the terms are at version 3."""
    deal = Negotiation(world, call)
    deal.counter(5000)
    deal.counter(6000)
    return deal


DECISIONS = [(accept_counter, "client"), (withdraw_bid, "client"), (reject_bid, "owner")]


@pytest.mark.parametrize(("operation", "side"), DECISIONS)
def test_a_decision_about_terms_that_are_gone_is_refused(call, deal, operation, side):
    by, path = getattr(deal, side), {"bid_id": deal.bid}

    reply = call(operation, as_=by, path=path, body={"version": 2})

    assert (reply.status, reply.code, reply.fields) == (409, "TERMS_CHANGED", ["version"])
    assert deal.row()["status"] == "COUNTER_OFFERED"
    assert call(operation, as_=by, path=path, body={"version": 3}).status == 200


def test_an_owner_does_not_approve_terms_that_were_not_read(call, deal):
    path = {"bid_id": deal.bid}
    assert call(revise_bid, as_=deal.client, path=path, body={"bid_amount": 4000}).status == 200

    reply = call(approve_bid, as_=deal.owner, path=path, body={"version": 3})

    assert (reply.status, reply.code) == (409, "TERMS_CHANGED")
    assert call(approve_bid, as_=deal.owner, path=path, body={"version": 4}).status == 200
