"""The definitions of docs/spec/lease-maths.md by other means: exact rationals and dateutil, nothing of the engine.

It walks lease months and files their days under calendar months; the engine walks calendar months. Terms come in as the
plain values of `Terms`, read here attribute by attribute.
"""

from calendar import monthrange
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from itertools import groupby

from dateutil.relativedelta import relativedelta

ONE_DAY = timedelta(days=1)


def half_up(value, exponent):
    unit = 10**exponent
    return Fraction((value * unit + Fraction(1, 2)).__floor__(), unit)


def rent_of(terms, values, k):
    """The exact monthly rent of lease month k."""
    escalation = terms.escalation
    if terms.bid_amount is None:
        base = Fraction(terms.base_rent_psf) * Fraction(terms.area) / 12
    else:
        base = Fraction(terms.bid_amount)
    n = (k - 1) // escalation.every_months
    match escalation.kind:
        case "COMPOUND":
            return base * (1 + Fraction(escalation.percent) / 100) ** n
        case "SIMPLE":
            return base * (1 + n * Fraction(escalation.percent) / 100)
        case "AMOUNT":
            return base + n * Fraction(escalation.amount_psf) * Fraction(terms.area) / 12
        case "STEP":
            return [Fraction(step.rent) for step in escalation.table if step.from_month <= k][-1]
        case "INDEX":
            return indexed(terms, values, base, n)
    return base


def indexed(terms, values, base, n):
    clause = terms.escalation.index_clause
    readings = [Fraction(clause.base_value)]
    rents = [base]
    for one in range(1, n + 1):
        day = terms.start_date + relativedelta(months=one * terms.escalation.every_months)
        known = sorted((v.day, v.final, v.version, v.value) for v in values if terms.start_date <= v.day <= day)
        readings.append(Fraction(known[-1][-1]) if known else Fraction(clause.base_value))
        index_before, rent_before = (readings[0], rents[0]) if clause.mode == "BASE" else (readings[-2], rents[-1])
        pct = (readings[-1] - index_before) / index_before * Fraction(clause.factor)
        if clause.max is not None:
            pct = min(pct, Fraction(clause.max) / 100)
        if clause.min is not None:
            pct = max(pct, Fraction(clause.min) / 100)
        rent = rent_before * (1 + pct)
        if clause.max_rent is not None:
            rent = min(rent, Fraction(clause.max_rent))
        if clause.upward_only:
            rent = max(rent, rents[-1])
        rents.append(rent)
    return rents[-1]


def rents(terms, values=()):
    return [rent_of(terms, values, k) for k in range(1, terms.term_months + 1)]


def calendar_months(terms, values=()):
    """Each calendar month of the term: first and last day, and the days of it at each (rent, free or not)."""
    days = defaultdict(lambda: defaultdict(int))
    ends = {}
    for k, rent in enumerate(rents(terms, values), start=1):
        day = terms.start_date + relativedelta(months=k - 1)
        after = terms.start_date + relativedelta(months=k)
        while day < after:
            upto = min(after, (day + relativedelta(months=1)).replace(day=1))
            month = (day.year, day.month)
            days[month][rent, k in terms.free_months] += (upto - day).days
            first, _ = ends.get(month, (day, day))
            ends[month] = (first, upto - ONE_DAY)
            day = upto
    return [(*ends[month], month, dict(days[month])) for month in days]


def periods(terms, values=()):
    """The calendar months of each billing period."""
    months = calendar_months(terms, values)
    size = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}[terms.billing_frequency]
    stub = terms.start_date.day != 1
    for _, group in groupby(enumerate(months), key=lambda at: -1 if stub and at[0] == 0 else (at[0] - stub) // size):
        yield [month for _, month in group]


def weights(terms, month, days):
    """The share of a month's rent of each run of days in it."""
    counts, length = list(days.values()), monthrange(*month)[1]
    if sum(counts) < length:
        one_day = {"ACTUAL_MONTH": Fraction(1, length), "ACTUAL_365": Fraction(12, 365), "THIRTY_360": Fraction(1, 30)}
        return [count * one_day[terms.proration] for count in counts]
    if terms.proration != "THIRTY_360":
        return [Fraction(count, length) for count in counts]
    ends = [min(sum(counts[:number]), 30) for number in range(len(counts))] + [30]
    return [Fraction(after - before, 30) for before, after in zip(ends, ends[1:], strict=False)]


def is_whole(terms, months):
    """Whether a billing period is as long as it should be, and not cut short by the term."""
    size = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}[terms.billing_frequency]
    return all(sum(days.values()) == monthrange(*month)[1] for *_, month, days in months) and len(months) == size


def lines(terms, values=()):
    """(period start, period end, exact amount, exact abatement) of each installment."""
    found = []
    for months in periods(terms, values):
        rents_in = {rent for *_, days in months for rent, _ in days}
        by_days = None
        if terms.proration == "ACTUAL_365" and len(rents_in) > 1:
            long = sum(count for *_, days in months for count in days.values())
            by_days = Fraction(len(months), long) if is_whole(terms, months) else Fraction(12, 365)
        amount = abated = Fraction(0)
        for *_, month, days in months:
            shares = [count * by_days for count in days.values()] if by_days else weights(terms, month, days)
            for (rent, free), weight in zip(days, shares, strict=True):
                if free:
                    abated += rent * weight
                else:
                    amount += rent * weight
        found.append((months[0][0], months[-1][1], amount, abated))
    return found


def bounds(terms, values=()):
    """What each whole period costs at its cheapest and at its dearest rent; None for a part period."""
    for months in periods(terms, values):
        found = [rent * len(months) for *_, days in months for rent, _ in days]
        yield (min(found), max(found)) if is_whole(terms, months) else None


def interest(principal, due, settled, as_of, annual_percent):
    """Day by day: what is unpaid at the end of each day from the due date bears a day's interest."""
    total = Fraction(0)
    day = due
    while day < as_of:
        unpaid = Fraction(principal) - sum(Fraction(one.amount) for one in settled if one.day <= day)
        total += max(unpaid, 0) * Fraction(annual_percent) / 100 / 365
        day += ONE_DAY
    return total


def level_rent(flows, years, rate, in_advance):
    """The level rent of a period with the same present value, by plain rationals."""
    first = 0 if in_advance else 1
    discounts = [1 / (1 + rate) ** t for t in range(first, first + len(flows))]
    worth = sum(flow * discount for flow, discount in zip(flows, discounts, strict=True))
    return worth, sum(weight * discount for weight, discount in zip(years, discounts, strict=True))
