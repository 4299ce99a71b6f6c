"""Late fees and interest: who pays in time pays nothing more."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.maths.explain import explain
from shared.maths.late import Settled, late_charges
from shared.maths.terms import LatePolicy
from tests.maths import oracle
from tests.maths.formulas import check_explanation

D = Decimal
DUE = date(2025, 2, 1)
POLICY = LatePolicy(grace_days=5, fee_percent=D(5), min_fee=D(100), annual_interest_percent=D(18))


def charged(*settled, as_of, policy=POLICY):
    charges = late_charges(
        principal=D(5000),
        due_date=DUE,
        policy=policy,
        settled=[Settled(date(2025, month, day), D(amount)) for month, day, amount in settled],
        as_of=as_of,
    )
    return {one.charge: one.amount for one in charges}


def test_nothing_is_charged_during_the_grace_period():
    assert charged(as_of=date(2025, 2, 6)) == {}
    assert charged(as_of=date(2025, 2, 7)) == {"LATE_FEE": D("250.00"), "INTEREST": D("14.79")}  # of 6 days


def test_a_payment_on_the_last_day_of_grace_is_on_time():
    assert charged((2, 6, 5000), as_of=date(2025, 6, 1)) == {}
    assert charged((2, 7, 5000), as_of=date(2025, 6, 1)) == {"LATE_FEE": D("250.00"), "INTEREST": D("14.79")}


def test_the_late_fee_is_on_the_amount_unpaid_after_grace_with_a_minimum():
    assert charged((2, 3, 1000), (2, 20, 4000), as_of=date(2025, 3, 1))["LATE_FEE"] == D("200.00")
    assert charged((2, 3, 4000), as_of=date(2025, 3, 1))["LATE_FEE"] == D("100.00")


def test_the_late_fee_dates_from_the_day_after_grace_and_interest_from_the_due_date():
    fee, interest = late_charges(principal=D(1), due_date=DUE, policy=POLICY, as_of=date(2026, 2, 1))
    assert (fee.since, interest.since) == (date(2025, 2, 7), DUE)


def test_partial_payments_lower_the_principal_that_bears_interest():
    # 5,000 for 10 days, 3,000 for 10, 1,000 for 8: 88,000 × 18 % ÷ 365.
    found = charged((2, 11, 2000), (2, 21, 2000), as_of=date(2025, 3, 1))
    assert found["INTEREST"] == D("43.40")


def test_an_overpayment_earns_no_interest():
    assert charged((2, 11, 6000), as_of=date(2025, 6, 1))["INTEREST"] == D("24.66")  # 5,000 for 10 days


def test_an_early_payment_bears_no_late_charges():
    assert charged((1, 15, 4000), as_of=date(2025, 3, 1)) == {"LATE_FEE": D("100.00"), "INTEREST": D("13.81")}


def test_a_policy_without_fee_or_without_interest_charges_the_other():
    no_fee = LatePolicy(0, D(0), D(0), D(18))
    no_interest = LatePolicy(0, D(5), D(0), D(0))
    assert charged(as_of=date(2025, 3, 3), policy=no_fee) == {"INTEREST": D("73.97")}
    assert charged(as_of=date(2025, 3, 3), policy=no_interest) == {"LATE_FEE": D("250.00")}


def test_late_charges_in_a_currency_without_minor_units_are_whole():
    charges = late_charges(principal=D(5001), due_date=DUE, policy=POLICY, as_of=date(2025, 3, 3), exponent=0)
    assert [str(one.amount) for one in charges] == ["250", "74"]


@given(
    principal=st.decimals(D("0.01"), D("99999.99"), places=2),
    payments=st.lists(st.tuples(st.integers(-20, 80), st.decimals(D(0), D(1), places=3)), max_size=4),
    grace=st.integers(0, 15),
    after=st.integers(-5, 90),
    fee=st.decimals(D(0), D(10), places=2),
    interest=st.decimals(D(0), D(40), places=2),
)
@settings(deadline=None, max_examples=150)
@pytest.mark.parametrize("exponent", [0, 2])
def test_late_charges_are_the_exact_daily_sum_rounded_once(exponent, principal, payments, grace, after, fee, interest):
    settled, left = [], principal
    for day, share in payments:
        amount = (left * share).quantize(D("0.01"), rounding="ROUND_DOWN")
        settled.append(Settled(DUE + timedelta(days=day), amount))
        left -= amount
    as_of = DUE + timedelta(days=after)
    policy = LatePolicy(grace, fee, D(3), interest)

    charges = late_charges(
        principal=principal, due_date=DUE, policy=policy, settled=settled, as_of=as_of, exponent=exponent
    )

    ends = DUE + timedelta(days=grace)
    overdue = Fraction(principal) - sum(Fraction(one.amount) for one in settled if one.day <= ends)
    expected = {}
    if as_of > ends and overdue > 0:
        expected = {
            "LATE_FEE": oracle.half_up(max(Fraction(3), overdue * Fraction(fee) / 100), exponent),
            "INTEREST": oracle.half_up(oracle.interest(principal, DUE, settled, as_of, interest), exponent),
        }
    assert {one.charge: Fraction(one.amount) for one in charges} == {k: v for k, v in expected.items() if v}
    for one in charges:
        explanation = explain(one)
        assert explanation.amount == one.amount
        check_explanation(explanation)
