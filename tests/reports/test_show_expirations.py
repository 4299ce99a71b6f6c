"""In which years leases expire: calculated by hand."""

import csv
import io
from decimal import Decimal

import pytest

from functions.reports.show_expirations import show_expirations
from tests.call import call

D = Decimal


@pytest.fixture
def leases(portfolio):
    """8,000 sqft, 6,000 of them let in dollars and 1,000 in yen."""
    portfolio.lease(portfolio.space("Suite 1", 1000), end="2026-12-31", rent=1000)
    portfolio.lease(portfolio.space("Suite 2", 2000), end="2028-01-01", rent=3000)
    portfolio.lease(portfolio.space("Suite 3", 3000), start="2026-07-01", end="2028-12-31", rent=4000)
    portfolio.lease(portfolio.space("Suite 4", 1000), end="2028-06-30", rent=100000, currency="JPY")
    portfolio.lease(portfolio.space("Suite 5", 500), end="2026-06-14", rent=9999)
    portfolio.lease(portfolio.space("Suite 6", 500), end=None, term_months=None, contract_type="SALE", rent=1)
    return portfolio.long_ago()


def expirations_of(portfolio, as_of="2026-06-15", headers=None):
    return call(show_expirations, as_=portfolio.owner, query={"as_of": as_of}, headers=headers)


def test_the_expiration_report_groups_by_currency_and_year_with_running_shares(leases):
    columns = (
        "currency", "year", "leases", "area_sqft", "area_percent", "annual_rent", "rent_percent",
        "cumulative_area_percent", "cumulative_rent_percent",
    )  # fmt: skip

    rows = expirations_of(leases).json["data"]

    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("JPY", 2028, 1, 1000, D("12.50"), 1200000, 100, D("12.50"), 100),
        ("USD", 2026, 1, 1000, D("12.50"), 12000, D("12.50"), D("12.50"), D("12.50")),
        ("USD", 2028, 2, 5000, D("62.50"), 84000, D("87.50"), 75, 100),
    ]


def test_the_expiration_report_omits_leases_that_have_expired_by_the_day(leases):
    assert [(row["currency"], row["year"]) for row in expirations_of(leases, "2028-01-02").json["data"]] == [
        ("JPY", 2028),
        ("USD", 2028),
    ]
    assert expirations_of(leases, "2030-01-01").json["data"] == []


def test_the_expiration_report_is_available_as_csv(leases):
    reply = expirations_of(leases, headers={"accept": "text/csv"})

    rows = list(csv.DictReader(io.StringIO(reply.body.decode())))
    assert [(row["currency"], row["year"], row["annual_rent"]) for row in rows] == [
        ("JPY", "2028", "1200000"),
        ("USD", "2026", "12000.00"),
        ("USD", "2028", "84000.00"),
    ]
