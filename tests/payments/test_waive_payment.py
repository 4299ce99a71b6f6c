"""Late fees and interest are waived by a credit note."""

from datetime import date

import pytest

from functions.payments.waive_payment import waive_payment
from tests.call import other_id, together

POLICY = {"grace_days": 5, "fee_percent": 5, "min_fee": 50, "annual_interest_percent": 0}


@pytest.fixture
def lease(calendar):
    """5,000 a month; the first is late and has a fee of 250."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=3, late_policy=POLICY)
    calendar.set("2027-02-08T08:00:00Z")
    calendar.run()
    return lease


def waive(lease, payment, user=None, **body):
    path, body = {"payment_id": payment["id"]}, {"reason": "Goodwill"} | body
    return lease.call(waive_payment, as_=user or lease.owner, path=path, body=body)


def test_a_fee_is_waived_in_part_and_in_full(lease):
    [fee] = lease.rows("LATE_FEE")
    part = waive(lease, fee, amount=100)
    assert (part.status, part.json["credited_amount"], lease.ledger()[1]) == (200, 100, 5150)

    assert waive(lease, fee, amount=151).code == "MORE_THAN_INVOICED"
    assert waive(lease, fee).json["status"] == "CANCELLED"
    assert lease.ledger()[1] == 5000
    assert waive(lease, fee).code == "MORE_THAN_INVOICED"


def test_what_was_paid_of_it_becomes_credit(lease):
    [fee] = lease.rows("LATE_FEE")
    lease.pay(fee, paid_date="2027-02-08")
    waive(lease, fee)
    assert lease.rows()[0]["paid_amount"] == 250


def test_of_two_at_once_one_waives(lease):
    [fee] = lease.rows("LATE_FEE")
    replies = together([lambda: waive(lease, fee)] * 2)
    assert sorted(reply.status for reply in replies) == [200, 409]


def test_who_may_waive_what(lease):
    [fee] = lease.rows("LATE_FEE")
    assert waive(lease, lease.rows()[0]).code == "NOT_WAIVABLE"
    assert waive(lease, fee, user=lease.client).status == 403
    assert waive(lease, fee, user=lease.world.owner()).status == waive(lease, {"id": other_id()}).status == 404
    assert waive(lease, fee, reason="").fields == ["reason"]
