"""What a contract costs, and when: its schedule of lines, to the cent and the day [docs/spec/lease-maths.md, Schedule].

Pure: terms in, lines out. A line is rounded half-up, once; nothing is rounded before. Installments are due on the first
day of their period. The periods run from the start: a start inside a month gives a part period to the month's end,
then come whole months (or three, or twelve of them), then the rest.

A part of a calendar month at either end costs its share of the rent by `proration`, both ends included:
ACTUAL_MONTH rent × days ÷ days in that month, ACTUAL_365 rent × 12 × days ÷ 365, THIRTY_360 rent × days ÷ 30.
A whole calendar month at one rent costs that rent. Where the rent changes inside a whole period, or a month is free in
part, the weights of its parts add up to one: no line lies outside its rents (`weighed`, `_by_period`)
[D365: 1,022.50].
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from shared.maths.checks import must_make_sense
from shared.maths.choices import Proration, ScheduledCharge
from shared.maths.exact import CONTEXT, ZERO, Calculation, Inputs, added, less, rounded, rounding, summed, total
from shared.maths.months import DAY, add_months, days_in, end_date
from shared.maths.rent import Level, levels, rents_by_month
from shared.maths.terms import IndexValue, Terms

MONTHS_OF = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}


class Counted(NamedTuple):
    """How the days of a part count: the rent of so many months × `days` ÷ `of`."""

    months: int
    days: int
    of: int


class Part(NamedTuple):
    """Days of one calendar month at one rent, both ends included; `share` is the exact rent of them.

    `whole` parts cost the month's rent. The share of a `free` part is abated.
    """

    level: Level
    first: date
    last: date
    days_in_month: int
    free: bool
    whole: bool
    proration: Proration
    counted: Counted
    share: Fraction

    @property
    def days(self) -> int:
        return self.last.day - self.first.day + 1


class Line(NamedTuple):
    """One payment of a schedule.

    Only installments of RENT are numbered (1, 2, …); a catch-up line of an index has no number. Both ends of the period
    are inside it; `period_end` is None where no period is paid for: a deposit, a price. `amount` is what is left after
    `abatement`. Rent comes of `parts`, anything else of `origin`. `earlier` is the line of the document before, where
    both share a month, which is `rounded_from` the parts of both; `most` is the amount of the whole period, where a
    lease ends early inside it.
    """

    installment_number: int | None
    charge: ScheduledCharge
    period_start: date
    period_end: date | None
    due_date: date
    amount: Decimal
    abatement: Decimal
    exponent: int
    parts: tuple[Part, ...] = ()
    origin: tuple[Calculation, ...] = ()
    earlier: "Line | None" = None
    rounded_from: tuple[Part, ...] = ()
    most: Decimal | None = None


def schedule(
    terms: Terms,
    index_values: Iterable[IndexValue] = (),
    *,
    until: date | None = None,
    after: Line | None = None,
) -> tuple[Line, ...]:
    """The terms' whole schedule: the deposit, where there is one, then the rent; for a SALE its price.

    `until` is the last day of a lease that ends early. `after` is the last line of the lease that these terms renew:
    where both share a calendar month, the first line here is that month less the earlier line.

    Raises ValueError, naming the field and the rule, for terms that `checks.check_terms` refuses by themselves; where
    `until` is outside the term; where `after` does not end the day before the start.
    """
    must_make_sense(terms)
    return schedule_by(terms, levels(terms, index_values), until=until, after=after)


def schedule_by(
    terms: Terms, plan: Sequence[Level], *, until: date | None = None, after: Line | None = None
) -> tuple[Line, ...]:
    """As `schedule`, of terms that make sense and whose rents (`rent.levels`) are known."""
    if terms.contract_type == "SALE":
        return (_price(terms),)
    assert terms.term_months is not None  # noqa: S101 (checks.py)
    end = end_date(terms.start_date, terms.term_months)
    if until is not None and not terms.start_date <= until <= end:
        raise ValueError(f"until must be inside the term, {terms.start_date} to {end}")
    if after is not None and (after.period_end is None or after.period_end + DAY != terms.start_date):
        raise ValueError("a renewal begins the day after the lease it renews")
    lines = [_deposit(terms, plan[0])] if terms.deposit_months > 0 else []
    # Rounded once for each rent: most lines are whole months at the same one.
    whole = {level.from_month: rounded(level.rent, terms.exponent) for level in plan}
    earlier = after if after is not None and _in_one_month(after, terms.start_date) else None
    for number, parts in enumerate(_periods(terms, plan, until or end), start=1):
        first, last = parts[0].first, parts[-1].last
        both = _joined(parts, earlier, terms) if earlier is not None else ()
        if not both and len(parts) == 1 and parts[0].whole and not parts[0].free:
            amount, abatement = whole[parts[0].level.from_month], ZERO
        else:
            amount, abatement = _sum(both or parts, terms, earlier)
        line = Line(number, "RENT", first, last, first, amount, abatement, terms.exponent, parts, (), earlier, both)
        lines.append(line)
        earlier = None
    return tuple(lines)


def schedule_total(lines: Iterable[Line]) -> Decimal:
    """The contract's total: its RENT lines added up. The deposit is the payer's money and no part of it."""
    with localcontext(CONTEXT):
        return sum([line.amount for line in lines if line.charge == "RENT"], ZERO)


class Credit(NamedTuple):
    """What is given back of a line because its lease ends inside its period: the line less what is kept of it."""

    line: Line
    kept: Line
    amount: Decimal


class EarlyEnd(NamedTuple):
    """The schedule of a lease that ends early: what stays owed, what of it is credited, what is cancelled."""

    kept: tuple[Line, ...]
    credit: Credit | None
    cancelled: tuple[Line, ...]


def end_early(
    terms: Terms, index_values: Sequence[IndexValue] = (), *, last_day: date, after: Line | None = None
) -> EarlyEnd:
    """The schedule of a lease that ends with `last_day`. Raises ValueError as `schedule` does, and for a SALE."""
    if terms.contract_type == "SALE":
        raise ValueError("a sale has no term that could end early")
    whole = schedule(terms, index_values, after=after)
    kept = schedule(terms, index_values, until=last_day, after=after)
    line, cut = whole[len(kept) - 1], kept[-1]
    if line.period_end == cut.period_end:
        return EarlyEnd(kept, None, whole[len(kept) :])
    # By days ÷ 365 or ÷ 30 a part may come to more than its whole period at a rent that falls: no credit is below zero.
    cut = cut._replace(amount=min(cut.amount, line.amount), most=line.amount)
    return EarlyEnd((*kept[:-1], cut), Credit(line, cut, less(line.amount, cut.amount)), whole[len(kept) :])


def catch_up(issued: Sequence[Line], corrected: Sequence[Line], *, due_date: date) -> Line | None:
    """The amount that a late-published index adds to periods already issued (negative: takes off).

    `issued` are the lines of those periods as invoiced so far: as issued, or as the last catch-up left them.
    `corrected` is the schedule with the index values known now. Returns None if no amount changes. Raises ValueError
    if an issued installment is not in the corrected schedule.
    """
    by_start = {line.period_start: line for line in corrected if line.charge == "RENT"}
    changed: list[tuple[Line, Line]] = []
    for line in issued:
        if line.charge != "RENT":
            continue
        now = by_start.get(line.period_start)
        if now is None or now.period_end != line.period_end:
            raise ValueError(f"the corrected schedule has no installment for {line.period_start}")
        if (now.amount, now.abatement) != (line.amount, line.abatement):
            changed.append((line, now))
    if not changed:
        return None
    origin = [
        Calculation(
            f"Rent for {line.period_start.isoformat()} at the published index, less the rent already invoiced",
            "published − invoiced",
            {"published": now.amount, "invoiced": line.amount},
            less(now.amount, line.amount),
        )
        for line, now in changed
    ]
    missing = less(added(*(now.amount for _, now in changed)), *(line.amount for line, _ in changed))
    origin.append(summed("Catch-up", origin, missing))
    abated = less(added(*(now.abatement for _, now in changed)), *(line.abatement for line, _ in changed))
    first, last = changed[0][1], changed[-1][1]
    return Line(
        None,
        "RENT",
        first.period_start,
        last.period_end,
        due_date,
        missing,
        abated,
        first.exponent,
        origin=tuple(origin),
    )


def _periods(terms: Terms, plan: Sequence[Level], until: date) -> list[tuple[Part, ...]]:
    """The parts of each installment's period."""
    months = _months(terms, plan, until)
    size = MONTHS_OF[terms.billing_frequency]
    if size == 1:
        return months
    stub = 1 if terms.start_date.day > 1 else 0
    groups = [months[:stub]] if stub else []
    groups += [months[at : at + size] for at in range(stub, len(months), size)]
    periods = [tuple(part for month in group for part in month) for group in groups]
    return [_by_period(parts, size, terms) for parts in periods] if terms.proration == "ACTUAL_365" else periods


def _by_period(parts: tuple[Part, ...], size: int, terms: Terms) -> tuple[Part, ...]:
    """A period by ACTUAL_365: where the rent changes inside it, whole months count by their days too. In a whole period
    each rent of the period counts by its days of it; a part period at an end goes by the days of a year."""
    if parts[0].level is parts[-1].level:
        return parts
    first, last = parts[0].first, parts[-1].last
    if terms.whole_periods and first.day == 1 and add_months(first, size) - DAY == last:
        of_period = (last - first).days + 1
        return tuple(_counting(part, Counted(size, part.days, of_period)) for part in parts)
    return tuple(_counting(part, Counted(12, part.days, 365)) for part in parts)


def weighed(parts: Sequence[Part], proration: Proration) -> tuple[Part, ...]:
    """A whole calendar month in the parts that its rents and free days make of it: their weights add up to one.
    THIRTY_360 counts at most 30 days in all, the last part the rest of them; the others count the month's own days."""
    if proration != "THIRTY_360":
        return tuple(_counting(part, Counted(1, part.days, part.days_in_month)) for part in parts)
    found, left = [], 30
    for part in parts[:-1]:
        days = min(part.days, left)
        left -= days
        found.append(_counting(part, Counted(1, days, 30)))
    return (*found, _counting(parts[-1], Counted(1, left, 30)))


def _counting(part: Part, counted: Counted) -> Part:
    return part._replace(whole=False, counted=counted, share=_share(part.level.rent, counted))


def _months(terms: Terms, plan: Sequence[Level], until: date) -> list[tuple[Part, ...]]:
    """The calendar months of the term, each in the parts that its rent and its free days split it into."""
    free = frozenset(terms.free_months)
    rents = rents_by_month(plan, terms.term_months or 0)
    months: list[tuple[Part, ...]] = []
    first, lease_month = terms.start_date, 1
    # Lease months in a row at one rent, free or not.
    for (level, is_free), run in groupby((level, month in free) for month, level in enumerate(rents, start=1)):
        lease_month += len(list(run))
        end = min(add_months(terms.start_date, lease_month - 1) - DAY, until)
        while first <= end:
            days = days_in(first.year, first.month)
            last = min(first.replace(day=days), end)
            part = _part(terms.proration, level, is_free, first, last, days)
            if first.day > 1 and months:
                months[-1] += (part,)
            else:
                months.append((part,))
            first = last + DAY
    if terms.whole_periods:
        return [weighed(month, terms.proration) if _is_split(month) else month for month in months]
    return months


def _is_split(month: Sequence[Part]) -> bool:
    """Whether a whole calendar month has more than one part."""
    return len(month) > 1 and month[0].first.day == 1 and month[-1].last.day == month[-1].days_in_month


def _part(proration: Proration, level: Level, free: bool, first: date, last: date, days_in_month: int) -> Part:
    days = last.day - first.day + 1
    whole = days == days_in_month
    counted = _counted(proration, days, days_in_month)
    share = level.rent if whole else _share(level.rent, counted)
    return Part(level, first, last, days_in_month, free, whole, proration, counted, share)


def _counted(proration: Proration, days: int, days_in_month: int) -> Counted:
    """How so many days of a month count by themselves."""
    if proration == "ACTUAL_MONTH":
        return Counted(1, days, days_in_month)
    return Counted(12, days, 365) if proration == "ACTUAL_365" else Counted(1, days, 30)


def _share(rent: Fraction, counted: Counted) -> Fraction:
    """The exact rent of days that count so."""
    return Fraction(rent.numerator * counted.months * counted.days, rent.denominator * counted.of)


def _in_one_month(earlier: Line, start: date) -> bool:
    last = earlier.period_end
    return last is not None and (last.year, last.month) == (start.year, start.month)


def joined(line: Line) -> tuple[Part, ...]:
    """The parts that `line` was rounded from: its own, behind those of the documents before that share its month.

    Days at the same rent on both sides are one part, so that a month which is whole again costs its rent. A month that
    is whole again at several rents is weighed by the later document's proration.
    """
    return line.rounded_from or line.parts


def _joined(parts: tuple[Part, ...], earlier: Line, terms: Terms) -> tuple[Part, ...]:
    *before, last = joined(earlier)
    first, *rest = parts
    if last.level.rent != first.level.rent or last.free != first.free:
        both = [*before, last, *parts]
    else:
        piece = (first.level, first.free, last.first, first.last, first.days_in_month)
        both = [*before, _part(first.proration, *piece), *rest]
    shared = [part for part in both if (part.first.year, part.first.month) == (first.first.year, first.first.month)]
    if not terms.whole_periods or not _is_split(shared):
        return tuple(both)
    return (*both[: len(both) - len(shared)], *weighed(shared, terms.proration))


def charged_before(line: Line | None) -> tuple[Decimal, Decimal]:
    """The amount and the abatement of `line` and of the lines it follows in the same month."""
    if line is None:
        return ZERO, ZERO
    amount, abatement = charged_before(line.earlier)
    return added(amount, line.amount), added(abatement, line.abatement)


def _sum(parts: tuple[Part, ...], terms: Terms, earlier: Line | None) -> tuple[Decimal, Decimal]:
    """Amount and abatement of a line: what is paid and all there is are rounded, the abatement is the difference."""
    gross = total([part.share for part in parts])
    free = [part.share for part in parts if part.free]
    paid = gross - total(free) if free else gross
    amount = rounded(paid, terms.exponent)
    abatement = less(rounded(gross, terms.exponent), amount) if free and paid != gross else ZERO
    if earlier is None:
        return amount, abatement
    nothing = rounded(ZERO, terms.exponent)
    # Where the rent falls, the earlier document's days may have come to more than the month: nothing is taken back.
    amount_before, abatement_before = charged_before(earlier)
    return max(less(amount, amount_before), nothing), max(less(abatement, abatement_before), nothing)


def _deposit(terms: Terms, first: Level) -> Line:
    deposit = first.rent * Fraction(terms.deposit_months)
    inputs: Inputs = {"monthly_rent": first.rent, "deposit_months": terms.deposit_months}
    of_deposit = Calculation("Security deposit", "monthly_rent × deposit_months", inputs, deposit)
    return _single(terms, "DEPOSIT", deposit, *first.origin, of_deposit)


def _price(terms: Terms) -> Line:
    assert terms.bid_amount is not None  # noqa: S101 (checks.py)
    price = Fraction(terms.bid_amount)
    return _single(terms, "RENT", price, Calculation("Price", "bid_amount", {"bid_amount": terms.bid_amount}, price))


def _single(terms: Terms, charge: ScheduledCharge, exact: Fraction, *origin: Calculation) -> Line:
    """A payment for no period, due at the start."""
    start, amount = terms.start_date, rounded(exact, terms.exponent)
    steps = (*origin, rounding(exact, terms.exponent, amount))
    number = 1 if charge == "RENT" else None
    return Line(number, charge, start, None, start, amount, ZERO, terms.exponent, origin=steps)
