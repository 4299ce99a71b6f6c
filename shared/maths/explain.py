"""How an amount was calculated, step by step: a line, a credit, a late charge, or a figure of an offer's economics.

Built on request, so that calculating a schedule does not pay for it. The last step's result is the amount.
"""

from fractions import Fraction
from itertools import groupby

from shared.maths.economics import Figure
from shared.maths.exact import Calculation, Explanation, Inputs, Number, explained, less, rounded, rounding, summed
from shared.maths.late import LateCharge
from shared.maths.schedule import Credit, Line, Part, charged_before, joined


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
        left = less(whole, before)
        of_both: Inputs = {"month": whole, "earlier": before}
        steps.append(Calculation("Less the earlier document's line", "month − earlier", of_both, left))
        if left < 0:
            steps.append(Calculation("Nothing is taken back", "max(rest, 0)", {"rest": left}, line.amount))
    if line.most is not None and line.most == line.amount < whole:
        of_period: Inputs = {"rent": whole, "most": line.most}
        steps.append(Calculation("At most the rent of the whole period", "min(rent, most)", of_period, line.amount))
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
        label = f"Rent of {part.days} of {part.days_in_month} days{ending}"
        steps.append(Calculation(label, *_counted(part), part.share))
    return steps


def _counted(part: Part) -> tuple[str, Inputs]:
    """The formula of a part's share, and its inputs."""
    months, days, of = part.counted
    inputs: dict[str, Number | int | str] = {"monthly_rent": part.level.rent, "days": days}
    if months == 12 and of == 365 and part.proration == "ACTUAL_365":
        return "monthly_rent × 12 × days ÷ 365", inputs
    if months > 1:
        return "monthly_rent × months × days ÷ days_in_period", inputs | {"months": months, "days_in_period": of}
    if of == 30 and (part.proration == "THIRTY_360" or part.days_in_month != 30):
        return "monthly_rent × days ÷ 30", inputs
    return "monthly_rent × days ÷ days_in_month", inputs | {"days_in_month": of}
