"""The schedule against published and hand-made figures, and against exact rationals."""

import decimal
import time
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.payments.schedule import (
    Line,
    add_months,
    deposit_line,
    end_date,
    first_of_next_month,
    rent_schedule,
    sale_line,
    schedule_total,
    stepped_rent_schedule,
)

D = Decimal

starts = st.dates(date(1999, 1, 1), date(2120, 12, 31)) | st.builds(
    # The days that drift in a careless calendar, more often than chance would bring them.
    lambda year, month, back: date(year, month, monthrange(year, month)[1] - back),
    st.integers(1999, 2120),
    st.integers(1, 12),
    st.integers(0, 2),
)
rents = st.decimals(D("0.01"), D("9999999999.99"), places=2)
terms = st.integers(1, 60) | st.integers(1, 600)


def amounts(lines: tuple[Line, ...]) -> list[Decimal]:
    return [line.amount for line in lines]


def test_a_year_from_the_first_of_a_month_is_twelve_equal_payments() -> None:
    lines = rent_schedule(monthly_rent=D(5000), start=date(2025, 2, 1), term_months=12)

    assert amounts(lines) == [D("5000.00")] * 12
    assert [line.due_date for line in lines] == [
        *(date(2025, month, 1) for month in range(2, 13)),
        date(2026, 1, 1),
    ]
    assert lines[-1].period_end == end_date(date(2025, 2, 1), 12) == date(2026, 1, 31)
    assert schedule_total(lines) == D("60000.00")


def test_a_start_on_the_last_day_of_a_year_ends_clamped_in_february() -> None:
    lines = rent_schedule(monthly_rent=D(1000), start=date(2027, 12, 31), term_months=4)

    assert amounts(lines) == [D("32.26"), D(1000), D(1000), D(1000), D("966.67")]
    assert [line.installment_number for line in lines] == [1, 2, 3, 4, 5]
    assert lines[-1].period_end == date(2028, 4, 29)


@pytest.mark.parametrize(
    ("monthly_rent", "start", "index", "amount"),
    [
        (D(1200), date(2025, 1, 10), 0, D("851.61")),  # 22 of 31 days
        (D(60), date(2025, 2, 8), 0, D("45.00")),  # 21 of 28 days [Lago]
        (D(60), date(2028, 2, 9), 0, D("43.45")),  # 21 of 29 days
        (D("0.01"), date(2025, 4, 16), 0, D("0.01")),  # half a cent goes up
        (D("0.01"), date(2025, 4, 17), 0, D("0.00")),  # 14 of 30 days: less than half goes down
    ],
)
def test_a_part_month_costs_its_share_of_the_days_in_that_month(
    monthly_rent: Decimal, start: date, index: int, amount: Decimal
) -> None:
    assert rent_schedule(monthly_rent=monthly_rent, start=start, term_months=2)[index].amount == amount


def test_a_currency_without_minor_units_is_rounded_to_whole_units() -> None:
    lines = rent_schedule(monthly_rent=D(100000), start=date(2025, 1, 10), term_months=1, exponent=0)

    assert [str(line.amount) for line in lines] == ["70968", "32143"]  # 22 of 31 days, 9 of 28


def test_three_percent_a_year_gives_the_published_sum_of_rounded_lines() -> None:
    # 25.00 per sqft and year on 10,000 sqft, compound, five years [IREM].
    def rent_of(lease_month: int) -> Decimal:
        return D(250000) / 12 * D("1.03") ** ((lease_month - 1) // 12)

    lines = stepped_rent_schedule(rent_of=rent_of, start=date(2025, 1, 1), term_months=60)

    assert schedule_total(lines) == D("1327283.88")


def test_a_step_inside_a_month_splits_its_line_by_days_and_rounds_it_once() -> None:
    lines = stepped_rent_schedule(
        rent_of=lambda lease_month: D(1000) if lease_month == 1 else D(1100),
        start=date(2025, 4, 11),
        term_months=2,
    )

    # May: 10 days at 1,000 and 21 at 1,100, of 31.
    assert amounts(lines) == [D("666.67"), D("1067.74"), D("366.67")]
    assert [step.label for step in lines[1].steps] == [
        "Rent of 10 of 31 days",
        "Rent of 21 of 31 days",
        "Rent of the month",
        "Rounded half-up",
    ]


def test_a_line_can_be_explained_down_to_its_amount() -> None:
    line = rent_schedule(monthly_rent=D(1000), start=date(2027, 12, 31), term_months=1)[0]

    share, rounding = line.steps
    assert share.inputs == {"monthly_rent": D(1000), "days": 1, "days_in_month": 31}
    assert share.formula == "monthly_rent × days ÷ days_in_month"
    assert str(share.result).startswith("32.258064516129")
    assert rounding.result == line.amount == D("32.26")


def test_the_deposit_is_one_unnumbered_line_due_at_the_start() -> None:
    line = deposit_line(monthly_rent=D("1234.56"), deposit_months=D("2.5"), start=date(2025, 3, 15), exponent=2)

    assert (line.charge, line.installment_number, line.period_end) == ("DEPOSIT", None, None)
    assert (line.amount, line.due_date) == (D("3086.40"), date(2025, 3, 15))
    assert schedule_total([line]) == 0


def test_a_sale_is_one_payment_of_the_price_without_an_end() -> None:
    line = sale_line(price=D("1500000.00"), day=date(2025, 3, 15))

    assert (line.installment_number, line.charge, line.amount) == (1, "RENT", D("1500000.00"))
    assert (line.period_end, line.due_date) == (None, date(2025, 3, 15))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2025, 1, 31), 2, date(2025, 3, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
    ],
)
def test_months_are_added_clamped(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_a_bid_without_a_start_begins_on_the_first_of_next_month() -> None:
    assert first_of_next_month(date(2025, 12, 31)) == date(2026, 1, 1)
    assert first_of_next_month(date(2025, 2, 1)) == date(2025, 3, 1)


@pytest.mark.parametrize("term_months", [0, -1, 601])
def test_a_term_outside_one_to_six_hundred_months_is_refused(term_months: int) -> None:
    with pytest.raises(ValueError, match="term_months"):
        rent_schedule(monthly_rent=D(1), start=date(2025, 1, 1), term_months=term_months)


@pytest.mark.parametrize("rent", [D(0), D(-1)])
def test_a_rent_that_is_not_above_zero_is_refused(rent: Decimal) -> None:
    with pytest.raises(ValueError, match="above zero"):
        rent_schedule(monthly_rent=rent, start=date(2025, 1, 1), term_months=1)
    with pytest.raises(ValueError, match="above zero"):
        deposit_line(monthly_rent=rent, deposit_months=D(1), start=date(2025, 1, 1))
    with pytest.raises(ValueError, match="above zero"):
        sale_line(price=rent, day=date(2025, 1, 1))


def test_a_term_past_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="year"):
        rent_schedule(monthly_rent=D(1), start=date(9990, 1, 1), term_months=600)


@given(monthly_rent=rents, start=starts, term_months=terms)
@settings(deadline=None, max_examples=300)
def test_lines_tile_the_term_without_gap_or_overlap(monthly_rent: Decimal, start: date, term_months: int) -> None:
    lines = rent_schedule(monthly_rent=monthly_rent, start=start, term_months=term_months)

    day = start
    for number, line in enumerate(lines, start=1):
        assert line.installment_number == number
        assert line.period_start == line.due_date == day
        assert line.period_end is not None
        assert line.period_end >= day
        assert (line.period_end.year, line.period_end.month) == (day.year, day.month)
        day = line.period_end + timedelta(days=1)
    assert day == end_date(start, term_months) + timedelta(days=1)


@given(
    # Up to 28 digits: escalated rents are not rounded before the line is.
    monthly_rents=st.lists(st.decimals(D("0.01"), D("9999999999"), places=15), min_size=1, max_size=40),
    start=starts,
    exponent=st.sampled_from([0, 2]),
)
@settings(deadline=None, max_examples=300)
def test_every_line_is_the_half_up_rounding_of_an_exact_sum_over_its_days(
    monthly_rents: list[Decimal], start: date, exponent: int
) -> None:
    lines = stepped_rent_schedule(
        rent_of=lambda k: monthly_rents[k - 1],
        start=start,
        term_months=len(monthly_rents),
        exponent=exponent,
    )

    # Day by day, with nothing but rationals: shares no arithmetic and no calendar walk with the code.
    exact: dict[tuple[int, int], Fraction] = {}
    for k, rent in enumerate(monthly_rents):
        day = add_months(start, k)
        while day < add_months(start, k + 1):
            share = Fraction(rent) / monthrange(day.year, day.month)[1]
            exact[day.year, day.month] = exact.get((day.year, day.month), Fraction(0)) + share
            day += timedelta(days=1)
    unit = 10**exponent
    assert [Fraction(line.amount) * unit for line in lines] == [
        (amount * unit + Fraction(1, 2)).__floor__() for amount in exact.values()
    ]
    assert abs(Fraction(schedule_total(lines)) - sum(exact.values())) <= Fraction(len(lines), 2 * unit)


@given(start=starts, months=st.integers(0, 600), more=st.integers(0, 600))
def test_anniversaries_are_anchored_to_the_start_and_never_drift(start: date, months: int, more: int) -> None:
    day = add_months(start, months)

    assert (day.year - start.year) * 12 + day.month - start.month == months
    assert day.day == min(start.day, monthrange(day.year, day.month)[1])
    assert add_months(start, months + more) >= add_months(day, more)


@given(monthly_rent=rents, start=starts, term_months=terms, precision=st.integers(1, 60))
@settings(deadline=None, max_examples=50)
def test_the_same_terms_give_the_same_lines_whatever_the_caller_set(
    monthly_rent: Decimal, start: date, term_months: int, precision: int
) -> None:
    lines = rent_schedule(monthly_rent=monthly_rent, start=start, term_months=term_months)

    with decimal.localcontext() as context:
        context.prec, context.rounding = precision, decimal.ROUND_DOWN
        assert rent_schedule(monthly_rent=monthly_rent, start=start, term_months=term_months) == lines


def test_ten_years_take_under_two_milliseconds() -> None:
    def once() -> float:
        before = time.process_time()
        rent_schedule(monthly_rent=D("4321.99"), start=date(2024, 1, 31), term_months=120)
        return time.process_time() - before

    # The quickest of many: what the code needs, not what else the machine is doing.
    assert min(once() for _ in range(30)) < 0.002
