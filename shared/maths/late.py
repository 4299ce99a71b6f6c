"""What an installment costs that is paid late [docs/spec/lease-maths.md, Late charges].

A policy bites when something of the installment is still unpaid `grace_days` after it was due. Then there is, once, a
fee: the larger of `min_fee` and `fee_percent` of what was unpaid at the end of the grace. And there is interest, simple
and by ACT/365, from the due date on, for each day on the principal unpaid that day; never on fees. What is paid within
the grace ends the interest on that part and is no part of the fee. Nothing is charged for days that are exempt, because
a payment plan was kept.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from shared.maths.exact import Calculation, Inputs, less, rounded, rounding, summed
from shared.maths.terms import LatePolicy


class Settled(NamedTuple):
    """How much of the principal was settled on `day`; reversed money is left out."""

    day: date
    amount: Decimal


class Exempt(NamedTuple):
    """Days for which nothing is charged, both ends included."""

    first: date
    last: date


class LateCharge(NamedTuple):
    """A late fee, or the interest up to and without the day that was asked about. `since` is when it began."""

    charge: Literal["LATE_FEE", "INTEREST"]
    since: date
    amount: Decimal
    origin: tuple[Calculation, ...]


def late_charges(
    *,
    principal: Decimal,
    due_date: date,
    policy: LatePolicy,
    settled: Iterable[Settled] = (),
    exempt: Iterable[Exempt] = (),
    as_of: date,
    exponent: int = 2,
) -> tuple[LateCharge, ...]:
    """The fee and the interest of one installment as of a day, those of them that are above zero.

    `principal` is the installment with its tax. Paid on the due date or on the last day of grace is paid in time. There
    is no fee where the first day after the grace is exempt.
    """
    spared = sorted(exempt)
    paid = sorted(settled, key=lambda one: one.day)
    grace_ends = due_date + timedelta(days=policy.grace_days)
    overdue = less(principal, *(one.amount for one in paid if one.day <= grace_ends))
    if as_of <= grace_ends or overdue <= 0:
        return ()
    first_day = grace_ends + timedelta(days=1)
    is_spared = any(one.first <= first_day <= one.last for one in spared)
    charges = (
        *(() if is_spared else (_fee(overdue, policy, first_day, exponent),)),
        _interest(principal, due_date, policy, paid, spared, as_of, exponent),
    )
    return tuple(charge for charge in charges if charge.amount > 0)


def _fee(overdue: Decimal, policy: LatePolicy, day: date, exponent: int) -> LateCharge:
    share = Fraction(policy.fee_percent) * Fraction(overdue) / 100
    fee = max(Fraction(policy.min_fee), share)
    amount = rounded(fee, exponent)
    of_share: Inputs = {"overdue": overdue, "fee_percent": policy.fee_percent}
    of_fee: Inputs = {"min_fee": policy.min_fee, "share": share}
    steps = (
        Calculation("Share of what was unpaid after the grace", "overdue × fee_percent ÷ 100", of_share, share),
        Calculation("Late fee", "max(min_fee, share)", of_fee, fee),
        rounding(fee, exponent, amount),
    )
    return LateCharge("LATE_FEE", day, amount, steps)


def _charged(since: date, until: date, spared: list[Exempt]) -> Iterator[tuple[date, date]]:
    """The days from `since` up to and without `until`, without those that are spared."""
    for one in spared:
        if since < min(one.first, until):
            yield since, min(one.first, until)
        since = max(since, one.last + timedelta(days=1))
    if since < until:
        yield since, until


def _interest(
    principal: Decimal,
    due_date: date,
    policy: LatePolicy,
    paid: list[Settled],
    spared: list[Exempt],
    as_of: date,
    exponent: int,
) -> LateCharge:
    steps: list[Calculation] = []
    unpaid = principal
    since = due_date
    for one in [*paid, Settled(as_of, Decimal(0))]:
        until = min(max(one.day, since), as_of)
        for first, last in _charged(since, until, spared) if unpaid > 0 else ():
            rate, days = policy.annual_interest_percent, (last - first).days
            inputs: Inputs = {"unpaid": unpaid, "annual_interest_percent": rate, "days": days}
            share = Fraction(unpaid) * Fraction(rate) / 100 * days / 365
            label = f"Interest from {first.isoformat()} to {last.isoformat()}"
            steps.append(Calculation(label, "unpaid × annual_interest_percent ÷ 100 × days ÷ 365", inputs, share))
        if one.day >= as_of:
            break
        since, unpaid = until, less(unpaid, one.amount)
    total = sum((Fraction(step.result) for step in steps), Fraction(0))
    if len(steps) > 1:
        steps.append(summed("Interest", steps, total))
    amount = rounded(total, exponent)
    return LateCharge("INTEREST", due_date, amount, (*steps, rounding(total, exponent, amount)))
