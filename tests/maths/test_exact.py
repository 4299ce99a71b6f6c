"""Rounding and showing, whatever the caller's context."""

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.maths.exact import added, less, rounded, shown, total

D = Decimal


@pytest.mark.parametrize(
    ("value", "exponent", "expected"),
    [
        (Fraction(1, 200), 2, "0.01"),
        (Fraction(-1, 200), 2, "-0.01"),
        (Fraction(1, 201), 2, "0.00"),
        (Fraction(-1, 201), 2, "0.00"),
        (D("2.5"), 0, "3"),
        (D("-2.5"), 0, "-3"),
        (D("12345678901234567890123456789.005"), 2, "12345678901234567890123456789.01"),
    ],
)
def test_half_a_cent_is_rounded_away_from_zero(value, exponent, expected):
    assert str(rounded(value, exponent)) == expected


@given(st.lists(st.tuples(st.fractions(), st.integers(1, 3))))
def test_a_total_is_the_exact_sum_of_its_parts(runs):
    amounts = [amount for amount, times in runs for _ in range(times)]
    assert total(amounts) == sum(amounts)


def test_the_callers_decimal_context_changes_no_amount():
    with decimal.localcontext() as context:
        context.prec, context.rounding = 1, decimal.ROUND_DOWN
        assert str(rounded(D("1234.565"), 2)) == "1234.57"
        assert added(D("1234.56"), D("0.01")) == D("1234.57")
        assert less(D("1234.56"), D("0.01"), D("0.02")) == D("1234.53")
        assert shown(Fraction(1, 3)) == D("0.3333333333333333333333333333")
        assert shown(D("1234.56")) == D("1234.56")
