"""What a month's rent is: the base rent and every rent that an escalation makes of it, unrounded.

Escalations happen at each anniversary (every `every_months` months, counted from the start); nothing is rounded
between them [docs/spec/lease-maths.md, Schedule].
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from shared.maths.exact import Calculation, Inputs
from shared.maths.months import add_months
from shared.maths.terms import Escalation, IndexClause, IndexValue, Terms


class Level(NamedTuple):
    """The exact monthly rent from lease month `from_month` on, which begins on the day `begins`."""

    from_month: int
    begins: date
    rent: Fraction
    origin: tuple[Calculation, ...]


def base_rent(terms: Terms) -> Fraction:
    """The monthly base rent: `bid_amount`, or `base_rent_psf` × `area` ÷ 12."""
    if terms.bid_amount is not None:
        return Fraction(terms.bid_amount)
    assert terms.base_rent_psf is not None and terms.area is not None  # noqa: S101 (checks.py)
    return Fraction(terms.base_rent_psf) * Fraction(terms.area) / 12


def levels(terms: Terms, index_values: Iterable[IndexValue] = ()) -> tuple[Level, ...]:
    """Every rent of the term, in order; the first begins with lease month 1. An escalation that leaves the rent as it
    was makes no new level.

    An index's value is the latest dated from the start of the term to the anniversary; while none is published, the
    last known one stands, at first the clause's base value.
    """
    kind, base, escalation = terms.escalation.kind, base_rent(terms), terms.escalation
    if kind == "COMPOUND":
        later = _compound(terms, escalation, base)
    elif kind == "SIMPLE":
        later = _simple(terms, escalation, base)
    elif kind == "AMOUNT":
        later = _amount(terms, escalation, base)
    elif kind == "STEP":
        base = Fraction(escalation.table[0].rent)
        later = (
            (step.from_month, Fraction(step.rent), (_by_table(step.from_month, Fraction(step.rent)),))
            for step in escalation.table[1:]
        )
    elif kind == "INDEX":
        assert escalation.index_clause is not None  # noqa: S101 (checks.py)
        later = _index(terms, escalation.index_clause, base, tuple(index_values))
    else:
        later = iter(())
    found = [Level(1, terms.start_date, base, (_first(terms, base),))]
    for from_month, rent, origin in later:
        if rent != found[-1].rent:
            found.append(Level(from_month, add_months(terms.start_date, from_month - 1), rent, origin))
    return tuple(found)


def rents_by_month(plan: Sequence[Level], term_months: int) -> list[Level]:
    """The level of each lease month: item k − 1 is that of lease month k."""
    ends = [level.from_month for level in plan[1:]] + [term_months + 1]
    return [level for level, end in zip(plan, ends, strict=True) for _ in range(level.from_month, end)]


_Later = Iterator[tuple[int, Fraction, tuple[Calculation, ...]]]


def _increases(terms: Terms) -> Iterator[tuple[int, int]]:
    """The number of each increase, from 1, and the lease month that it begins with."""
    assert terms.term_months is not None  # noqa: S101 (only a SALE has none)
    months = range(terms.escalation.every_months + 1, terms.term_months + 1, terms.escalation.every_months)
    return enumerate(months, start=1)


def _first(terms: Terms, base: Fraction) -> Calculation:
    if terms.escalation.kind == "STEP":
        return _by_table(1, base)
    if terms.bid_amount is not None:
        return Calculation("Base rent, a month", "bid_amount", {"bid_amount": terms.bid_amount}, base)
    assert terms.base_rent_psf is not None and terms.area is not None  # noqa: S101 (checks.py)
    inputs = {"base_rent_psf": terms.base_rent_psf, "area": terms.area}
    return Calculation("Base rent, a month", "base_rent_psf × area ÷ 12", inputs, base)


def _from(month: int) -> str:
    return f"Rent from lease month {month}"


def _by_table(month: int, rent: Fraction) -> Calculation:
    return Calculation(f"{_from(month)}, by the table", "rent", {"rent": rent}, rent)


def _compound(terms: Terms, escalation: Escalation, base: Fraction) -> _Later:
    percent = Fraction(escalation.percent or 0)
    growth, last = 1 + percent / 100, base
    for _, month in _increases(terms):
        rent = last * growth
        inputs = {"rent": last, "percent": percent}
        yield month, rent, (Calculation(_from(month), "rent × (1 + percent ÷ 100)", inputs, rent),)
        last = rent


def _simple(terms: Terms, escalation: Escalation, base: Fraction) -> _Later:
    percent = Fraction(escalation.percent or 0)
    increase = base * percent / 100
    for n, month in _increases(terms):
        rent = base + n * increase
        inputs: Inputs = {"base_rent": base, "increases": n, "percent": percent}
        yield month, rent, (Calculation(_from(month), "base_rent × (1 + increases × percent ÷ 100)", inputs, rent),)


def _amount(terms: Terms, escalation: Escalation, base: Fraction) -> _Later:
    amount, area = Fraction(escalation.amount_psf or 0), Fraction(terms.area or 0)
    increase = amount * area / 12
    for n, month in _increases(terms):
        rent = base + n * increase
        inputs: Inputs = {"base_rent": base, "increases": n, "amount_psf": amount, "area": area}
        yield month, rent, (Calculation(_from(month), "base_rent + increases × amount_psf × area ÷ 12", inputs, rent),)


def _index(terms: Terms, clause: IndexClause, base: Fraction, values: tuple[IndexValue, ...]) -> _Later:
    """pct = (current − base) ÷ base × factor, clamped; rent × (1 + pct), at most `max_rent` [Oracle JDE, D365]."""
    prior, last = Fraction(clause.base_value), base
    for _, month in _increases(terms):
        day = add_months(terms.start_date, month - 1)
        current = _value_on(values, terms.start_date, day, Fraction(clause.base_value))
        before, rent = (Fraction(clause.base_value), base) if clause.mode == "BASE" else (prior, last)
        change = (current - before) / before * Fraction(clause.factor) * 100
        inputs: Inputs = {"index": current, "index_before": before, "factor": clause.factor}
        label = f"Change of {clause.name} to {day.isoformat()}, percent"
        steps = [Calculation(label, "(index − index_before) ÷ index_before × factor × 100", inputs, change)]
        percent = change
        if clause.max is not None and percent > clause.max:
            inputs, percent = {"percent": percent, "most": clause.max}, Fraction(clause.max)
            steps.append(Calculation("At most", "min(percent, most)", inputs, percent))
        if clause.min is not None and percent < clause.min:
            inputs, percent = {"percent": percent, "least": clause.min}, Fraction(clause.min)
            steps.append(Calculation("At least", "max(percent, least)", inputs, percent))
        adjusted = rent * (1 + percent / 100)
        inputs = {"rent": rent, "percent": percent}
        steps.append(Calculation(_from(month), "rent × (1 + percent ÷ 100)", inputs, adjusted))
        if clause.max_rent is not None and adjusted > clause.max_rent:
            inputs, adjusted = {"rent": adjusted, "max_rent": clause.max_rent}, Fraction(clause.max_rent)
            steps.append(Calculation("The highest rent", "min(rent, max_rent)", inputs, adjusted))
        if clause.upward_only and adjusted < last:
            inputs, adjusted = {"rent": adjusted, "last_rent": last}, last
            steps.append(Calculation("Upward only", "max(rent, last_rent)", inputs, adjusted))
        yield month, adjusted, tuple(steps)
        prior, last = current, adjusted


def _value_on(values: tuple[IndexValue, ...], start: date, day: date, base: Fraction) -> Fraction:
    # A value from before the term says nothing that the clause's base value does not say already.
    known = [one for one in values if start <= one.day <= day]
    return Fraction(max(known, key=lambda one: (one.day, one.final, one.version)).value) if known else base
