"""What is paid late costs what the policy says, whenever the jobs run and however the money came."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from functions.contracts.download_statement import download_statement
from functions.contracts.get_ledger import get_ledger
from functions.payments.charge_late import charge_late
from functions.payments.download_invoice import download_invoice
from functions.payments.explain_payment import explain_payment
from functions.payments.raise_fees import raise_fees
from tests.call import invoke, other_id, together
from tests.payments.lease import credit, invoices
from tests.payments.test_reverse_payment import reverse, text_of

POLICY = {"grace_days": 5, "fee_percent": 5, "min_fee": 100, "annual_interest_percent": 18}


@pytest.fixture
def lease(calendar):
    """5,000 a month from 1 February 2025 on."""
    calendar.set("2025-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2025, 2, 1), months=6, late_policy=POLICY)
    calendar.run()
    return lease


def live(calendar, until, *, since):
    """Each day's jobs, from one day to the other."""
    day = date.fromisoformat(since)
    while day <= date.fromisoformat(until):
        calendar.set(f"{day}T08:00:00Z")
        calendar.run()
        day += timedelta(days=1)


def charged(lease):
    return [(row["charge"], row["amount"], row["due_date"]) for row in lease.rows("LATE_FEE") + lease.rows("INTEREST")]


def test_late_charges_match_the_documented_example(calendar, lease):
    """5,000 due 2025-02-01, grace 5, fee 5 %, 18 %, paid 2025-03-03 → fee 250.00, interest of 30 days 73.97."""
    live(calendar, "2025-02-06", since="2025-01-06")
    assert charged(lease) == []

    live(calendar, "2025-02-07", since="2025-02-07")
    assert charged(lease) == [("LATE_FEE", 250, date(2025, 2, 21))]

    live(calendar, "2025-03-03", since="2025-02-08")
    first, second = lease.payments()[0], lease.rows()[1]
    assert (first["due_date"], first["status"]) == ("2025-02-01", "OVERDUE")
    assert lease.pay(first, paid_date="2025-03-03").json["status"] == "PAID"
    lease.pay({"id": second["id"]}, paid_date="2025-03-01")
    live(calendar, "2025-03-05", since="2025-03-03")

    assert charged(lease) == [("LATE_FEE", 250, date(2025, 2, 21)), ("INTEREST", Decimal("73.97"), date(2025, 3, 17))]
    lines, balance = lease.ledger()
    assert balance == Decimal("323.97")
    assert [amount for _, kind, amount in lines if kind == "INVOICE"] == [5000, 250, 5000, Decimal("73.97")]


def test_the_ledger_names_each_late_charge(calendar, lease, call):
    lease_pays_late(calendar, lease)

    path = {"contract_id": lease.contract}
    entries = call(get_ledger, as_=lease.client, path=path).json["data"]
    told = {(entry["type"], entry["charge"]) for entry in entries}
    assert told == {("INVOICE", "RENT"), ("INVOICE", "LATE_FEE"), ("INVOICE", "INTEREST"), ("PAYMENT", "RENT")}
    pdf = text_of(call(download_statement, as_=lease.client, path=path))
    assert all(f"{name} INV-" in pdf for name in ("Rent", "Late fee", "Interest"))


def test_each_late_charge_is_explained_and_invoiced_at_once(calendar, lease, call):
    lease_pays_late(calendar, lease)

    fee, interest = (lease.rows(charge)[0] for charge in ("LATE_FEE", "INTEREST"))
    for row in (fee, interest):
        told = call(explain_payment, as_=lease.client, path={"payment_id": row["id"]}).json
        assert told["amount"] == told["steps"][-1]["result"] == row["amount"]
        assert lease.world.events(row["id"])[0] == "payment.invoiced"
        [invoice] = lease.world.sql("SELECT * FROM invoices WHERE payment_id = %(id)s", id=row["id"])
        assert invoice["total_amount"] == row["amount"]
    steps = call(explain_payment, as_=lease.owner, path={"payment_id": interest["id"]}).json["steps"]
    assert steps[0]["inputs"] == {"unpaid": 5000, "annual_interest_percent": 18, "days": 30}


def test_the_invoice_of_a_late_charge_names_the_invoice_of_the_rent(calendar, lease, call):
    lease_pays_late(calendar, lease)

    numbers = {}
    for charge in ("RENT", "LATE_FEE", "INTEREST"):
        path = {"payment_id": lease.rows(charge)[0]["id"]}
        numbers[charge] = text_of(call(download_invoice, as_=lease.client, path=path))

    assert "For rent invoice" not in numbers["RENT"]
    rent = numbers["RENT"].removeprefix("Invoice ").split()[0]
    assert f"Supply period 1 February 2025 – 28 February 2025 For rent invoice {rent} Lease" in numbers["LATE_FEE"]
    assert f"For rent invoice {rent} Lease" in numbers["INTEREST"]


def lease_pays_late(calendar, lease):
    for moment in ("2025-02-07", "2025-03-03"):
        calendar.set(f"{moment}T08:00:00Z")
        calendar.run()
    lease.pay(lease.payments()[0], paid_date="2025-03-03")
    calendar.run(charge_late)


def test_late_charges_of_missed_days_are_caught_up_once(calendar, lease):
    """Quality 70: nobody ran anything between January and the day after the money came."""
    calendar.set("2025-03-04T08:00:00Z")
    calendar.run()
    lease.pay(lease.payments()[0], paid_date="2025-03-03")
    lease.pay(lease.payments()[1], paid_date="2025-03-03")
    together([lambda: calendar.run(charge_late)] * 3)
    calendar.run()
    calendar.run()

    assert [(charge, amount) for charge, amount, _ in charged(lease)] == [
        ("LATE_FEE", 250),
        ("INTEREST", Decimal("73.97")),
    ]


def test_a_payment_within_the_grace_period_costs_nothing(calendar, lease):
    live(calendar, "2025-02-07", since="2025-02-01")
    # Recorded late, but it had come in time.
    calendar.set("2025-02-06T20:00:00Z")
    lease.pay(lease.payments()[1], paid_date="2025-02-06")
    second = calendar.lease(start=date(2025, 3, 1), months=1, late_policy=POLICY)
    calendar.set("2025-03-06T08:00:00Z")
    calendar.run()
    second.pay(second.payments()[0], paid_date="2025-03-06")
    calendar.set("2025-03-20T08:00:00Z")
    calendar.run()

    assert charged(second) == []
    [row] = second.rows()
    assert row["late_until"] == date(2025, 3, 6)


def test_partial_payments_reduce_interest_from_their_day_and_the_late_fee(calendar, lease):
    calendar.set("2025-02-04T08:00:00Z")
    calendar.run()
    first = lease.payments()[0]
    lease.pay(first, amount=1000, paid_date="2025-02-04")
    calendar.set("2025-02-21T08:00:00Z")
    calendar.run()
    lease.pay(first, amount=2000, paid_date="2025-02-21")
    calendar.set("2025-02-28T08:00:00Z")
    lease.pay(first, paid_date="2025-02-28")
    calendar.run()

    # 3 days of 5,000, 17 of 4,000, 7 of 2,000: (15,000 + 68,000 + 14,000) × 18 % ÷ 365.
    assert [(charge, amount) for charge, amount, _ in charged(lease)] == [
        ("LATE_FEE", 200),
        ("INTEREST", Decimal("47.84")),
    ]


def test_unpaid_rent_is_charged_interest_every_ninety_days(calendar, lease):
    live(calendar, "2025-08-05", since="2025-02-01")

    # Every installment at its own 90 days; the first one of 90 days of 5,000: 221.92, then as much again.
    days = [row["period_start"] for row in lease.rows("INTEREST")]
    assert {row["due_date"] - row["period_start"] for row in lease.rows("INTEREST")} == {timedelta(days=14)}
    assert days[:4] == [date(2025, 5, 2), date(2025, 5, 30), date(2025, 6, 30), date(2025, 7, 30)]
    assert date(2025, 7, 31) in days
    amounts = [row["amount"] for row in lease.rows("INTEREST")]
    assert amounts[0] == Decimal("221.92")
    first = lease.rows()[0]
    assert first["interest_charged"] == Decimal("443.84")
    assert len(lease.rows("LATE_FEE")) == 6


def test_late_fees_and_interest_bear_no_late_charges(calendar, lease):
    live(calendar, "2025-08-05", since="2025-02-01")

    assert {row["amount"] for row in lease.rows("LATE_FEE")} == {250}
    assert {row["late_until"] for row in lease.rows("LATE_FEE") + lease.rows("INTEREST")} == {None}


def test_interest_continues_after_a_payment_is_reversed(calendar, lease):
    lease_pays_late(calendar, lease)
    first = lease.payments()[0]
    assert first["status"] == "PAID"
    calendar.set("2025-03-10T08:00:00Z")
    assert reverse(lease, first).json["status"] == "OVERDUE"
    calendar.run(charge_late)
    assert len(lease.rows("INTEREST")) == 1

    calendar.set("2025-04-02T08:00:00Z")
    lease.pay(first, paid_date="2025-04-02")
    calendar.run(charge_late)

    # 60 days in all: 147.95, of which 73.97 were asked for; no second fee.
    of_first = [row["amount"] for row in lease.rows("INTEREST")]
    assert of_first == [Decimal("73.97"), Decimal("73.98")]
    assert len([row for row in lease.rows("LATE_FEE") if row["period_start"] == date(2025, 2, 1)]) == 1


def test_a_bounced_payment_incurs_late_charges_from_the_due_date(calendar, lease):
    calendar.set("2025-02-03T08:00:00Z")
    calendar.run()
    first = lease.payments()[0]
    lease.pay(first, paid_date="2025-02-03")
    calendar.set("2025-02-20T08:00:00Z")
    calendar.run()
    assert charged(lease) == []

    reverse(lease, first)
    calendar.run(charge_late)

    assert charged(lease) == [("LATE_FEE", 250, date(2025, 3, 6))]


def test_a_payment_recorded_late_takes_back_the_interest_of_its_days(calendar, lease):
    calendar.set("2025-02-10T08:00:00Z")
    calendar.run()
    calendar.set("2025-05-02T08:00:00Z")
    calendar.run()
    assert [row["amount"] for row in lease.rows("INTEREST")] == [Decimal("221.92")]

    lease.pay(lease.payments()[0], paid_date="2025-03-03")
    calendar.set("2025-05-03T08:00:00Z")
    calendar.run(charge_late)

    [interest] = lease.rows("INTEREST")
    assert (interest["credited_amount"], interest["owed"]) == (Decimal("147.95"), Decimal("73.97"))
    assert lease.rows()[0]["interest_charged"] == Decimal("73.97")
    [note] = invoices(lease, kind="CREDIT_NOTE")
    assert (note["payment_id"], note["total_amount"], note["due_date"]) == (
        str(interest["id"]),
        Decimal("147.95"),
        None,
    )
    assert [one["net"] for one in note["credits"]] == [Decimal("147.95")]


def test_interest_that_was_waived_is_not_credited_again(calendar, lease):
    calendar.set("2025-02-10T08:00:00Z")
    calendar.run()
    calendar.set("2025-05-02T08:00:00Z")
    calendar.run()
    [interest] = lease.rows("INTEREST")
    [asked] = [one for one in invoices(lease) if one["payment_id"] == str(interest["id"])]
    assert credit(lease, asked, amount=200).status == 201

    lease.pay(lease.payments()[0], paid_date="2025-03-03")
    calendar.set("2025-05-03T08:00:00Z")
    calendar.run(charge_late)

    # 147.95 would be too much, but only 21.92 were left.
    assert [one["total_amount"] for one in invoices(lease, kind="CREDIT_NOTE")] == [Decimal("21.92"), 200]
    [interest] = lease.rows("INTEREST")
    assert (interest["owed"], interest["status"]) == (0, "CANCELLED")


def test_without_a_late_policy_nothing_is_charged(calendar):
    calendar.set("2025-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2025, 2, 1), months=2)
    calendar.set("2025-12-01T08:00:00Z")
    calendar.run()

    assert charged(lease) == []


def test_the_grace_period_ends_at_the_buildings_midnight(calendar):
    calendar.set("2025-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2025, 2, 1), months=1, late_policy=POLICY, timezone="Pacific/Kiritimati")
    calendar.set("2025-02-06T09:59:59Z")
    calendar.run()
    assert charged(lease) == []

    calendar.set("2025-02-06T10:00:00Z")
    calendar.run()
    assert charged(lease) == [("LATE_FEE", 250, date(2025, 2, 21))]


def test_only_the_parties_and_staff_may_read_the_explanation_of_an_amount(lease, call, world):
    payment = {"payment_id": lease.rows()[0]["id"]}

    told = call(explain_payment, as_=lease.client, path=payment).json
    assert (told["amount"], told["steps"][-1]["result"]) == (5000, 5000)
    assert call(explain_payment, as_=world.client(), path=payment).status == 404
    assert call(explain_payment, as_=lease.owner, path={"payment_id": other_id()}).status == 404


@pytest.fixture
def small(calendar):
    """600 a month with 5 % for being late, at least nothing; the first is unpaid and has its fee of 30."""
    calendar.set("2027-01-05T08:00:00Z")
    policy = {"grace_days": 5, "fee_percent": 5, "min_fee": 0, "annual_interest_percent": 0}
    lease = calendar.lease(start=date(2027, 2, 1), months=3, bid_amount=600, late_policy=policy)
    calendar.set("2027-02-10T08:00:00Z")
    calendar.run()
    [fee] = lease.rows("LATE_FEE")
    assert (fee["amount"], fee["due_date"]) == (30, date(2027, 2, 24))
    return lease


@pytest.mark.parametrize(
    ("amount", "day", "left", "status"),
    [
        (600, "2027-02-06", 0, "CANCELLED"),
        (500, "2027-02-06", 5, "SCHEDULED"),
        (600, "2027-02-07", 30, "SCHEDULED"),
        (500, "2027-02-10", 30, "SCHEDULED"),
    ],
)
def test_a_fee_follows_money_that_proves_to_have_come_in_time(small, amount, day, left, status):
    assert small.pay(small.payments()[0], amount=amount, paid_date=day).status == 200

    [fee] = small.rows("LATE_FEE")
    assert (fee["amount"] - fee["credited_amount"], fee["status"]) == (left, status)
    assert small.ledger()[1] == 600 - amount + left
    notes = invoices(small, kind="CREDIT_NOTE")
    assert [(note["total_amount"], note["reason"]) for note in notes] == [
        (30 - left, "Money for the installment came in time.")
    ] * (left < 30)


def test_what_was_paid_of_a_fee_that_proves_wrong_becomes_credit(small):
    [fee] = small.rows("LATE_FEE")
    small.pay({"id": fee["id"]}, paid_date="2027-02-10")
    small.pay(small.payments()[0], paid_date="2027-02-03")

    assert small.rows()[1]["paid_amount"] == 30
    assert small.ledger()[1] == -30


def test_a_credit_note_of_a_later_day_lowers_no_fee(calendar, small):
    [invoice] = [one for one in invoices(small) if one["payment_id"] == small.payments()[0]["id"]]
    credit(small, invoice, amount=300)

    small.pay(small.payments()[0], amount=100, paid_date="2027-02-03")

    [fee] = small.rows("LATE_FEE")
    assert fee["amount"] - fee["credited_amount"] == 25


def test_a_fee_and_interest_are_due_when_the_policy_says(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    policy = {"grace_days": 0, "fee_percent": 0, "min_fee": 50, "annual_interest_percent": 10, "fee_due_days": 3}
    lease = calendar.lease(start=date(2027, 2, 1), months=1, late_policy=policy)
    calendar.set("2027-02-02T08:00:00Z")
    calendar.run()
    lease.pay(lease.rows()[0], paid_date="2027-02-02")
    calendar.run()

    assert [row["due_date"] for row in lease.rows("LATE_FEE") + lease.rows("INTEREST")] == [date(2027, 2, 5)] * 2
    at(calendar, "2027-02-05")
    assert {row["status"] for row in lease.rows("INTEREST")} == {"DUE"}
    at(calendar, "2027-02-06")
    assert {row["status"] for row in lease.rows("INTEREST")} == {"OVERDUE"}


def bounce(lease, payment):
    """The reversal of its latest money, and what the platform makes of it."""
    assert reverse(lease, payment).status == 200
    events = [one for one in lease.world.event_details(payment["id"]) if one["name"] == "payment.reversed"]
    assert invoke(raise_fees, *events) == []


@pytest.mark.parametrize(("amount", "lowered"), [(600, 30), (500, 25)])
def test_a_fee_is_raised_again_when_the_money_that_lowered_it_bounces(calendar, small, amount, lowered):
    rent = small.rows()[0]
    small.pay(rent, amount=amount, paid_date="2027-02-03")
    calendar.set("2027-02-20T08:00:00Z")

    bounce(small, rent)

    first, again = small.rows("LATE_FEE")
    assert (first["amount"] - first["credited_amount"], again["amount"]) == (30 - lowered, lowered)
    assert again["due_date"] == date(2027, 3, 6)
    issued = [one for one in invoices(small, kind="INVOICE") if one["payment_id"] == str(again["id"])]
    assert [(one["total_amount"], one["issued_on"]) for one in issued] == [(lowered, "2027-02-20")]
    shown = [
        text_of(small.call(download_invoice, as_=small.client, path={"payment_id": fee["id"]}))
        for fee in (first, again)
    ]
    assert len({one.partition("Supply period")[2].partition("Lease")[0] for one in shown}) == 1
    assert "For rent invoice INV-" in shown[1]
    steps = small.call(explain_payment, as_=small.client, path={"payment_id": again["id"]}).json["steps"]
    assert steps[-1]["inputs"] == {"fee": 30, "charged": 30 - lowered}
    assert small.ledger()[1] == 630
    # Once, and what comes in time after all lowers it again.
    small.world.sql("DELETE FROM inbox WHERE consumer = 'raise_fees'")
    bounce_again = [one for one in small.world.event_details(rent["id"]) if one["name"] == "payment.reversed"]
    assert invoke(raise_fees, *bounce_again) == []
    assert len(small.rows("LATE_FEE")) == 2
    small.pay(rent, amount=600, paid_date="2027-02-04")
    assert sum(row["owed"] for row in small.rows("LATE_FEE")) == 0
    assert small.ledger()[1] == 0
    bounce(small, rent)
    assert sum(row["owed"] for row in small.rows("LATE_FEE")) == 30
    calendar.set("2027-03-10T08:00:00Z")
    calendar.run()
    # The next installment has a fee of its own.
    assert date(2027, 3, 1) in {row["period_start"] for row in small.rows("LATE_FEE")}


def test_a_fee_that_was_waived_is_not_raised_again(calendar, small):
    rent, [fee] = small.rows()[0], small.rows("LATE_FEE")
    small.pay(rent, amount=500, paid_date="2027-02-03")
    [invoice] = [one for one in invoices(small, kind="INVOICE") if one["payment_id"] == str(fee["id"])]
    credit(small, invoice, reason="Goodwill")
    calendar.set("2027-02-20T08:00:00Z")

    bounce(small, rent)

    # Five of it were waived; the twenty-five that the money had lowered are asked for again.
    assert [row["owed"] for row in small.rows("LATE_FEE")] == [0, 25]


def test_money_that_came_late_leaves_the_fee_when_it_bounces(small):
    rent = small.rows()[0]
    small.pay(rent, amount=600, paid_date="2027-02-10")

    bounce(small, rent)

    assert [row["owed"] for row in small.rows("LATE_FEE")] == [30]


def lease_with(calendar, start, amount, **policy):
    """A lease of three months whose first installment is that much."""
    calendar.set(f"{start - timedelta(days=27)}T08:00:00Z")
    policy = {"fee_percent": 0, "min_fee": 0, "annual_interest_percent": 0} | policy
    return calendar.lease(start=start, months=3, bid_amount=amount, late_policy=policy)


def net(lease, charge):
    """What is asked for of that charge, less credit notes."""
    return sum(row["amount"] - row["credited_amount"] for row in lease.rows(charge))


def at(calendar, *days):
    for day in days:
        calendar.set(f"{day}T08:00:00Z")
        calendar.run()


@pytest.fixture
def paid_late(calendar):
    """1,100 due on 1 July 2027 with three percent and 14.6 percent a year, paid on the 11th."""
    lease = lease_with(
        calendar, date(2027, 7, 1), 1100, grace_days=2, fee_percent=3, annual_interest_percent=Decimal("14.6")
    )
    at(calendar, "2027-07-01", "2027-07-04", "2027-07-11")
    lease.pay(lease.rows()[0], paid_date="2027-07-11")
    calendar.run()
    assert (net(lease, "LATE_FEE"), net(lease, "INTEREST")) == (33, Decimal("4.40"))
    return lease


def paid_again(calendar, lease, today, paid_date, **changes):
    """On that day the latest money is reversed, and recorded with another date."""
    calendar.set(f"{today}T08:00:00Z")
    bounce(lease, lease.rows()[0])
    assert lease.pay(lease.rows()[0], paid_date=paid_date, **changes).status == 200


@pytest.mark.parametrize("day", ["2027-07-03", "2027-07-01", "2027-06-28"])
def test_interest_is_credited_when_money_proves_to_have_come_in_time(calendar, paid_late, day):
    paid_again(calendar, paid_late, "2027-07-12", day)
    calendar.run(charge_late)
    calendar.run(charge_late)

    assert (net(paid_late, "LATE_FEE"), net(paid_late, "INTEREST")) == (0, 0)
    assert paid_late.rows()[0]["interest_charged"] == 0
    notes = {note["reason"]: note["total_amount"] for note in invoices(paid_late, kind="CREDIT_NOTE")}
    assert notes == {
        "Money for the installment came in time.": 33,
        "Interest recalculated: money came in earlier than was known.": Decimal("4.40"),
    }
    assert paid_late.ledger()[1] == 0


def test_interest_is_charged_once_however_often_the_day_of_the_money_changes(calendar, paid_late):
    paid_again(calendar, paid_late, "2027-07-12", "2027-07-03")
    calendar.run(charge_late)
    paid_again(calendar, paid_late, "2027-07-13", "2027-07-11")
    calendar.run(charge_late)

    assert (net(paid_late, "LATE_FEE"), net(paid_late, "INTEREST")) == (33, Decimal("4.40"))
    paid_again(calendar, paid_late, "2027-07-14", "2027-07-11")
    calendar.run(charge_late)
    assert (net(paid_late, "LATE_FEE"), net(paid_late, "INTEREST")) == (33, Decimal("4.40"))


def test_interest_follows_parts_of_the_money_whose_last_day_is_the_same(calendar, paid_late):
    paid_again(calendar, paid_late, "2027-07-12", "2027-07-06", amount=600)
    paid_late.pay(paid_late.rows()[0], paid_date="2027-07-11")
    calendar.run(charge_late)

    # 1,100 for five days and 500 for five at 14.6 percent: 2.20 + 1.00.
    assert net(paid_late, "INTEREST") == Decimal("3.20")


def test_interest_that_was_waived_is_not_charged_again(calendar, paid_late):
    [interest] = paid_late.rows("INTEREST")
    [asked] = [one for one in invoices(paid_late) if one["payment_id"] == str(interest["id"])]
    credit(paid_late, asked, amount=3)
    paid_again(calendar, paid_late, "2027-07-12", "2027-07-03")
    calendar.run(charge_late)
    assert (net(paid_late, "INTEREST"), paid_late.rows()[0]["interest_charged"]) == (0, 3)

    paid_again(calendar, paid_late, "2027-07-13", "2027-07-11")
    calendar.run(charge_late)

    assert net(paid_late, "INTEREST") == Decimal("1.40")


@pytest.mark.parametrize("recorded_on", ["2027-06-07", "2027-06-08"])
def test_interest_begins_with_the_fee_on_the_day_after_the_grace(calendar, recorded_on):
    lease = lease_with(
        calendar, date(2027, 6, 1), 4165, grace_days=5, fee_percent=5, annual_interest_percent=9, min_fee=0
    )
    at(calendar, "2027-06-01", "2027-06-07")
    assert (net(lease, "LATE_FEE"), net(lease, "INTEREST")) == (Decimal("208.25"), 0)
    calendar.set(f"{recorded_on}T08:00:00Z")
    lease.pay(lease.rows()[0], paid_date="2027-06-07")
    calendar.run(charge_late)

    assert (net(lease, "LATE_FEE"), net(lease, "INTEREST")) == (Decimal("208.25"), Decimal("6.16"))
    paid_again(calendar, lease, "2027-06-09", "2027-06-06")
    calendar.run(charge_late)
    assert (net(lease, "LATE_FEE"), net(lease, "INTEREST")) == (0, 0)
    paid_again(calendar, lease, "2027-06-10", "2027-06-07")
    calendar.run(charge_late)
    assert (net(lease, "LATE_FEE"), net(lease, "INTEREST")) == (Decimal("208.25"), Decimal("6.16"))


@pytest.fixture
def cheque(calendar):
    """1,785 due on 1 May 2027 with five percent, at least 50; a cheque of 1,000 has counted when the fee is charged."""
    lease = lease_with(calendar, date(2027, 5, 1), 1785, grace_days=5, fee_percent=5, min_fee=50)
    at(calendar, "2027-05-01", "2027-05-03")
    lease.pay(lease.rows()[0], amount=1000, paid_date="2027-05-03")
    at(calendar, "2027-05-07")
    assert net(lease, "LATE_FEE") == 50
    calendar.set("2027-05-08T08:00:00Z")
    return lease


def test_a_fee_rises_when_the_money_bounces_that_counted_when_it_was_charged(cheque):
    bounce(cheque, cheque.rows()[0])

    assert [row["amount"] for row in cheque.rows("LATE_FEE")] == [50, Decimal("39.25")]
    assert cheque.ledger()[1] == Decimal("1874.25")
    cheque.pay(cheque.rows()[0], amount=1000, paid_date="2027-05-03")
    assert net(cheque, "LATE_FEE") == 50
    bounce(cheque, cheque.rows()[0])
    assert net(cheque, "LATE_FEE") == Decimal("89.25")


def test_a_fee_that_rises_leaves_out_what_was_waived(cheque):
    [fee] = cheque.rows("LATE_FEE")
    [invoice] = [one for one in invoices(cheque) if one["payment_id"] == str(fee["id"])]
    credit(cheque, invoice, amount=20, reason="Goodwill")

    bounce(cheque, cheque.rows()[0])

    assert net(cheque, "LATE_FEE") == Decimal("69.25")
