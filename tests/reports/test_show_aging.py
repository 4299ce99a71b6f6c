"""Who owes what, and for how long: calculated by hand."""

import csv
import io
from decimal import Decimal

import pytest

from functions.reports.show_aging import show_aging
from tests.call import call

FIGURES = ("current", "days_1_30", "days_31_60", "days_61_90", "days_over_90", "total")
BESIDE = ("unapplied_credit", "prepaid", "ledger_balance")
DEPOSITS = ("deposit_held", "deposits_in_journal")


def tied(balance, credit=0, prepaid=0):
    """The figures beside the buckets of a total that ties."""
    figures = dict(zip(BESIDE, (credit, prepaid, balance), strict=True))
    return figures | dict.fromkeys(DEPOSITS, 0) | {"ties": True}


def aging_of(portfolio, as_of="2026-08-31", headers=None, **query):
    query = {"as_of": as_of} | query if as_of else query
    return call(show_aging, as_=portfolio.owner, query=query, headers=headers)


def ages_of(portfolio, **asked):
    return {row["tenant"]: tuple(row[name] for name in FIGURES) for row in aging_of(portfolio, **asked).json["data"]}


@pytest.fixture
def debts(portfolio):
    """Unpaid installments on the edges of every bucket, as of 2026-08-31."""
    late = portfolio.lease(portfolio.space("Suite 1"), "Late", rent=100)
    for due, amount in (
        ("2026-08-31", 1),  # 0 days
        ("2026-08-30", 2),  # 1
        ("2026-08-01", 4),  # 30
        ("2026-07-31", 8),  # 31
        ("2026-07-02", 16),  # 60
        ("2026-07-01", 32),  # 61
        ("2026-06-02", 64),  # 90
        ("2026-06-01", 128),  # 91
        ("2026-09-10", 256),  # not due, and not asked for
    ):
        portfolio.payment(late, due, amount, status="SCHEDULED", invoiced=due < "2026-09")
    return portfolio.long_ago()


def test_the_aging_report_puts_debts_into_the_right_buckets(debts):
    assert ages_of(debts) == {"Late": (1, 2 + 4, 8 + 16, 32 + 64, 128, 255)}
    assert aging_of(debts).json["totals"] == [
        {"currency": "USD", **dict(zip(FIGURES, (1, 6, 24, 96, 128, 255), strict=True)), **tied(255)}
    ]


def test_invoiced_amounts_count_as_current_before_they_are_due(debts, world):
    own = debts.owner.organization_id
    [payment] = world.sql("SELECT id FROM payments WHERE amount = 256 AND owner_organization_id = %(own)s", own=own)
    debts.invoice(payment["id"], "2026-08-31", 1)

    assert ages_of(debts, as_of="2026-08-30")["Late"][0] == 2  # due today
    assert ages_of(debts)["Late"][0] == 1 + 256


def test_the_aging_report_counts_partial_payments_reversals_and_credit_notes(portfolio):
    lease = portfolio.lease(portfolio.space("Suite 1"), "Some")
    part = portfolio.payment(lease, "2026-08-01", 1000, tax_amount=80)
    portfolio.money(part, "2026-08-05", 300)
    bounced = portfolio.money(part, "2026-08-06", 200)
    portfolio.money(part, "2026-08-20", 200, "REVERSAL", reverses=bounced)
    portfolio.money(part, "2026-08-21", 50, "CREDIT")
    credited = portfolio.payment(lease, "2026-07-01", 500, credited_amount=100, invoiced=False)
    portfolio.invoice(credited, "2026-06-21", 1, "CREDIT_NOTE", 100, portfolio.invoice(credited, "2026-06-21", 2))
    portfolio.payment(lease, "2026-06-01", 7000, status="CANCELLED")
    paid = portfolio.payment(lease, "2026-05-01", 600, status="PAID", paid_amount=600, paid_date="2026-08-10")
    portfolio.money(paid, "2026-08-10", 600)
    portfolio.long_ago()

    # 1,080 less 300, less 200 until it bounced; 500 less 100; 600 until it was paid.
    assert ages_of(portfolio, as_of="2026-08-09") == {"Some": (0, 580, 400, 0, 600, 1580)}
    assert ages_of(portfolio, as_of="2026-08-10") == {"Some": (0, 580, 400, 0, 0, 980)}
    assert ages_of(portfolio, as_of="2026-08-20") == {"Some": (0, 780, 400, 0, 0, 1180)}
    assert ages_of(portfolio, as_of="2026-04-30") == {}


def test_an_amount_settled_by_a_credit_note_counts_as_open_before_it(portfolio):
    lease = portfolio.lease(portfolio.space("Suite 1"), "Some")
    paid = {"status": "PAID", "paid_date": "2026-05-03", "paid_amount": 300, "credited_amount": 200}
    may = portfolio.payment(lease, "2026-05-01", 500, **paid, invoiced=False)
    portfolio.money(may, "2026-05-03", 300)
    portfolio.invoice(may, "2026-07-10", 1, "CREDIT_NOTE", 200, portfolio.invoice(may, "2026-04-21", 2))
    portfolio.long_ago()

    assert ages_of(portfolio, as_of="2026-06-15") == {"Some": (0, 0, 200, 0, 0, 200)}
    assert ages_of(portfolio, as_of="2026-07-10") == {}


def test_credit_counts_from_the_day_on_which_it_was_applied(portfolio):
    lease = portfolio.lease(portfolio.space("Suite 1"), "Some")
    paid = {"status": "PAID", "paid_date": "2026-06-01"}
    june = portfolio.payment(lease, "2026-06-01", 500, paid_amount=300, credited_amount=200, **paid, invoiced=False)
    portfolio.money(june, "2026-06-01", 500)
    portfolio.invoice(june, "2026-07-10", 1, "CREDIT_NOTE", 200, portfolio.invoice(june, "2026-05-21", 2))
    portfolio.money(june, "2026-07-10", 200, "FREED")
    july = portfolio.payment(lease, "2026-07-01", 500, paid_amount=200)
    moved = portfolio.money(july, "2026-07-10", 200, "APPLIED")
    portfolio.long_ago()

    assert ages_of(portfolio, as_of="2026-05-31") == {"Some": (500, 0, 0, 0, 0, 500)}
    assert ages_of(portfolio, as_of="2026-07-09") == {"Some": (0, 500, 0, 0, 0, 500)}
    assert ages_of(portfolio, as_of="2026-07-10") == {"Some": (0, 300, 0, 0, 0, 300)}

    portfolio.money(july, "2026-07-20", 200, "REVERSAL", reverses=moved)

    assert ages_of(portfolio, as_of="2026-07-20") == {"Some": (0, 500, 0, 0, 0, 500)}


def test_the_aging_report_keeps_currencies_apart(portfolio, world):
    for number, (tenant, currency) in enumerate([("Zeta", "USD"), ("Alpha", "EUR"), ("Alpha", "USD")]):
        lease = portfolio.lease(portfolio.space(f"Suite {number}"), tenant, currency=currency)
        portfolio.payment(lease, "2026-08-01", 100)
        portfolio.payment(lease, "2026-08-02", 1, "LATE_FEE")
    portfolio.long_ago()

    reply = aging_of(portfolio).json

    assert sorted((row["tenant"], row["currency"], row["total"]) for row in reply["data"]) == [
        ("Alpha", "EUR", 101),
        ("Alpha", "USD", 101),
        ("Zeta", "USD", 101),
    ]
    assert [(one["currency"], one["total"]) for one in reply["totals"]] == [("EUR", 101), ("USD", 202)]


def test_the_aging_report_shows_only_the_callers_debtors(debts, portfolios, world):
    other = portfolios()
    other.payment(other.lease(other.space("Suite 1"), "Another's"), "2026-08-01", 5)

    assert set(ages_of(debts)) == {"Late"}
    assert set(ages_of(other)) == {"Another's"}
    assert aging_of(other, building_id=debts.building).status == 404


def test_the_aging_report_is_available_as_csv(debts):
    [row] = csv.DictReader(io.StringIO(aging_of(debts, headers={"accept": "text/csv"}).body.decode()))

    assert (row["tenant"], row["days_over_90"], row["total"]) == ("Late", "128.00", "255.00")
    assert Decimal(row["current"]) == 1


def test_unapplied_credit_and_prepaid_installments_stand_beside_the_buckets(portfolio):
    lease = portfolio.lease(portfolio.space("Suite 1"), "Some")
    june = portfolio.payment(lease, "2026-06-01", 500, tax_amount=100, status="PAID", paid_amount=600)
    portfolio.money(june, "2026-06-01", 600)
    # 2,400 came on the first: three months ahead are settled by credit, and one of them is invoiced since.
    portfolio.money(june, "2026-06-01", 1800, "CREDIT")
    for due, issued in (("2026-07-01", "2026-06-21"), ("2026-08-01", "2026-07-22")):
        ahead = portfolio.payment(lease, due, 500, tax_amount=100, status="PAID", paid_amount=600, invoiced=False)
        portfolio.money(ahead, "2026-06-01", 600, "APPLIED")
        portfolio.invoice(ahead, issued, next(portfolio.numbers), tax=100)
    portfolio.payment(lease, "2026-09-01", 500, tax_amount=100, invoiced=False)
    portfolio.long_ago()

    def on(day):
        reply = aging_of(portfolio, as_of=day).json
        [row], [total] = reply["data"], reply["totals"]
        assert [row[name] for name in (*FIGURES, *BESIDE)] == [total[name] for name in (*FIGURES, *BESIDE)]
        return (row["total"], *(row[name] for name in BESIDE), total["ties"])

    assert on("2026-06-20") == (0, 600, 1200, -1800, True)
    assert on("2026-06-21") == (0, 600, 600, -1200, True)
    assert on("2026-07-22") == (0, 600, 0, -600, True)


def test_a_total_that_does_not_tie_says_so(portfolio):
    lease = portfolio.lease(portfolio.space("Suite 1"), "Some")
    # Its payment says 500, its invoice 400.
    portfolio.invoice(portfolio.payment(lease, "2026-08-01", 500, invoiced=False), "2026-08-01", 1, amount=400)
    portfolio.long_ago()

    [total] = aging_of(portfolio).json["totals"]

    assert (total["total"], total["ledger_balance"], total["ties"]) == (500, 400, False)


def test_of_a_day_ahead_the_aging_report_knows_no_amounts(debts):
    reply = aging_of(debts, as_of="2036-08-31").json
    [row], [total] = reply["data"], reply["totals"]

    assert {row[name] for name in (*FIGURES, *BESIDE, "deposit_held")} == {None}
    assert {total[name] for name in (*FIGURES, *BESIDE, *DEPOSITS, "ties")} == {None}


def test_a_correction_below_zero_of_an_earlier_release_is_unapplied_credit(portfolio):
    lease = portfolio.lease(portfolio.space("Suite 1"), "Some")
    portfolio.payment(lease, "2026-08-01", 500)
    portfolio.payment(lease, "2026-08-15", -120, installment_number=None, total_installments=None)
    portfolio.long_ago()

    [row] = aging_of(portfolio).json["data"]

    assert (row["total"], row["unapplied_credit"], row["ledger_balance"]) == (500, 120, 380)


def deposit_of(portfolio, lease, amount, paid_date):
    """A deposit that was paid on that day."""
    paid = {"status": "PAID", "paid_amount": amount, "paid_date": paid_date}
    deposit = portfolio.payment(lease, "2026-01-01", amount, "DEPOSIT", **paid)
    portfolio.money(deposit, paid_date, amount)
    return deposit


def test_the_deposits_held_are_those_of_the_journal_on_every_day_ended_leases_included(portfolio):
    ended = portfolio.lease(portfolio.space("Suite 1"), "Gone", end="2026-03-31", status="EXPIRED")
    deposit = deposit_of(portfolio, ended, 5000, "2026-01-05")
    portfolio.money(deposit, "2026-04-10", 1200, "DEPOSIT_RETURNED")
    deposit_of(portfolio, portfolio.lease(portfolio.space("Suite 2"), "Here"), 800, "2026-01-07")
    portfolio.long_ago()

    def on(day, **query):
        reply = aging_of(portfolio, as_of=day, **query).json
        held = {row["tenant"]: row["deposit_held"] for row in reply["data"] if row["deposit_held"]}
        return held, [tuple(total[name] for name in (*DEPOSITS, "ties")) for total in reply["totals"]]

    assert on("2026-01-06") == ({"Gone": 5000}, [(5000, 5000, True)])
    assert on("2026-01-07", basis="POSTED") == ({"Gone": 5000, "Here": 800}, [(5800, 5800, True)])
    assert on("2026-04-09") == ({"Gone": 5000, "Here": 800}, [(5800, 5800, True)])
    assert on("2026-04-10") == ({"Gone": 3800, "Here": 800}, [(4600, 4600, True)])
    assert on(None) == ({"Gone": 3800, "Here": 800}, [(4600, 4600, True)])


def test_a_deposit_that_the_journal_does_not_know_does_not_tie(portfolio):
    lease = portfolio.lease(portfolio.space("Suite 1"), "Some")
    # Its payment says 950; 900 came.
    paid = {"status": "PAID", "paid_amount": 950, "paid_date": "2026-01-05"}
    portfolio.money(portfolio.payment(lease, "2026-01-01", 900, "DEPOSIT", **paid), "2026-01-05", 900)
    portfolio.long_ago()

    [total] = aging_of(portfolio, as_of=None).json["totals"]

    assert (total["total"], total["ledger_balance"]) == (0, 0)
    assert tuple(total[name] for name in (*DEPOSITS, "ties")) == (950, 900, False)
