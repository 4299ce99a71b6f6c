"""How an amount was calculated, step by step: a line, a credit, a late charge, or a figure of an offer's economics.

Built on request, so that calculating a schedule does not pay for it. The last step's result is the amount.
"""

from fractions import Fraction
from itertools import groupby

from shared.maths.economics import Figure
from shared.maths.exact import Calculation, Explanation, Inputs, explained, rounded, rounding, summed
from shared.maths.late import LateCharge
from shared.maths.schedule import Credit, Line, Part, charged_before, joined

_SHARES = {
    "ACTUAL_MONTH": "monthly_rent × days ÷ days_in_month",
    "ACTUAL_365": "monthly_rent × 12 × days ÷ 365",
    "THIRTY_360": "monthly_rent × days ÷ 30",
}


def explain(thing: Line | Credit | LateCharge | Figure) -> Explanation:
    """The steps that gave the thing its amount (a figure its value)."""
    if isinstance(thing, Line):
        return Explanation(thing.amount, explained(thing.origin or _rent(thing)))
    if isinstance(thing, Credit):
        inputs = {"line": thing.line.amount, "kept": thing.kept.amount}
        label = f"Credit for the days after {thing.kept.period_end}"
        credit = Calculation(label, "line − kept", inputs, thing.amount)
        return Explanation(thing.amount, explained((*_rent(thing.kept), credit)))
    amount = thing.value if isinstance(thing, Figure) else thing.amount
    return Explanation(amount, explained(thing.origin))


def _rent(line: Line) -> tuple[Calculation, ...]:
    parts = joined(line)
    of_levels = {id(part.level): part.level.origin for part in parts}
    steps = [step for origin in of_levels.values() for step in origin]
    shares = [
        step
        for _, run in groupby(parts, key=lambda part: (id(part.level), part.free, part.whole))
        for step in _shares(list(run))
    ]
    steps += shares
    gross = sum((part.share for part in parts), Fraction(0))
    free = sum((part.share for part in parts if part.free), Fraction(0))
    if len(shares) > 1:
        steps.append(summed("Rent of the period", shares, gross))
    if free:
        inputs = {"rent": gross, "free_rent": free}
        steps.append(Calculation("Less free rent", "rent − free_rent", inputs, gross - free))
    whole = rounded(gross - free, line.exponent)
    steps.append(rounding(gross - free, line.exponent, whole))
    if line.earlier is not None:
        before, _ = charged_before(line.earlier)
        of_both = {"month": whole, "earlier": before}
        steps.append(Calculation("Less the earlier document's line", "month − earlier", of_both, line.amount))
    return tuple(steps)


def _shares(run: list[Part]) -> list[Calculation]:
    """The share of each part; whole months at one rent in one step."""
    rent, ending = run[0].level.rent, ", free" if run[0].free else ""
    if run[0].whole:
        months = "a whole month" if len(run) == 1 else f"{len(run)} whole months"
        inputs: Inputs = {"monthly_rent": rent, "months": len(run)}
        return [Calculation(f"Rent of {months}{ending}", "monthly_rent × months", inputs, rent * len(run))]
    steps = []
    for part in run:
        inputs = {"monthly_rent": rent, "days": part.days}
        if part.proration == "ACTUAL_MONTH":
            inputs |= {"days_in_month": part.days_in_month}
        label = f"Rent of {part.days} of {part.days_in_month} days{ending}"
        steps.append(Calculation(label, _SHARES[part.proration], inputs, part.share))
    return steps
