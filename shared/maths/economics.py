"""What an offer is worth: the same figures for both sides [docs/spec/lease-maths.md, Economics of an offer].

All on unrounded amounts, rounded only when shown (`exact.rounded`). The totals are those of the schedule's lines before
rounding. `ner_dcf` counts whole lease months (or years) from the start, as offers are compared, whatever day of the
month that is; so at 0 % it is `ner_simple` for terms that start on the first of a month.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from shared.maths.exact import CONTEXT, ZERO, Calculation, Inputs, shown, summed, total
from shared.maths.rent import Level, rents_by_month
from shared.maths.schedule import Line, Part, schedule_total
from shared.maths.terms import Terms

_LEVEL = attrgetter("level")


class Figure(NamedTuple):
    """A figure, up to 28 digits of it, and how it came about."""

    value: Decimal
    origin: tuple[Calculation, ...]


class Economics(NamedTuple):
    """An offer's figures in major units; `…_psf` and the net effective rents per square foot and year.

    What is per square foot is None where the area is not known, `payback_years` where no rent is left to pay with.
    """

    face_rent_psf: Figure | None
    total_contract_rent: Figure
    schedule_total: Figure
    free_rent_value: Figure
    leasing_costs: Figure
    ner_simple: Figure | None
    ner_dcf: Figure | None
    payback_years: Figure | None


def economics(terms: Terms, lines: Sequence[Line]) -> Economics:
    """The figures of a lease's terms; `lines` is their whole schedule, and tells every rent. Raises ValueError for a
    SALE."""
    if terms.term_months is None:
        raise ValueError("a sale has no rent to be compared")
    parts = [part for line in lines for part in line.parts]
    rents = rents_by_month([level for level, _ in groupby(parts, _LEVEL)], terms.term_months)
    in_term = _rent_of(parts, "Rent of the whole term, unrounded")
    free = _rent_of([part for part in parts if part.free], "Rent of the free months, unrounded")
    rent, abated = Fraction(in_term[-1].result), Fraction(free[-1].result)
    costs = _leasing_costs(terms, rent, abated)
    spent = Fraction(costs[-1].result)
    years = Fraction(terms.term_months, 12)
    area = Fraction(terms.area) if terms.area else None
    in_all = schedule_total(lines)
    sum_of_lines = Calculation("Sum of the rounded rent lines", "rent_lines", {"rent_lines": in_all}, in_all)
    return Economics(
        face_rent_psf=_face_rent(rents, area) if area else None,
        total_contract_rent=_figure(*in_term),
        schedule_total=_figure(sum_of_lines),
        free_rent_value=_figure(*free),
        leasing_costs=_figure(*costs),
        ner_simple=_figure(*costs, *_simple(rent, abated, spent, area, years)) if area else None,
        ner_dcf=_figure(*costs, *_discounted(terms, rents, spent, area)) if area else None,
        payback_years=_figure(*costs, *_payback(rent - abated, spent, years)) if rent > abated else None,
    )


def _figure(*origin: Calculation) -> Figure:
    return Figure(shown(origin[-1].result), origin)


def _rent_of(parts: Sequence[Part], label: str) -> tuple[Calculation, ...]:
    """The rent of parts before rounding: for each rent its months."""
    if not parts:
        return (Calculation("No month is free", "0", {}, Fraction(0)),)
    steps, rents = [], []
    for level, run in groupby(parts, _LEVEL):
        at_level = list(run)
        rent = total(part.share for part in at_level)
        # What the days of part months are of a month, by the offer's proration.
        months = rent / level.rent if level.rent else Fraction(sum(part.whole for part in at_level))
        inputs: Inputs = {"monthly_rent": level.rent, "months": months}
        steps.append(
            Calculation(f"At the rent from lease month {level.from_month}", "monthly_rent × months", inputs, rent)
        )
        rents.append(rent)
    return (*steps, summed(label, steps, total(rents)))


def _face_rent(rents: Sequence[Level], area: Fraction) -> Figure:
    first = [level.rent for level in rents[:12]]
    rent = total(first)
    a_year = rent * 12 / len(first)
    of_year: Inputs = {"first_rents": rent, "months": len(first)}
    of_foot: Inputs = {"first_year": a_year, "area": area}
    return _figure(
        Calculation("Base rent of the first year", "first_rents × 12 ÷ months", of_year, a_year),
        Calculation("Face rent", "first_year ÷ area", of_foot, a_year / area),
    )


def _leasing_costs(terms: Terms, rent: Fraction, free: Fraction) -> tuple[Calculation, ...]:
    area = Fraction(terms.area or 0)
    works = (Fraction(terms.ti_allowance_psf) + Fraction(terms.other_costs_psf)) * area
    of_works: Inputs = {
        "ti_allowance_psf": terms.ti_allowance_psf,
        "other_costs_psf": terms.other_costs_psf,
        "area": area,
    }
    gross = terms.commission_base == "GROSS_RENT"
    base = rent if gross else rent - free
    commission = base * Fraction(terms.commission_percent) / 100
    of_commission: Inputs = {"rent": base, "commission_percent": terms.commission_percent}
    label = f"Commission on the rent {'before' if gross else 'net of'} free rent"
    of_both: Inputs = {"works": works, "commission": commission}
    return (
        Calculation("Improvements and others", "(ti_allowance_psf + other_costs_psf) × area", of_works, works),
        Calculation(label, "rent × commission_percent ÷ 100", of_commission, commission),
        Calculation("Leasing costs", "works + commission", of_both, works + commission),
    )


def _simple(
    rent: Fraction, free: Fraction, costs: Fraction, area: Fraction, years: Fraction
) -> tuple[Calculation, Calculation]:
    """(total_contract_rent − free_rent_value − leasing_costs) ÷ RSF ÷ years [IREM]."""
    net = rent - free - costs
    of_net: Inputs = {"rent": rent, "free_rent": free, "costs": costs}
    of_foot: Inputs = {"net": net, "area": area, "years": years}
    return (
        Calculation("Net of free rent and costs", "rent − free_rent − costs", of_net, net),
        Calculation("Net effective rent", "net ÷ area ÷ years", of_foot, net / area / years),
    )


def _payback(net: Fraction, costs: Fraction, years: Fraction) -> tuple[Calculation, Calculation]:
    a_year = net / years
    of_year: Inputs = {"net_rent": net, "years": years}
    of_costs: Inputs = {"costs": costs, "net_rent_a_year": a_year}
    return (
        Calculation("Rent less free rent, a year", "net_rent ÷ years", of_year, a_year),
        Calculation("Years to pay back", "costs ÷ net_rent_a_year", of_costs, costs / a_year),
    )


def _discounted(terms: Terms, rents: Sequence[Level], costs: Fraction, area: Fraction) -> tuple[Calculation, ...]:
    """The level annual rent with the same present value as the rent less free rent, less costs at month 0.

    A last part year of YEAR periods counts as the part that it is, at its year's date.
    """
    months = 1 if terms.discount.period == "MONTH" else 12
    free, nothing = frozenset(terms.free_months), Fraction(0)
    paid = [nothing if month in free else level.rent for month, level in enumerate(rents, start=1)]
    flows = paid if months == 1 else [total(paid[at : at + months]) for at in range(0, len(paid), months)]
    whole, rest = divmod(len(paid), months)
    with localcontext(CONTEXT):
        rate, of_rate = _rate(terms)
        factor = 1 / (1 + rate)
        discount = Decimal(1) if terms.discount.timing == "ADVANCE" else factor
        discounts = []
        for _ in flows:
            discounts.append(discount)
            discount *= factor
        annuity = sum(discounts[:whole], ZERO) * _decimal(Fraction(months, 12))
        if rest:
            annuity += discounts[-1] * _decimal(Fraction(rest, 12))
        # Periods in a row with the same rent: that rent, the first and the last of them, and what 1 in each is worth.
        runs: list[tuple[Fraction, int, int, Decimal]] = []
        last = 0
        for flow, run in groupby(flows):
            first, last = last + 1, last + len(list(run))
            runs.append((flow, first, last, sum(discounts[first - 1 : last], ZERO)))
        worths = [_worth(terms, *run) for run in runs]
        value = sum((Decimal(worth) for worth, _ in worths), Decimal(0))
        net = value - _decimal(costs)
        level = net / annuity
        per_foot = level / _decimal(area)
    how = f"{len(flows)} {terms.discount.period.lower()}s, paid in {terms.discount.timing.lower()}"
    of_net: Inputs = {"present_value": value, "costs": costs}
    of_level: Inputs = {"net": net, "annuity": annuity}
    of_foot: Inputs = {"level_rent": level, "area": area}
    return (
        of_rate,
        *(step for _, step in worths),
        summed("Present value of the rent less free rent", [step for _, step in worths], value),
        Calculation("Less leasing costs", "present_value − costs", of_net, net),
        Calculation(f"Present value of 1 a year: {how}", "annuity", {"annuity": annuity, "rate": rate}, annuity),
        Calculation("Level rent a year", "net ÷ annuity", of_level, level),
        Calculation("Net effective rent, discounted", "level_rent ÷ area", of_foot, per_foot),
    )


def _worth(terms: Terms, flow: Fraction, first: int, last: int, worth_of_one: Decimal) -> tuple[Decimal, Calculation]:
    """What the rent of some periods is worth at month 0, in the context at hand."""
    worth = _decimal(flow) * worth_of_one
    label = f"Worth today of the rent of {terms.discount.period.lower()}s {first} to {last}"
    inputs: Inputs = {"rent": flow, "worth_of_one_in_each": worth_of_one}
    return worth, Calculation(label, "rent × worth_of_one_in_each", inputs, worth)


def _rate(terms: Terms) -> tuple[Decimal, Calculation]:
    """The rate of one period, in the context at hand: the annual rate for a year, by `compounding` for a month."""
    percent = terms.discount.annual_percent
    inputs: Inputs = {"annual_percent": percent}
    if terms.discount.period == "YEAR":
        rate = percent / 100
        return rate, Calculation("Rate of a year", "annual_percent ÷ 100", inputs, rate)
    if terms.discount.compounding == "NOMINAL_12":
        rate = percent / 100 / 12
        return rate, Calculation("Rate of a month", "annual_percent ÷ 100 ÷ 12", inputs, rate)
    rate = (1 + percent / 100) ** (1 / Decimal(12)) - 1
    return rate, Calculation("Rate of a month", "(1 + annual_percent ÷ 100) ^ (1 ÷ 12) − 1", inputs, rate)


def _decimal(value: Fraction) -> Decimal:
    """50 digits of an exact ratio."""
    return CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
