"""Exact numbers: how amounts are calculated, rounded and shown.

Amounts come in and go out as `Decimal`, in major units of a currency that has `exponent` decimals (2 for USD,
0 for JPY). In between stand exact ratios (`Fraction`): a third of a month is a third, so that half-up means half-up
to the last cent. Only what is no ratio at all (the root in an effective rate, powers of a discount factor) is
computed in `Decimal`, with 50 digits in a context of our own: what the caller's thread has set changes no amount.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from itertools import groupby
from math import lcm
from typing import NamedTuple

Number = Fraction | Decimal | int
Inputs = Mapping[str, Number | str]

CONTEXT = Context(prec=50, rounding=ROUND_HALF_UP, traps=[DivisionByZero, InvalidOperation, Overflow])
_SHOWN = Context(prec=28, rounding=ROUND_HALF_UP, traps=[DivisionByZero, InvalidOperation, Overflow])

ZERO = Decimal(0)

# Below it, these have a place among the digits of CONTEXT.
_WIDE = Decimal(10) ** 40
_UNITS = tuple(Decimal((0, (1,), -exponent)) for exponent in range(5))


class Calculation(NamedTuple):
    """A step as it is computed, before it is shown."""

    label: str
    formula: str
    inputs: Inputs
    result: Number


class Step(NamedTuple):
    """One step of a calculation: `formula` over `inputs` gives `result`.

    A formula uses + − × ÷ ^, round, min and max, and the names of its inputs. Results are unrounded, shown to
    28 digits, until the step that rounds.
    """

    label: str
    formula: str
    inputs: dict[str, Decimal | int | str]
    result: Decimal


class Explanation(NamedTuple):
    """How an amount was calculated; the last step's result is the amount."""

    amount: Decimal
    steps: tuple[Step, ...]


def rounded(value: Fraction | Decimal, exponent: int) -> Decimal:
    """`value` half-up (away from zero) to `exponent` decimals, exactly."""
    if isinstance(value, Decimal) and ZERO < value < _WIDE and exponent < len(_UNITS):
        # As below, in a tenth of the time: a report rounds tens of thousands.
        return CONTEXT.quantize(value, _UNITS[exponent])
    numerator, denominator = value.as_integer_ratio()
    units = (2 * abs(numerator) * 10**exponent + denominator) // (2 * denominator)
    return Decimal(f"{'-' if numerator < 0 and units else ''}{units}E-{exponent}")


def shown(value: Number) -> Decimal:
    """`value` as a decimal of up to 28 digits: exact where it has no more."""
    if isinstance(value, Fraction):
        return _SHOWN.divide(Decimal(value.numerator), Decimal(value.denominator))
    return _SHOWN.plus(value) if isinstance(value, Decimal) else Decimal(value)


def added(*amounts: Decimal) -> Decimal:
    """The sum of amounts, whatever the caller's context."""
    total = ZERO
    for amount in amounts:
        total = CONTEXT.add(total, amount)
    return total


def total(amounts: Iterable[Fraction]) -> Fraction:
    """The sum of exact amounts. Reduced once, over their common denominator, as `sum` would do for each; what comes
    several times in a row is multiplied, as most months cost the same."""
    runs = [(*amount.as_integer_ratio(), len(list(run))) for amount, run in groupby(amounts)]
    common = lcm(*[denominator for _, denominator, _ in runs])
    return Fraction(
        sum([numerator * times * (common // denominator) for numerator, denominator, times in runs]), common
    )


def less(amount: Decimal, *others: Decimal) -> Decimal:
    """`amount` less others, whatever the caller's context."""
    for other in others:
        amount = CONTEXT.subtract(amount, other)
    return amount


def explained(calculations: Iterable[Calculation]) -> tuple[Step, ...]:
    """The steps as they are shown."""
    return tuple(
        Step(
            label,
            formula,
            {name: value if isinstance(value, str | int) else shown(value) for name, value in inputs.items()},
            shown(result),
        )
        for label, formula, inputs, result in calculations
    )


def rounding(amount: Number, exponent: int, result: Decimal) -> Calculation:
    """The step that rounds a line."""
    return Calculation("Rounded half-up", "round(amount, exponent)", {"amount": amount, "exponent": exponent}, result)


def summed(label: str, calculations: Sequence[Calculation], total: Number) -> Calculation:
    """The step that adds the results of others."""
    parts = {f"part_{n}": one.result for n, one in enumerate(calculations, start=1)}
    return Calculation(label, " + ".join(parts), parts, total)
