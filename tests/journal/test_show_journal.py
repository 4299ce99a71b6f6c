"""The journal: every event as lines that balance, tied to the ledger, the open rows, the credit and the deposits."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from functions.journal.show_journal import show_journal
from functions.payments.apply_deposit import apply_deposit
from functions.payments.issue_invoices import issue_invoices
from functions.payments.return_deposit import return_deposit
from shared.kit.catalog import Role
from tests.journal.books import balances, days, entry, journal, put
from tests.payments.lease import credit, invoices
from tests.payments.test_refund_credit import refund, take_back, transfer
from tests.payments.test_reverse_payment import ledger, reverse
from tests.payments.test_write_off_payment import expect, write_off


@pytest.fixture
def lease(calendar):
    """Three months of 1,000 and 20 % tax from February on, with a deposit of a month; nothing is invoiced."""
    calendar.set("2027-01-10T08:00:00Z")
    return calendar.lease(start=date(2027, 2, 1), months=3, bid_amount=1000, tax_percent=20, deposit_months=1)


def at(calendar, day, *jobs):
    calendar.set(f"{day}T08:00:00Z")
    calendar.run(*jobs)


def test_an_invoice_and_its_payment_and_what_takes_them_back(calendar, lease):
    at(calendar, "2027-01-25", issue_invoices)
    rent = next(one for one in lease.payments() if one["charge"] == "RENT")
    lines = journal(lease)
    of_rent = [line for line in lines if line["reference"] == "INV-000002"]
    assert [(line["account"], line["debit"], line["credit"]) for line in of_rent] == [
        ("RECEIVABLE", 1200, 0),
        ("RENT", 0, 1000),
        ("TAX", 0, 200),
    ]
    assert {(line["source"], line["posted_on"], line["document_date"]) for line in lines} == {
        ("INVOICE", "2027-01-25", "2027-01-25")
    }
    assert {line["contract_id"] for line in lines} == {str(lease.contract)}

    at(calendar, "2027-02-03")
    lease.pay(rent, paid_date="2027-02-02", transaction_reference="WIRE-1")
    assert entry(journal(lease), "PAYMENT") == [("BANK", 1200), ("RECEIVABLE", -1200)]
    assert {one["reference"] for one in journal(lease) if one["source"] == "PAYMENT"} == {"WIRE-1"}

    reverse(lease, rent)
    assert entry(journal(lease), "REVERSAL") == [("BANK", -1200), ("RECEIVABLE", 1200)]

    note = invoices(lease, kind="INVOICE")
    credit(lease, next(one for one in note if one["payment_id"] == rent["id"]), amount=600)
    assert entry(journal(lease), "CREDIT_NOTE") == [("RECEIVABLE", -600), ("RENT", 500), ("TAX", 100)]


def test_a_deposit_is_asked_for_held_applied_and_returned(calendar, lease):
    """1,000 held; 150 settles what is open and 850 goes back."""
    at(calendar, "2027-01-25", issue_invoices)
    deposit = next(one for one in lease.payments() if one["charge"] == "DEPOSIT")
    asked = [line for line in journal(lease) if line["reference"] == "INV-000001"]
    assert [(line["account"], line["debit"] - line["credit"]) for line in asked] == [
        ("RECEIVABLE", 1000),
        ("DEPOSITS_ASKED", -1000),
    ]
    lease.pay(deposit, paid_date="2027-01-25")
    assert entry(journal(lease), "PAYMENT") == [
        ("BANK", 1000),
        ("DEPOSITS_ASKED", 1000),
        ("DEPOSITS_HELD", -1000),
        ("RECEIVABLE", -1000),
    ]
    for day in ("2027-02-20", "2027-03-25"):
        at(calendar, day)
    rents = [one for one in lease.payments() if one["charge"] == "RENT"]
    lease.pay(rents[0], amount=Decimal("3450.00"), paid_date="2027-03-25")
    at(calendar, "2027-05-02")
    path = {"contract_id": lease.contract}

    assert lease.call(apply_deposit, as_=lease.owner, path=path, body={"reason": "The last rent"}).status == 200
    body = {"paid_date": "2027-05-02", "payment_method": "bank_transfer"}
    assert lease.call(return_deposit, as_=lease.owner, path=path, body=body).status == 200

    lines = journal(lease, **{"from": "2027-05-02"})
    assert balances(lines) == {"DEPOSITS_HELD": 1000, "BANK": -850, "RECEIVABLE": -150}
    assert entry(lines, "DEPOSIT_APPLIED") == [("DEPOSITS_HELD", 150), ("TENANT_CREDIT", -150)]
    assert entry(lines, "APPLIED") == [("TENANT_CREDIT", 150), ("RECEIVABLE", -150)]
    assert entry(lines, "DEPOSIT_RETURNED") == [("BANK", -850), ("DEPOSITS_HELD", 850)]
    assert balances(journal(lease)) == {"BANK": 3600, "RENT": -3000, "TAX": -600}


def test_credit_ahead_of_an_invoice_stays_tenant_credit_until_it(calendar, lease):
    at(calendar, "2027-01-25", issue_invoices)
    deposit, rent = lease.payments()[:2]
    lease.pay(deposit, paid_date="2027-01-25")
    lease.pay(rent, amount=2700, paid_date="2027-01-25")

    # 1,500 beyond what was asked for: 1,200 settle March, 300 April, before either is invoiced.
    assert balances(journal(lease))["TENANT_CREDIT"] == -1500
    at(calendar, "2027-02-20", issue_invoices)
    march = [line for line in journal(lease) if line["posted_on"] == "2027-02-20"]
    assert [(line["account"], line["debit"] - line["credit"]) for line in march] == [
        ("RECEIVABLE", 1200),
        ("RENT", -1000),
        ("TAX", -200),
        ("TENANT_CREDIT", 1200),
        ("RECEIVABLE", -1200),
    ]
    assert balances(journal(lease))["TENANT_CREDIT"] == -300

    # The cheque bounced: what its credit settled is open again, before and after its invoice.
    reverse(lease, rent)
    left = balances(journal(lease))
    assert (left["RECEIVABLE"], left.get("TENANT_CREDIT", 0), left["BANK"]) == (2400, 0, 1000)


def test_money_that_came_before_its_invoice_settles_it_on_the_invoices_day(calendar, lease):
    at(calendar, "2027-01-25", issue_invoices)
    rent = next(one for one in lease.payments() if one["charge"] == "RENT")
    at(calendar, "2027-02-01")
    lease.pay(rent, paid_date="2027-01-20")

    paid = [line for line in journal(lease) if line["source"] == "PAYMENT"]
    assert [(line["posted_on"], line["account"], line["debit"] - line["credit"]) for line in paid] == [
        ("2027-01-20", "BANK", 1200),
        ("2027-01-20", "TENANT_CREDIT", -1200),
        ("2027-01-25", "TENANT_CREDIT", 1200),
        ("2027-01-25", "RECEIVABLE", -1200),
    ]
    assert balances(journal(lease, to="2027-01-20")) == {"BANK": 1200, "TENANT_CREDIT": -1200}


def test_a_write_off_relieves_tax_where_asked_and_is_mirrored_by_its_reversal(calendar, lease):
    at(calendar, "2027-01-25", issue_invoices)
    deposit, rent = lease.payments()[:2]
    write_off(lease, rent, amount=600, relieve_tax=True)
    assert entry(journal(lease), "WRITE_OFF") == [("BAD_DEBT", 500), ("TAX", 100), ("RECEIVABLE", -600)]
    expect(lease, rent)
    assert entry(journal(lease), "REVERSAL") == [("BAD_DEBT", -500), ("TAX", -100), ("RECEIVABLE", 600)]

    # A deposit that is not asked for any more was never earned: it is no bad debt.
    write_off(lease, deposit)
    lost = [line for line in journal(lease) if line["source"] == "WRITE_OFF"][-2:]
    assert [(line["account"], line["debit"] - line["credit"]) for line in lost] == [
        ("DEPOSITS_ASKED", 1000),
        ("RECEIVABLE", -1000),
    ]


def test_credit_that_leaves_and_comes_back_and_moves(calendar, lease):
    other = calendar.lease(start=date(2027, 6, 1), months=1, owner=lease.owner, client=lease.client)
    at(calendar, "2027-01-25", issue_invoices)
    lease.pay(lease.payments()[0], amount=6000, allow_credit=True, paid_date="2027-01-25")
    left = -balances(journal(lease))["TENANT_CREDIT"]
    paid = refund(lease, 100, paid_date="2027-01-25")
    assert entry(journal(lease), "REFUND") == [("BANK", -100), ("TENANT_CREDIT", 100)]
    take_back(lease, paid.json["id"])
    assert entry(journal(lease), "REVERSAL") == [("BANK", 100), ("TENANT_CREDIT", -100)]

    transfer(lease, other.contract, 200)

    moved = [line for line in journal(lease) if line["source"] == "TRANSFER_OUT"]
    assert [(line["contract_id"], line["account"], line["debit"] - line["credit"]) for line in moved] == [
        (str(lease.contract), "TENANT_CREDIT", 200),
        (str(other.contract), "TENANT_CREDIT", -200),
    ]
    assert balances(journal(lease), other.contract) == {"TENANT_CREDIT": -200}
    assert balances(journal(lease))["TENANT_CREDIT"] == -left


def test_late_income_is_not_rent(calendar):
    calendar.set("2027-01-10T08:00:00Z")
    policy = {"grace_days": 5, "fee_percent": 5, "min_fee": 0, "annual_interest_percent": 12}
    lease = calendar.lease(start=date(2027, 2, 1), months=1, bid_amount=1000, late_policy=policy)
    for day in ("2027-01-25", "2027-02-10", "2027-05-03"):
        at(calendar, day)
    assert balances(journal(lease))["RENT"] == -1000
    assert balances(journal(lease))["LATE_INCOME"] < -50


def test_on_every_day_the_journal_ties_to_the_ledger_as_posted(calendar, lease):
    """Whatever was entered when: by the day of posting, receivable less tenant credit is the ledger's balance."""
    at(calendar, "2027-01-25", issue_invoices)
    deposit, february = lease.payments()[:2]
    at(calendar, "2027-02-20")
    lease.pay(deposit, paid_date="2027-02-18")
    lease.pay(february, amount=1500, paid_date="2027-01-15")
    at(calendar, "2027-03-04")
    put(lease, "2027-02")
    reverse(lease, february)
    march = lease.payments()[2]
    lease.pay(march, amount=Decimal("2000.50"), paid_date="2027-02-25", allow_credit=True)
    at(calendar, "2027-04-05")
    refundable = Decimal("0.25")
    credit(lease, next(one for one in invoices(lease) if one["payment_id"] == march["id"]), amount=300)
    lease.pay(lease.payments()[3], amount=Decimal("3000.00"), paid_date="2027-03-30", allow_credit=True)
    refund(lease, refundable, paid_date="2027-03-31")

    account = ledger(lease)["data"]
    for day in days(date(2027, 1, 14), date(2027, 4, 6)):
        until = day.isoformat()
        booked = sum(line["debit"] - line["credit"] for line in account if line["posted_on"] <= until)
        sums = balances(journal(lease, to=until))
        assert sums.get("RECEIVABLE", 0) + sums.get("TENANT_CREDIT", 0) == booked, until


def test_pages_hold_whole_entries_in_the_order_in_which_they_were_entered(calendar, lease):
    for day in ("2027-01-25", "2027-02-25", "2027-03-25"):
        at(calendar, day, issue_invoices)
    for payment in lease.payments()[:2]:
        lease.pay(payment, paid_date="2027-03-25")

    whole = journal(lease)
    assert journal(lease, limit=1) == journal(lease, limit=2) == whole
    assert [line["entry_id"] for line in whole] == sorted(line["entry_id"] for line in whole)
    month = journal(lease, **{"from": "2027-02-01", "to": "2027-02-28"})
    assert month == [line for line in whole if "2027-02-01" <= line["posted_on"] <= "2027-02-28"]
    first = lease.call(show_journal, as_=lease.owner, query={"limit": 1, "to": "2027-03-25"})
    last = first.json["data"][-1]["entry_id"]
    assert first.headers["link"] == (
        f'<http://127.0.0.1:8000/api/v1/journal?to=2027-03-25&limit=1&after={last}>; rel="next"'
    )
    assert "link" not in lease.call(show_journal, as_=lease.owner, query={}).headers


def test_the_journal_as_a_spreadsheet(calendar, lease):
    at(calendar, "2027-01-25", issue_invoices)
    lease.pay(lease.payments()[1], paid_date="2027-01-25", transaction_reference="=HYPERLINK(1)")

    reply = lease.call(show_journal, as_=lease.owner, query={}, headers={"accept": "text/csv"})

    rows = list(csv.DictReader(io.StringIO(reply.body.decode() if isinstance(reply.body, bytes) else reply.body)))
    told = journal(lease)
    assert [row["entry_id"] for row in rows] == [line["entry_id"] for line in told]
    assert [(Decimal(row["debit"]), Decimal(row["credit"])) for row in rows] == [
        (line["debit"], line["credit"]) for line in told
    ]
    assert {row["reference"] for row in rows} == {"INV-000001", "INV-000002", "'=HYPERLINK(1)"}


def test_a_journal_is_the_owners_alone(calendar, lease):
    at(calendar, "2027-01-25", issue_invoices)
    assert journal(lease, user=lease.world.owner()) == []
    assert lease.call(show_journal, as_=lease.client, query={}).status == 403
    assert journal(lease, user=lease.world.colleague(lease.client, Role.FINANCIAL_OFFICER)) == []
    assert journal(lease, user=lease.world.colleague(lease.owner, Role.FINANCIAL_OFFICER)) == journal(lease)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2027-02-02", "to": "2027-02-01"}, "to"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"after": "1"}, "after"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(lease, query, field):
    reply = lease.call(show_journal, as_=lease.owner, query=query)
    assert (reply.status, reply.fields) == (400, [field])
