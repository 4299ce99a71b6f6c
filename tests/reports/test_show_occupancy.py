"""How full buildings are: the figures below are calculated by hand, or are examples of docs/spec/lease-maths.md."""

import csv
import io
from decimal import Decimal

import pytest

from functions.reports.show_occupancy import show_occupancy
from tests.call import call

D = Decimal
FREE = {"months": [6]}


def occupancy_of(portfolio, as_of="2026-06-15", headers=None, **query):
    return call(show_occupancy, as_=portfolio.owner, query={"as_of": as_of} | query, headers=headers)


def test_economic_occupancy_weighs_leases_by_rent_charged(portfolio):
    """80 at full rent and 10 at half: occupied 90 %, economic 85 % [docs/spec/lease-maths.md]."""
    for number in range(100):
        space = portfolio.space(f"Suite {number}", price=D(1000))
        if number < 90:
            portfolio.lease(space, rent=1000 if number < 80 else 500)
    portfolio.long_ago()

    totals = occupancy_of(portfolio).json["totals"]

    assert (totals["leased"], totals["occupied"]) == (D("0.9"), D("0.9"))
    assert totals["currencies"][0]["economic"] == D("0.85")


def test_the_average_remaining_term_is_weighted_by_rent(portfolio):
    """60k × 5 y and 40k × 10 y → 7.0 [docs/spec/lease-maths.md]; by area 1,000 × 5 and 4,000 × 10 → 9.0."""
    portfolio.lease(portfolio.space("Suite 1", 1000), start="2020-01-01", end="2030-12-31", rent=5000)
    portfolio.lease(portfolio.space("Suite 2", 4000), start="2020-01-01", end="2035-12-31", rent=D("3333.33"))
    portfolio.long_ago()

    totals = occupancy_of(portfolio, as_of="2025-12-31").json["totals"]

    assert totals["currencies"][0]["walt_years"] == D("7.00")
    assert totals["walt_by_area_years"] == D("9.00")


@pytest.fixture
def mixed(portfolio):
    """10,000 sqft: 4,000 let, 1,000 of it for nothing this month; 2,000 signed; 1,500 asked for in euros; 500 sold."""
    portfolio.lease(portfolio.space("Suite 1", 3000, price=D(10000)), rent=9000)
    portfolio.lease(portfolio.space("Suite 2", 1000, price=D(4000)), rent=3000, free_rent=FREE)
    portfolio.lease(portfolio.space("Suite 3", 2000, price=D(8000)), start="2026-07-01", end="2027-06-30", rent=7500)
    portfolio.space("Suite 4", 1500, price=D(5000), currency="EUR")
    portfolio.space("Suite 5", 2000, price=None)
    portfolio.lease(
        portfolio.space("Suite 6", 500, price=D(2000)),
        end=None,
        term_months=None,
        contract_type="SALE",
        rent=900000,
    )
    return portfolio.long_ago()


def test_the_occupancy_report_tells_leased_from_occupied_area(mixed):
    totals = occupancy_of(mixed).json["totals"]

    assert (totals["spaces"], totals["leasable_sqft"]) == (6, 10000)
    assert (totals["leased_sqft"], totals["occupied_sqft"], totals["vacant_sqft"]) == (6500, 4500, 3500)
    assert (totals["leased"], totals["occupied"]) == (D("0.65"), D("0.45"))


def test_the_occupancy_report_shows_rent_charged_for_each_currency(mixed):
    euro, dollar = occupancy_of(mixed).json["totals"]["currencies"]

    assert (euro["currency"], euro["rent_charged"], euro["asking_rent"], euro["economic"]) == ("EUR", 0, 5000, 0)
    # 9,000 of 10,000 + 4,000 + 8,000; the free month charges nothing, who has bought pays and is asked nothing.
    assert (dollar["rent_charged"], dollar["asking_rent"]) == (9000, 22000)
    assert dollar["economic"] == D("0.4091")
    # (9,000 + 3,000 + 7,500) × 12
    assert dollar["annual_rent"] == 234000


def test_a_portfolio_without_leasable_spaces_has_no_occupancy_rate(portfolio):
    totals = occupancy_of(portfolio).json["totals"]

    assert (totals["spaces"], totals["leased"], totals["occupied"], totals["walt_by_area_years"]) == (
        0,
        None,
        None,
        None,
    )
    assert totals["currencies"] == []


def test_the_occupancy_report_covers_each_building_and_the_total(mixed, world):
    second = world.building(mixed.owner)
    world.space(mixed.owner, building=second, gross_sqft=10000, usable_sqft=1)
    world.sql("UPDATE spaces SET created_at = '2020-01-01' WHERE building_id = %(id)s", id=second)

    reply = occupancy_of(mixed).json

    assert [(one["building_id"], one["leased"]) for one in reply["data"]] == [
        (str(mixed.building), D("0.65")),
        (str(second), 0),
    ]
    assert reply["totals"]["leased"] == D("0.325")
    assert [one["building_id"] for one in occupancy_of(mixed, building_id=second).json["data"]] == [str(second)]


def test_the_occupancy_report_as_csv_has_a_row_for_each_building_and_currency(mixed):
    reply = occupancy_of(mixed, headers={"accept": "text/csv"})

    rows = list(csv.DictReader(io.StringIO(reply.body.decode())))
    assert [(row["building_id"], row["leased"], row["currency"], row["economic"]) for row in rows] == [
        (str(mixed.building), "0.6500", "EUR", "0.0000"),
        (str(mixed.building), "0.6500", "USD", "0.4091"),
    ]
