"""What a contract costs, and when: its schedule of instalments, to the cent and the day.

Pure: `Decimal` and `date` in, lines out. Amounts are in major units of the contract's currency; a
line is rounded half-up, once, to the currency's `exponent` (2 for USD, 0 for JPY), and nothing is
rounded before. Each line carries the steps it was computed by, so that it can be explained.

Everything is counted from the start of the term: lease month k begins at start + (k - 1) months,
clamped to the end of a short month. Adding to the day before instead would drift: Jan 31, Feb 28,
Mar 28.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from typing import Literal

MAX_TERM_MONTHS = 600

DAY = timedelta(days=1)
ZERO = Decimal(0)

# Our own context: what the caller's thread has set must not change an amount.
ARITHMETIC = Context(prec=28, rounding=ROUND_HALF_UP, traps=[DivisionByZero, InvalidOperation, Overflow])


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a calculation. Results are unrounded, up to 28 digits, until the step that rounds."""

    label: str
    formula: str
    inputs: dict[str, Decimal | int]
    result: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One payment of a schedule.

    Only RENT lines are numbered (1, 2, …). Both ends of the period are inside it; `period_end` is None
    where no period is paid for: a deposit, a price. `amount` is what is left after `abatement`.
    """

    installment_number: int | None
    charge: Literal["RENT", "DEPOSIT"]
    period_start: date
    period_end: date | None
    due_date: date
    amount: Decimal
    abatement: Decimal
    steps: tuple[Step, ...]


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or that month's last day where it is shorter (Jan 31 + 1 = Feb 28/29)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_date(start: date, term_months: int) -> date:
    """The last day of a term: start + `term_months` - 1 day.

    Raises ValueError outside 1 to 600 months, or past the year 9999.
    """
    if not 1 <= term_months <= MAX_TERM_MONTHS:
        raise ValueError(f"term_months must be 1 to {MAX_TERM_MONTHS}, not {term_months}")
    return add_months(start, term_months) - DAY


def first_of_next_month(day: date) -> date:
    """Where a term begins whose bid names no start."""
    return add_months(day.replace(day=1), 1)


def rent_schedule(*, monthly_rent: Decimal, start: date, term_months: int, exponent: int = 2) -> tuple[Line, ...]:
    """The instalments of a level rent. See `stepped_rent_schedule`."""
    return stepped_rent_schedule(
        rent_of=lambda _: monthly_rent, start=start, term_months=term_months, exponent=exponent
    )


def stepped_rent_schedule(
    *, rent_of: Callable[[int], Decimal], start: date, term_months: int, exponent: int = 2
) -> tuple[Line, ...]:
    """One instalment for each calendar month that the term touches, due on the first day of its period.

    `rent_of(k)` is the unrounded monthly rent of lease month k (1 to `term_months`), in major units.
    A part of a month costs rent x days / days in that month, both ends inclusive (ACTUAL_MONTH); where
    the rent changes inside a month, its parts are added before the line is rounded.

    Raises ValueError outside 1 to 600 months, past the year 9999, or for a rent that is not above zero.
    """
    end = end_date(start, term_months)
    lines: list[Line] = []
    with localcontext(ARITHMETIC):
        lease_months = [
            _LeaseMonth(rent_of(k), add_months(start, k - 1), add_months(start, k) - DAY)
            for k in range(1, term_months + 1)
        ]
        if not all(month.rent > 0 for month in lease_months):
            raise ValueError("a monthly rent must be above zero")
        first, current = start, 0
        while first <= end:
            days_in_month = monthrange(first.year, first.month)[1]
            last = min(first.replace(day=days_in_month), end)
            parts: list[tuple[Decimal, int]] = []
            day = first
            while day <= last:
                month = lease_months[current]
                until = min(month.last, last)
                days = (until - day).days + 1
                if parts and parts[-1][0] == month.rent:
                    parts[-1] = (month.rent, parts[-1][1] + days)
                else:
                    parts.append((month.rent, days))
                if until == month.last:
                    current += 1
                day = until + DAY
            amount, steps = _rent(parts, days_in_month, exponent)
            lines.append(Line(len(lines) + 1, "RENT", first, last, first, amount, ZERO, steps))
            first = last + DAY
    return tuple(lines)


def deposit_line(*, monthly_rent: Decimal, deposit_months: Decimal, start: date, exponent: int = 2) -> Line:
    """The security deposit: `deposit_months` times the first month's rent, due when the term starts.

    Raises ValueError where that is not above zero: no deposit is no line.
    """
    with localcontext(ARITHMETIC):
        deposit = monthly_rent * deposit_months
        if deposit <= 0:
            raise ValueError("a deposit must be above zero")
        step = Step(
            "Security deposit",
            "monthly_rent × deposit_months",
            {"monthly_rent": monthly_rent, "deposit_months": deposit_months},
            deposit,
        )
        rounding = _rounding(deposit, exponent)
    return Line(None, "DEPOSIT", start, None, start, rounding.result, ZERO, (step, rounding))


def sale_line(*, price: Decimal, day: date, exponent: int = 2) -> Line:
    """A sale: one payment of the whole price, on the day it takes effect.

    Raises ValueError for a price that is not above zero.
    """
    if price <= 0:
        raise ValueError("a price must be above zero")
    with localcontext(ARITHMETIC):
        rounding = _rounding(price, exponent)
    step = Step("Price", "bid_amount", {"bid_amount": price}, price)
    return Line(1, "RENT", day, None, day, rounding.result, ZERO, (step, rounding))


def schedule_total(lines: Iterable[Line]) -> Decimal:
    """The contract's total: its RENT lines added up. The deposit is the payer's money and no part of it."""
    with localcontext(ARITHMETIC):
        return sum((line.amount for line in lines if line.charge == "RENT"), ZERO)


@dataclass(frozen=True, slots=True)
class _LeaseMonth:
    rent: Decimal
    first: date
    last: date


def _rent(parts: list[tuple[Decimal, int]], days_in_month: int, exponent: int) -> tuple[Decimal, tuple[Step, ...]]:
    """The rounded rent of one calendar month, of which `parts` are (monthly rent, days)."""
    if len(parts) == 1 and parts[0][1] == days_in_month:
        rent = parts[0][0]
        steps = [Step("Rent of a whole month", "monthly_rent", {"monthly_rent": rent}, rent)]
    else:
        steps = [
            Step(
                f"Rent of {days} of {days_in_month} days",
                "monthly_rent × days ÷ days_in_month",
                {"monthly_rent": rent, "days": days, "days_in_month": days_in_month},
                rent * days / days_in_month,
            )
            for rent, days in parts
        ]
        # Divided once, after adding: the parts' own quotients may be inexact, their sum must not be.
        rent = sum((rent * days for rent, days in parts), ZERO) / days_in_month
    if len(parts) > 1:
        inputs: dict[str, Decimal | int] = {f"part_{n}": step.result for n, step in enumerate(steps, start=1)}
        steps.append(Step("Rent of the month", " + ".join(inputs), inputs, rent))
    rounding = _rounding(rent, exponent)
    return rounding.result, (*steps, rounding)


def _rounding(amount: Decimal, exponent: int) -> Step:
    return Step(
        "Rounded half-up",
        "round(amount, exponent)",
        {"amount": amount, "exponent": exponent},
        amount.quantize(Decimal(1).scaleb(-exponent)),
    )
