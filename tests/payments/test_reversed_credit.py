"""Money bounces whose credit has settled other payments: it is taken back from where it still settles something, and
nothing is taken twice, whatever was credited, cancelled, waived, returned or paid out since."""

from datetime import date
from decimal import Decimal

import pytest

from functions.payments.raise_fees import raise_fees
from functions.payments.return_deposit import return_deposit
from tests import invariants
from tests.payments.lease import books, credit, invoices
from tests.payments.test_refund_credit import refund, take_back, take_transfer_back, transfer
from tests.payments.test_reverse_payment import reverse
from tests.payments.test_waive_payment import waive
from tests.payments.test_write_off_payment import write_off

POLICY = {"grace_days": 5, "fee_percent": 5, "min_fee": 10, "annual_interest_percent": 18}
TERMS = {"bid_amount": 1000, "tax_percent": 10, "deposit_months": 2, "late_policy": POLICY}


@pytest.fixture
def lease(calendar):
    """1,100 a month, tax included, and a deposit of 2,000; nothing is paid, and there is a fee of 55 for February."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12, **TERMS)
    calendar.set("2027-02-20T08:00:00Z")
    calendar.run()
    assert [fee["owed"] for fee in lease.rows("LATE_FEE")] == [55]
    return lease


def unpaid(lease):
    """Nothing has come, and nothing is left: the account is what is asked for."""
    assert invariants.untied(lease.world.database_url, [lease.contract]) == {}
    assert {row["paid_amount"] for row in lease.payments()} == {0}
    assert books(lease)[1] == 0
    asked = sum(one["total_amount"] for one in invoices(lease, kind="INVOICE"))
    return lease.ledger()[1] == asked - sum(one["total_amount"] for one in invoices(lease, kind="CREDIT_NOTE"))


@pytest.mark.parametrize("first", ["RENT", "DEPOSIT"])
def test_all_that_was_prepaid_bounces_after_an_early_end(calendar, lease, first):
    payment = lease.rows(first)[0]
    # The deposit, twelve months, and the fee.
    lease.pay(payment, amount=2000 + 12 * 1100 + 55, paid_date="2027-02-20")
    assert {row["status"] for row in lease.payments()} == {"PAID"}
    lease.terminate("2027-05-16")
    # Half of May, and the eight months after it: 16 of 31 days, and their tax.
    assert books(lease)[1] == 8 * 1100 + Decimal("567.74")

    assert reverse(lease, payment).status == 200

    assert unpaid(lease)
    assert reverse(lease, payment).code == "NOTHING_TO_REVERSE"
    lease.pay(lease.rows()[0], amount=1100, paid_date="2027-02-20")
    assert lease.rows()[0]["status"] == "PAID"


def test_prepaid_credit_that_was_offset_comes_back_before_its_money_is_reversed(calendar, lease):
    other = calendar.lease(owner=lease.owner, client=lease.client, start=date(2027, 3, 1), months=2, bid_amount=1000)
    payment = lease.rows()[0]
    lease.pay(payment, amount=2000 + 12 * 1100 + 55, paid_date="2027-02-20")
    lease.terminate("2027-05-16", credit="OFFSET")
    before = (lease.rows(), lease.ledger(), books(other))
    assert books(other)[0] == [(1000, 0, "PAID")] * 2

    assert reverse(lease, payment).status == 200
    # What settled the other lease stays there, and is owed here.
    spent = sum(paid for paid, _, _ in books(other)[0])
    assert (books(other), reclaimed(lease)) == (before[2], [(spent, 0, "SCHEDULED")])
    assert tied(lease, other)

    [sent] = lease.world.sql(
        "SELECT id FROM payment_transactions WHERE contract_id = %(id)s AND kind = 'TRANSFER_OUT'", id=lease.contract
    )
    assert take_transfer_back(lease, sent["id"]).status == 200
    # The credit settles what fell due first.
    assert sum(row["paid_amount"] for row in lease.payments()) == spent
    assert tied(lease, other)
    assert [paid for paid, _, _ in books(other)[0]] == [0, 0]


def test_money_bounces_whose_credit_had_paid_a_fee_that_was_waived_since(calendar, lease):
    calendar.set("2027-03-10T08:00:00Z")
    calendar.run()
    deposit, [fee, _] = lease.rows("DEPOSIT")[0], lease.rows("LATE_FEE")
    lease.pay(deposit, paid_date="2027-03-10")
    second = lease.rows()[1]
    # March, and of the credit February, its fee, and 100 of what is due next.
    lease.pay(second, amount=1100 + 1100 + 55 + 100, paid_date="2027-03-10")
    waive(lease, fee)
    assert [row["paid_amount"] for row in lease.rows("LATE_FEE")] == [0, 55]

    assert reverse(lease, second).status == 200

    assert invariants.untied(lease.world.database_url, [lease.contract]) == {}
    assert [row["paid_amount"] for row in lease.rows() + lease.rows("LATE_FEE")] == [0] * 14
    assert (lease.rows("DEPOSIT")[0]["paid_amount"], books(lease)[1]) == (2000, 0)


def test_money_of_a_day_in_the_grace_bounces_and_the_fee_is_raised_again(calendar, lease, invoke):
    deposit = lease.rows("DEPOSIT")[0]
    lease.pay(deposit, amount=3200, paid_date="2027-02-04")
    assert [row["owed"] for row in lease.rows("LATE_FEE")] == [0]
    assert (lease.rows()[0]["paid_amount"], lease.rows()[1]["paid_amount"]) == (1100, 100)

    assert reverse(lease, deposit).status == 200

    assert unpaid(lease)
    told = [one for one in lease.world.event_details(deposit["id"]) if one["name"] == "payment.reversed"]
    assert invoke(raise_fees, *told) == []
    assert sorted(row["owed"] for row in lease.rows("LATE_FEE")) == [0, 55]
    assert unpaid(lease)


def test_money_bounces_whose_credit_had_paid_a_month_that_was_credited_in_part(calendar, lease):
    first, deposit = lease.rows()[0], lease.rows("DEPOSIT")[0]
    lease.pay(deposit, amount=2000 + 1100 + 55, paid_date="2027-02-20")
    [invoice] = [one for one in invoices(lease, kind="INVOICE") if one["payment_id"] == str(first["id"])]
    credit(lease, invoice, amount=330)
    assert [row["paid_amount"] for row in lease.rows()[:2]] == [770, 330 + 55]

    assert reverse(lease, deposit).status == 200

    assert unpaid(lease)
    assert lease.rows()[0]["owed"] == 770


def test_only_the_credit_of_the_money_that_bounces_goes(calendar):
    """The second month is paid by a transfer that leaves credit, and once it is open again by one that leaves none."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=4, bid_amount=1000)
    first, second, third, _ = lease.rows()
    lease.pay(first)
    lease.pay(third, amount=1400)
    lease.pay(second, amount=700)
    assert [row["paid_amount"] for row in lease.rows()] == [1000, 1000, 1000, 100]
    reverse(lease, third)
    assert [row["paid_amount"] for row in lease.rows()] == [1000, 700, 0, 0]
    assert lease.pay(second).json["paid_amount"] == 1000

    assert reverse(lease, second).status == 200

    assert [row["paid_amount"] for row in lease.rows()] == [1000, 700, 0, 0]
    assert reverse(lease, second).status == 200
    assert [row["paid_amount"] for row in lease.rows()] == [1000, 0, 0, 0]


def test_money_whose_credit_was_paid_out_bounces_and_the_client_owes_it_again(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1)
    [payment] = lease.rows()
    lease.pay(payment, amount=5400, allow_credit=True)
    back = refund(lease, 400, paid_date="2027-01-05").json["id"]

    assert reverse(lease, payment).status == 200

    assert (lease.rows()[0]["paid_amount"], books(lease)[1], lease.ledger()[1]) == (0, 0, 5400)
    [claim] = lease.rows("RECLAIM")
    assert (claim["owed"], claim["tax_amount"], claim["status"], str(claim["due_date"])) == (
        400,
        0,
        "SCHEDULED",
        "2027-01-05",
    )
    assert tied(lease)
    assert journal(lease) == {"BANK": -400, "RECEIVABLE": 5400, "RENT": -5000}
    assert lease.pay(claim, paid_date="2027-01-05").json["status"] == "PAID"
    assert (lease.ledger()[1], journal(lease), tied(lease)) == (5000, RENT, True)
    # The money that came for the claim bounces as well; the claim itself is no money.
    assert reverse(lease, claim).status == 200
    assert reverse(lease, claim).code == "NOTHING_TO_REVERSE"
    assert (lease.ledger()[1], tied(lease)) == (5400, True)

    take_back(lease, back)
    assert (lease.ledger()[1], reclaimed(lease), journal(lease)) == (5000, [(400, 0, "PAID")], RENT)
    assert tied(lease)


def test_what_is_reclaimed_falls_due_and_is_written_off(calendar):
    lease = refunded(calendar)
    calendar.set("2027-01-20T08:00:00Z")
    calendar.run()
    [claim] = lease.rows("RECLAIM")
    assert claim["status"] == "OVERDUE"

    assert write_off(lease, claim).status == 200
    assert (reclaimed(lease), lease.ledger()[1]) == ([(400, 400, "CANCELLED")], 5000)
    assert journal(lease) == RENT | {"BANK": -400, "BAD_DEBT": 400}
    assert tied(lease)


def test_a_second_cheque_of_the_same_day_is_a_claim_of_its_own(calendar):
    lease = refunded(calendar)
    [payment] = lease.rows()
    lease.pay(payment, amount=5700, allow_credit=True)
    assert reclaimed(lease) == [(400, 0, "PAID")]
    refund(lease, 300, paid_date="2027-01-05")

    assert reverse(lease, payment).status == 200

    assert sum(row["owed"] - row["paid_amount"] for row in lease.rows("RECLAIM")) == lease.ledger()[1] - 5000 == 700
    assert tied(lease)


RENT = {"RECEIVABLE": 5000, "RENT": -5000}
"""What the journal says of the first month, unpaid."""


def refunded(calendar):
    """A lease that has only 400 of refunded credit to claim back."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1)
    [payment] = lease.rows()
    lease.pay(payment, amount=5400, allow_credit=True)
    refund(lease, 400, paid_date="2027-01-05")
    assert reverse(lease, payment).status == 200
    return lease


def reclaimed(lease):
    return [(row["amount"], row["amount"] - row["owed"], row["status"]) for row in lease.rows("RECLAIM")]


def tied(*leases):
    return invariants.untied(leases[0].world.database_url, [lease.contract for lease in leases]) == {}


def journal(lease):
    """Each account's balance, but those that are even."""
    rows = lease.world.sql(
        "SELECT account, sum(debit - credit) AS balance FROM journal_lines WHERE contract_id = %(id)s GROUP BY account",
        id=lease.contract,
    )
    return {row["account"]: row["balance"] for row in rows if row["balance"]}


def test_money_is_reversed_where_the_credit_that_was_paid_out_is_other_moneys(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=2)
    first, second = lease.rows()
    lease.pay(first)
    lease.pay(second, amount=5900, allow_credit=True)
    refund(lease, 400, paid_date="2027-01-05")

    assert reverse(lease, first).status == 200

    assert [row["paid_amount"] for row in lease.rows()] == [500, 5000]
    assert reverse(lease, second).status == 200
    assert ([row["paid_amount"] for row in lease.rows()], books(lease)[1], tied(lease)) == ([0, 0], 0, True)


def test_credit_that_was_freed_and_paid_out_is_not_taken_back_with_its_transfer(calendar):
    """What was freed of a payment that the credit had settled is not there a second time."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1)
    other = calendar.lease(owner=lease.owner, client=lease.client, start=date(2027, 2, 1), months=1)
    lease.pay(lease.rows()[0], amount=6000, allow_credit=True)
    sent = transfer(lease, other.contract, 1000).json["id"]
    calendar.set("2027-02-01T08:00:00Z")
    calendar.run()
    [invoice] = invoices(other)
    assert credit(other, invoice, amount=4500).status == 201
    assert refund(lease, 500, contract=other.contract, paid_date="2027-02-01").status == 201

    assert take_transfer_back(lease, sent).code == "CREDIT_SPENT"


def test_a_deposit_that_credit_had_settled_and_that_was_returned_since_is_not_taken_back(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12, bid_amount=1000, deposit_months=2)
    third = lease.rows()[2]
    lease.pay(third, amount=3000)
    assert lease.rows("DEPOSIT")[0]["paid_amount"] == 2000
    calendar.set("2028-03-10T08:00:00Z")
    calendar.run()
    path = {"contract_id": lease.contract}
    body = {"paid_date": "2028-03-10", "payment_method": "bank_transfer", "amount": 1500}
    assert lease.call(return_deposit, as_=lease.owner, path=path, body=body).status == 200
    before = lease.ledger()[1]

    assert reverse(lease, third).status == 200
    assert (lease.rows("DEPOSIT")[0]["paid_amount"], lease.ledger()[1]) == (1500, before + 3000)
    assert [row["owed"] for row in lease.rows("RECLAIM")] == [1500]
    assert tied(lease)
