"""The interest that runs until a lease ends early: the preview says it, and on that day it is charged."""

from datetime import date
from decimal import Decimal

import pytest

from functions.payments.create_payment_plan import create_payment_plan

POLICY = {"grace_days": 3, "fee_percent": 5, "min_fee": 0, "annual_interest_percent": 9}


@pytest.fixture
def lease(calendar):
    """5,000 a month from 2027-02-01; February is paid, March and April are not. It is 2027-04-10."""
    calendar.set("2027-01-25T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12, late_policy=POLICY)
    calendar.run()
    assert lease.pay(lease.rows()[0], paid_date="2027-01-25").status == 200
    for day in ("2027-03-02", "2027-03-05", "2027-04-02", "2027-04-05", "2027-04-10"):
        at(calendar, day)
    return lease


def at(calendar, day):
    calendar.set(f"{day}T08:00:00Z")
    calendar.run()


def interest(lease):
    return [(row["period_start"].isoformat(), row["amount"]) for row in lease.rows("INTEREST")]


def running(reply):
    assert reply.status == 200, reply.json
    return reply.json["running_interest"]


def test_the_interest_of_what_is_overdue_is_previewed_and_charged_on_the_day_of_the_end(calendar, lease):
    # 5,000 at 9 % for 76 days from the 1st of March, and for 45 from the 1st of April.
    due = Decimal("93.70") + Decimal("55.48")
    shown = lease.preview("2027-05-16").json
    assert shown["running_interest"] == due
    assert lease.terminate("2027-05-16").status == 200
    assert lease.ledger()[1] == shown["balance"]
    assert lease.pay(lease.rows()[3], paid_date="2027-04-10").status == 200

    at(calendar, "2027-05-15")
    assert interest(lease) == []
    at(calendar, "2027-05-16")

    assert interest(lease) == [("2027-05-16", due)]
    assert lease.ledger()[1] == 10_000 + 500 + due
    # It goes on for what stays unpaid, and nothing is charged twice: 90 days after March was due, and when it is paid.
    at(calendar, "2027-05-30")
    assert interest(lease)[1:] == [("2027-05-30", Decimal("17.26"))]
    at(calendar, "2027-06-01")
    assert lease.pay(lease.rows()[1], paid_date="2027-05-31").status == 200
    calendar.run()
    assert sum(amount for _, amount in interest(lease)) == Decimal("55.48") + Decimal("112.19")


def test_what_the_end_itself_settles_bears_interest_until_today_only(calendar, lease):
    # April is paid while March is not: the half of it that is freed settles March today.
    assert lease.pay(lease.rows()[2], paid_date="2027-04-10").status == 200
    calendar.run()
    before = sum(amount for _, amount in interest(lease))

    # 5,000 at 9 % for 40 days from the 1st of March, then 2,500 for 6 days.
    shown = lease.preview("2027-04-16")
    assert running(shown) == Decimal("53.01")
    assert lease.terminate("2027-04-16").status == 200
    at(calendar, "2027-04-16")

    assert sum(amount for _, amount in interest(lease)) == before + Decimal("53.01")


def test_what_is_charged_already_runs_no_longer(calendar, lease):
    at(calendar, "2027-05-30")
    assert interest(lease) == [("2027-05-30", Decimal("110.96"))]

    # March for another 17 days; April for 76 and May for 46, of which nothing was charged.
    april_and_may = Decimal("93.70") + Decimal("56.71")
    assert running(lease.preview("2027-06-16")) == Decimal("131.92") - Decimal("110.96") + april_and_may


def test_nothing_runs_for_what_a_plan_holds_in_time_or_after_the_term(calendar, lease):
    body = {
        "payment_ids": [str(row["id"]) for row in lease.rows()[1:3]],
        "installments": [{"due_date": "2027-08-01", "amount": 10_000}],
    }
    path = {"contract_id": lease.contract}
    assert lease.call(create_payment_plan, as_=lease.owner, path=path, body=body).status == 201

    assert running(lease.preview("2027-05-16")) == 0
