"""Tax by the rate of the period occupied, split by calendar days where it changes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.maths.tax import TaxPart, TaxRate, TaxRule, combined, shared_out, taxed, total_tax

FLORIDA = TaxRule(
    "FL",
    "STANDARD",
    None,
    (
        TaxRate(date(2020, 1, 1), Decimal("5.5")),
        TaxRate(date(2023, 12, 1), Decimal("4.5")),
        TaxRate(date(2024, 6, 1), Decimal(2)),
    ),
)


@pytest.mark.parametrize(
    ("month", "tax"),
    [((2023, 11, 30), 550), ((2023, 12, 31), 450), ((2024, 5, 31), 450), ((2024, 6, 30), 200)],
)
def test_a_month_is_taxed_at_its_own_rate(month, tax):
    last = date(*month)
    [part] = taxed(Decimal(10000), last.replace(day=1), last, FLORIDA, 2)
    assert (part.net, part.tax) == (10000, tax)


def test_a_period_over_a_change_is_split_by_calendar_days():
    parts = taxed(Decimal("10000.00"), date(2023, 11, 16), date(2023, 12, 15), FLORIDA, 2)
    assert [(part.percent, part.net, part.tax) for part in parts] == [
        (Decimal("5.5"), Decimal("5000.00"), Decimal("275.00")),
        (Decimal("4.5"), Decimal("5000.00"), Decimal("225.00")),
    ]
    # A quarter over two changes: 61, 183 and … days of a year.
    parts = taxed(Decimal("100.00"), date(2023, 11, 30), date(2024, 6, 1), FLORIDA, 2)
    assert [part.net for part in parts] == [Decimal("0.54"), Decimal("98.92"), Decimal("0.54")]


def test_the_first_rate_also_holds_before_its_day():
    [part] = taxed(Decimal(1000), date(2019, 1, 1), date(2019, 1, 31), FLORIDA, 2)
    assert part.tax == 55


def test_nothing_is_taxed_of_nothing():
    assert taxed(Decimal(0), date(2024, 1, 1), date(2024, 1, 31), FLORIDA, 2) == ()


@given(
    net=st.decimals(min_value=-100000, max_value=100000, places=2),
    begins=st.dates(date(2023, 9, 1), date(2024, 9, 1)),
    days=st.integers(0, 400),
    exponent=st.sampled_from([0, 2]),
)
def test_the_parts_add_up_to_the_whole_and_each_tax_is_that_of_its_part(net, begins, days, exponent):
    net = net.quantize(Decimal(1).scaleb(-exponent))
    parts = taxed(net, begins, date.fromordinal(begins.toordinal() + days), FLORIDA, exponent)
    assert sum(part.net for part in parts) == net
    for part in parts:
        assert abs(part.tax - part.net * part.percent / 100) <= Decimal("0.5").scaleb(-exponent)
    assert abs(total_tax(parts)) <= abs(net) * Decimal("0.055") + len(parts) * Decimal("0.5").scaleb(-exponent)


def part(percent, net, tax):
    return TaxPart("FL", "STANDARD", Decimal(percent), Decimal(net), Decimal(tax))


def test_a_part_of_an_invoice_is_taken_from_each_rate():
    parts = (part("5.5", 5000, 275), part("4.5", 5000, 225))
    assert shared_out(parts, Decimal(1000), Decimal(50), 2) == (part("5.5", 500, "27.5"), part("4.5", 500, "22.5"))
    assert shared_out(parts, Decimal(10000), Decimal(500), 2) == parts


def test_parts_of_one_rate_are_added_and_what_comes_to_nothing_is_left_out():
    left = combined((part("5.5", 100, "5.5"), part("5.50", 50, "2.75")), (part("5.5", 150, "8.25"),))
    assert left == ()
    assert combined((part("5.5", 100, "5.5"),), (part("4.5", 100, "4.5"),)) == (
        part("5.5", 100, "5.5"),
        part("4.5", -100, "-4.5"),
    )
