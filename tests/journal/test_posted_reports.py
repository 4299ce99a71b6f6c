"""Reports by the day of posting: they tie to the journal, and what they showed of a closed month stays."""

from datetime import date

from functions.contracts.download_statement import download_statement
from functions.reports.show_aging import show_aging
from functions.reports.show_rent_roll import show_rent_roll
from tests.journal.books import balances, days, journal, put
from tests.payments.lease import text_of
from tests.payments.test_reverse_payment import reverse


def aging(lease, as_of, basis="POSTED"):
    [total] = lease.call(show_aging, as_=lease.owner, query={"as_of": as_of, "basis": basis}).json["totals"]
    return total


def roll(lease, as_of):
    query = {"as_of": as_of, "basis": "POSTED"}
    [row] = lease.call(show_rent_roll, as_=lease.owner, query=query).json["data"]
    return {name: row[name] for name in ("past_due", "deposit_held", "unapplied_credit", "prepaid", "ledger_balance")}


def story(calendar):
    """Rent and deposit, paid early, late and too much; February is closed."""
    calendar.set("2027-01-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=4, tax_percent=20, deposit_months=1)
    for day in ("2027-01-25", "2027-02-20"):
        calendar.set(f"{day}T08:00:00Z")
        calendar.run()
    deposit, february = lease.payments()[:2]
    # Before its invoice.
    lease.pay(deposit, paid_date="2027-01-15")
    lease.pay(february, amount=13000, paid_date="2027-02-10")
    calendar.set("2027-03-10T08:00:00Z")
    calendar.run()
    put(lease, "2027-02")
    return lease, february


def test_on_every_day_the_aging_ties_to_the_journal(calendar):
    lease, _ = story(calendar)
    for day in days(date(2027, 1, 26), date(2027, 3, 10)):
        total, sums = aging(lease, day.isoformat()), balances(journal(lease, to=day.isoformat()))
        assert total["ties"] is True
        assert total["total"] == sums.get("RECEIVABLE", 0), day
        assert total["unapplied_credit"] + total["prepaid"] == -sums.get("TENANT_CREDIT", 0), day
        assert roll(lease, day.isoformat())["deposit_held"] == -sums.get("DEPOSITS_HELD", 0), day


def test_what_a_closed_month_showed_stays(calendar):
    lease, february = story(calendar)
    before = [(aging(lease, day), roll(lease, day)) for day in ("2027-02-15", "2027-02-28")]
    owed = aging(lease, "2027-02-28", "DOCUMENT")

    # The money of February bounced; a part of it comes again, dated in February.
    reverse(lease, february)
    lease.pay(february, amount=100, paid_date="2027-02-27")

    assert [(aging(lease, day), roll(lease, day)) for day in ("2027-02-15", "2027-02-28")] == before
    assert aging(lease, "2027-02-28", "DOCUMENT") != owed
    calendar.leases.clear()


def test_a_statement_by_the_days_of_posting(calendar):
    lease, february = story(calendar)
    lease.pay(lease.payments()[3], amount=10, paid_date="2027-02-27")

    def statement(**query):
        path = {"contract_id": lease.contract}
        return text_of(lease.call(download_statement, as_=lease.client, path=path, query=query))

    month = {"from": "2027-03-01", "to": "2027-03-31"}
    assert "1 Mar 2027 Payment" in statement(basis="POSTED", **month)
    assert "27 Feb 2027 Payment" in statement(basis="DOCUMENT", **{"from": "2027-02-20", "to": "2027-02-28"})
    assert "Payment" not in statement(**month)
