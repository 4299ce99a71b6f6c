"""The arithmetic of reports, as of a day."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.maths.reports import (
    Lease,
    Space,
    aging,
    aging_bucket,
    expirations,
    expiry_bucket,
    next_lease,
    next_step,
    occupancy,
    percent,
    rent_on,
    standing,
    status_of,
    walt,
    widths,
)
from shared.maths.terms import Escalation, Terms
from tests.maths.strategies import offers

D = Decimal
TODAY = date(2025, 6, 15)


def a_lease(start="2025-01-01", expiry="2025-12-31", area=100, rent=1000, charged=None):
    return Lease(
        date.fromisoformat(start),
        date.fromisoformat(expiry) if expiry else None,
        D(area),
        D(rent),
        D(rent if charged is None else charged),
    )


FUTURE = a_lease("2025-06-16", "2026-06-15")


@pytest.mark.parametrize(
    ("space", "status"),
    [
        (Space(D(1)), "VACANT"),
        (Space(D(1), held=True), "RESERVED"),
        (Space(D(1), offline=True), "OFFLINE"),
        (Space(D(1), leases=(a_lease(),)), "OCCUPIED"),
        (Space(D(1), leases=(a_lease("2025-06-15"),)), "OCCUPIED"),
        (Space(D(1), leases=(a_lease(expiry="2025-06-15"),)), "OCCUPIED"),
        (Space(D(1), leases=(a_lease(expiry="2025-06-14"),)), "VACANT"),
        (Space(D(1), leases=(a_lease(expiry=None),)), "OCCUPIED"),
        (Space(D(1), leases=(FUTURE,), held=True), "LEASED_NOT_COMMENCED"),
        (Space(D(1), leases=(a_lease(expiry="2025-06-14"), FUTURE)), "LEASED_NOT_COMMENCED"),
        (Space(D(1), leases=(a_lease(), FUTURE)), "OCCUPIED"),
    ],
)
def test_a_spaces_status_is_as_of_the_day(space, status):
    assert status_of(space, TODAY) == status


def test_the_next_lease_is_the_first_to_begin():
    later = a_lease("2027-01-01", "2027-12-31")
    assert next_lease(Space(D(1), leases=(later, FUTURE)), TODAY) == FUTURE


def test_occupancy_is_by_area_and_leased_is_before_occupied():
    spaces = [
        Space(D(300), D(3000), (a_lease(),)),
        Space(D(100), D(1000), (FUTURE,)),
        Space(D(600), D(6000)),
    ]
    found = occupancy(spaces, TODAY)
    assert (found.leased, found.occupied, found.economic) == (D("0.4"), D("0.3"), D("0.1"))


def test_a_space_without_an_asking_rent_counts_at_its_contracts_or_not_at_all():
    spaces = [Space(D(1), None, (a_lease(rent=1000, charged=500),)), Space(D(1), None), Space(D(1), D(1000))]
    assert occupancy(spaces, TODAY).economic == D("0.25")


def test_a_portfolio_without_leasable_area_has_no_occupancy_rate():
    found = occupancy([], TODAY)
    assert (found.leased, found.occupied, found.economic) == (None, None, None)


def test_walt_leaves_out_sales_and_what_has_expired():
    leases = [
        a_lease(expiry=(TODAY + timedelta(days=1461)).isoformat(), area=100),
        a_lease(expiry=(TODAY + timedelta(days=2922)).isoformat(), area=300, rent=3000),
        a_lease(expiry=None, rent=10**6),
        a_lease(expiry="2025-06-14", rent=10**6),
    ]
    assert walt(leases, TODAY) == 7
    assert walt(leases[:1], TODAY) == 4
    assert walt([*leases, a_lease(expiry=TODAY.isoformat(), area=400, rent=1)], TODAY, by="AREA") == D("3.5")
    assert walt(leases[2:], TODAY) is None


def test_expirations_by_calendar_year_add_up_to_the_total():
    leases = [
        a_lease(expiry="2025-06-14"),
        a_lease(expiry=None),
        a_lease(expiry="2027-03-31", area=100, rent=1000),
        a_lease(expiry="2025-12-31", area=200, rent=1000),
        a_lease(expiry="2027-12-31", area=100, rent=2000),
    ]

    first, second = expirations(leases, TODAY)

    assert (first.year, first.leases, first.area, first.area_percent) == (2025, 1, D(200), D(50))
    assert (first.annual_rent, first.rent_percent) == (D(12000), D(25))
    assert (second.year, second.leases, second.area, second.annual_rent) == (2027, 2, D(200), D(36000))
    assert (second.cumulative_area_percent, second.cumulative_rent_percent) == (100, 100)
    [first, second] = expirations(leases, TODAY, leasable_area=D(1000))
    assert (first.area_percent, second.cumulative_area_percent, second.cumulative_rent_percent) == (20, 40, 100)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "CURRENT"),
        (0, "CURRENT"),
        (1, "1–30"),
        (30, "1–30"),
        (31, "31–60"),
        (60, "31–60"),
        (61, "61–90"),
        (90, "61–90"),
        (91, "90+"),
        (4000, "90+"),
    ],
)
def test_an_unpaid_installment_moves_through_the_aging_buckets(days, bucket):
    assert aging_bucket(TODAY - timedelta(days=days), TODAY) == bucket


def test_the_aging_sums_open_amounts_and_shows_every_bucket():
    open_amounts = [
        (TODAY, D(1)),
        (date(2025, 6, 1), D("2.50")),
        (date(2025, 6, 2), D("0.25")),
        (date(2024, 1, 1), D(9)),
    ]
    assert aging(open_amounts, TODAY) == {
        "CURRENT": D(1),
        "1–30": D("2.75"),
        "31–60": D(0),
        "61–90": D(0),
        "90+": D(9),
    }


@pytest.mark.parametrize(
    ("expiry", "bucket"),
    [
        (None, "VACANT"),
        ("2025-06-14", "VACANT"),
        ("2025-06-15", "<12m"),
        ("2026-06-14", "<12m"),
        ("2026-06-15", "12–24m"),
        ("2027-06-15", "24–36m"),
        ("2028-06-15", "24–36m"),
        ("2028-06-16", ">36m"),
    ],
)
def test_a_lease_is_put_into_the_expiry_bucket_of_its_calendar_months(expiry, bucket):
    assert expiry_bucket(date.fromisoformat(expiry) if expiry else None, TODAY) == bucket


def test_shares_of_a_floor_are_rounded_to_a_total_of_100_percent():
    assert widths([D(1), D(1), D(1)]) == (D("33.34"), D("33.33"), D("33.33"))
    assert widths([D(1), D(5), D(0)]) == (D("16.67"), D("83.33"), D("0.00"))
    with pytest.raises(ValueError, match="above zero"):
        widths([])


@given(st.lists(st.decimals(D("0.01"), D(10**6), places=2), min_size=1, max_size=60))
def test_segments_fill_their_floor(areas):
    found = widths(areas)
    assert sum(found) == 100
    for width, area in zip(found, areas, strict=True):
        assert abs(Fraction(width) - Fraction(area) * 100 / sum(map(Fraction, areas))) < Fraction(1, 100)


def test_the_next_rent_step_is_the_next_change_of_rent():
    rise = Escalation("COMPOUND", percent=D(10))
    terms = Terms(start_date=date(2025, 1, 15), bid_amount=D(1000), term_months=36, escalation=rise)

    assert next_step(terms, date(2026, 1, 14)) == (date(2026, 1, 15), D(1100))
    assert next_step(terms, date(2026, 1, 15)) == (date(2027, 1, 15), D(1210))
    assert next_step(terms, date(2027, 1, 15)) is None
    assert [
        rent_on(terms, day) for day in (date(2025, 1, 1), date(2026, 1, 14), date(2026, 1, 15), date(2030, 1, 1))
    ] == [
        D(1000),
        D(1000),
        D(1100),
        D(1210),
    ]


def test_shares_of_nothing_are_zero_percent():
    assert percent(D(0), D(0)) == 0
    assert percent(D(1), D(8)) == D("12.5")


@given(offers(), st.integers(-40, 2400))
def test_what_stands_on_a_day_is_what_the_rent_and_its_next_step_are(offer, days):
    terms, values = offer
    day = terms.start_date + timedelta(days=days)
    near = pytest.approx if terms.escalation.kind in ("COMPOUND", "SIMPLE", "AMOUNT") else lambda value, **_: value

    found = standing(terms, day, values)

    assert found.rent == near(rent_on(terms, day, values), rel=D("1e-25"))
    expected = next_step(terms, day, values)
    assert (found.next_step is None) == (expected is None)
    if found.next_step and expected:
        assert found.next_step[0] == expected[0]
        assert found.next_step[1] == near(expected[1], rel=D("1e-25"))


def test_nothing_is_charged_in_a_free_month():
    terms = Terms(start_date=date(2025, 1, 31), bid_amount=D(1000), term_months=12, free_months=(2, 12))

    charged = [
        standing(terms, day).charged
        for day in (date(2025, 2, 27), date(2025, 2, 28), date(2025, 3, 30), date(2025, 3, 31), date(2026, 1, 30))
    ]

    assert charged == [D(1000), D(0), D(0), D(1000), D(0)]


def test_years_of_rent_are_added_up_as_they_are_shown():
    """What the rent roll shows of each lease is what the expirations add up."""
    one = Lease(date(2026, 1, 1), date(2028, 6, 30), Decimal(100), Decimal("1000.0004"), Decimal("1000.0004"))

    [year] = expirations([one, one], date(2026, 7, 1))

    assert (one.annual_rent, year.annual_rent) == (Decimal("12000.00"), Decimal("24000.00"))
