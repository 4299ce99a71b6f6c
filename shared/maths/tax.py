"""Tax by the rate of the period that is occupied [docs/spec/lease-maths.md, Tax codes].

Where a rate changes inside a period, its net amount is split by calendar days and rounded, the last part is the rest,
and the tax is rounded for each part.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from shared.maths.exact import ZERO, added, less, rounded
from shared.maths.months import DAY

TaxCategory = Literal["STANDARD", "ZERO", "EXEMPT", "REVERSE"]


class TaxRate(NamedTuple):
    """From that day on, so many percent."""

    begins: date
    percent: Decimal


class TaxRule(NamedTuple):
    """A tax code and its rates, in ascending order. The first rate also holds before its day."""

    code: str
    category: TaxCategory
    reason: str | None
    rates: tuple[TaxRate, ...]


class TaxPart(NamedTuple):
    """What of an amount is taxed at one rate."""

    code: str
    category: TaxCategory
    percent: Decimal
    net: Decimal
    tax: Decimal
    reason: str | None = None


def taxed(net: Decimal, begins: date, ends: date, rule: TaxRule, exponent: int) -> tuple[TaxPart, ...]:
    """The parts of an amount for the days from `begins` to `ends`, by the rates of these days; none of nothing."""
    if not net:
        return ()
    days = list(_days(begins, ends, rule.rates))
    whole, parts, left = sum(count for _, count in days), [], net
    for place, (percent, count) in enumerate(days, start=1):
        part = left if place == len(days) else rounded(Fraction(net) * count / whole, exponent)
        left = less(left, part)
        tax = rounded(Fraction(part) * Fraction(percent) / 100, exponent)
        parts.append(TaxPart(rule.code, rule.category, percent, part, tax, rule.reason))
    return tuple(parts)


def shared_out(parts: Sequence[TaxPart], net: Decimal, tax: Decimal, exponent: int) -> tuple[TaxPart, ...]:
    """So much of the parts, in proportion; the last part is the rest."""
    nets, taxes = added(*(part.net for part in parts)), added(*(part.tax for part in parts))
    found, net_left, tax_left = [], net, tax
    for place, part in enumerate(parts, start=1):
        is_last = place == len(parts)
        of_net = net_left if is_last else _portion(net, part.net, nets, exponent)
        of_tax = tax_left if is_last else _portion(tax, part.tax, taxes, exponent)
        net_left, tax_left = less(net_left, of_net), less(tax_left, of_tax)
        found.append(part._replace(net=of_net, tax=of_tax))
    return tuple(found)


def combined(parts: Iterable[TaxPart], less_parts: Iterable[TaxPart] = ()) -> tuple[TaxPart, ...]:
    """The parts less others, those of one code and rate together; what comes to nothing is left out."""
    sums: dict[tuple[str, TaxCategory, Decimal], TaxPart] = {}
    for part, sign in (*((one, 1) for one in parts), *((one, -1) for one in less_parts)):
        key = part.code, part.category, part.percent.normalize()
        before = sums.get(key, part._replace(net=ZERO, tax=ZERO))
        sums[key] = before._replace(net=added(before.net, sign * part.net), tax=added(before.tax, sign * part.tax))
    return tuple(part for part in sums.values() if part.net or part.tax)


def total_tax(parts: Iterable[TaxPart]) -> Decimal:
    """The tax of the parts."""
    return added(*(part.tax for part in parts))


def _portion(amount: Decimal, part: Decimal, whole: Decimal, exponent: int) -> Decimal:
    return rounded(Fraction(amount) * Fraction(part) / Fraction(whole), exponent) if whole else ZERO


def _days(begins: date, ends: date, rates: Sequence[TaxRate]) -> Iterable[tuple[Decimal, int]]:
    """The percents that hold from one day to the other, and on how many days each does."""
    for place, rate in enumerate(rates):
        first = begins if place == 0 else max(begins, rate.begins)
        last = min(ends, rates[place + 1].begins - DAY) if place + 1 < len(rates) else ends
        if first <= last:
            yield rate.percent, (last - first).days + 1
