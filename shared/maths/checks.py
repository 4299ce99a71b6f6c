"""What is wrong with lease terms: the field, and the rule that it breaks.

`check_terms` reports everything that is wrong; no schedule is calculated from wrong terms.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from shared.maths.choices import Proration
from shared.maths.exact import total
from shared.maths.months import MAX_TERM_MONTHS, add_months
from shared.maths.rent import Level, base_rent, levels, rents_by_month
from shared.maths.terms import Escalation, IndexClause, IndexValue, Terms

LARGEST_AMOUNT = 10**10
"""Money columns hold less than this."""

LARGEST_PERCENT = 1000


class Wrong(NamedTuple):
    """`field` is a path into the offer, as the wire names it: `escalation.table.1.from_month`."""

    field: str
    rule: str


def check_terms(terms: Terms, index_values: Sequence[IndexValue] = ()) -> Iterator[Wrong]:
    """Everything that is wrong with an offer's terms.

    `index_values` are the published values of the offer's index. If each field is right by itself, the resulting
    rents are checked too.
    """
    found = list(check_fields(terms, index_values))
    yield from found or check_rents(terms, levels(terms, index_values))


def check_fields(terms: Terms, index_values: Sequence[IndexValue]) -> Iterator[Wrong]:
    """What is wrong with the fields by themselves, and with the index."""
    yield from _by_themselves(terms)
    if terms.escalation.index_clause is None:
        return
    if not index_values:
        yield Wrong("escalation.index.name", "must be an index with published values")
    elif not all(one.value > 0 for one in index_values):
        yield Wrong("escalation.index.name", "must be an index whose values are greater than 0")


def check_rents(terms: Terms, plan: Sequence[Level]) -> Iterator[Wrong]:
    """What is wrong with the rents (`rent.levels`) of a lease whose fields are right: none may be below zero, none
    larger than a contract can hold."""
    if terms.term_months is None:
        return
    of_rent = "bid_amount" if terms.bid_amount is not None else "base_rent_psf"
    for level in plan:
        field = of_rent if level.from_month == 1 else "escalation"
        if level.rent < 0:
            yield Wrong(field, f"makes the rent of lease month {level.from_month} negative")
            return
        if level.rent >= LARGEST_AMOUNT:
            yield Wrong(field, f"makes the rent of lease month {level.from_month} larger than a contract allows")
            return
    if _is_too_large(plan, terms.term_months, terms.proration):
        yield Wrong(of_rent, f"is too large for {terms.term_months} months")
    elif plan[0].rent * Fraction(terms.deposit_months) >= LARGEST_AMOUNT:
        yield Wrong("deposit_months", "makes the deposit larger than a contract allows")


def _is_too_large(plan: Sequence[Level], term_months: int, proration: Proration) -> bool:
    """Whether the rents may add up to more than a contract can hold, by the parts of months too: one month more, and
    each month of 31 days of 30."""
    highest = max(level.rent for level in plan)
    longest = Fraction(1) if proration == "ACTUAL_MONTH" else Fraction(31, 30)
    if highest * longest * (term_months + 1) < LARGEST_AMOUNT:
        return False  # without adding them up: as nearly all
    rents = total(level.rent for level in rents_by_month(plan, term_months))
    return (rents + highest) * longest >= LARGEST_AMOUNT


def must_make_sense(terms: Terms) -> None:
    """Raises ValueError naming the first field that is wrong by itself, and the rule."""
    for wrong in _by_themselves(terms):
        raise ValueError(f"{wrong.field} {wrong.rule}")


def _by_themselves(terms: Terms) -> Iterator[Wrong]:
    yield from _base(terms)
    if terms.contract_type == "SALE":
        yield from _sale(terms)
    else:
        yield from _term(terms)
        yield from _escalation(terms)
    yield from _costs(terms)


def _base(terms: Terms) -> Iterator[Wrong]:
    if terms.bid_amount is None and terms.base_rent_psf is None:
        yield Wrong("bid_amount", "is required")
    if terms.bid_amount is not None and terms.bid_amount <= 0:
        yield Wrong("bid_amount", "must be greater than 0")
    elif terms.bid_amount is not None and terms.bid_amount >= LARGEST_AMOUNT:
        yield Wrong("bid_amount", "is larger than a contract allows")
    if terms.base_rent_psf is None:
        return
    if terms.bid_amount is not None:
        yield Wrong("base_rent_psf", "replaces bid_amount: give only one of the two")
    if terms.contract_type == "SALE":
        yield Wrong("base_rent_psf", "is a rent, but a sale has none: give bid_amount instead")
    if not 0 < terms.base_rent_psf < LARGEST_AMOUNT:
        yield Wrong("base_rent_psf", "must be greater than 0")
    yield from _needs_area(terms, "base_rent_psf")


def _sale(terms: Terms) -> Iterator[Wrong]:
    if terms.term_months is not None:
        yield Wrong("term_months", "must be empty: a sale has no term")
    if terms.escalation.kind != "NONE":
        yield Wrong("escalation.kind", "must be NONE: a sale is one payment")
    if terms.free_months:
        yield Wrong("free_rent.months", "must be empty: a sale is one payment")
    if terms.deposit_months:
        yield Wrong("deposit_months", "must be 0: a sale is one payment")


def _term(terms: Terms) -> Iterator[Wrong]:
    term = terms.term_months
    if term is None or not 1 <= term <= MAX_TERM_MONTHS:
        yield Wrong("term_months", f"must be between 1 and {MAX_TERM_MONTHS}")
        return
    try:
        add_months(terms.start_date, term)
    except ValueError:
        yield Wrong("start_date", "is too late: the term would end after the year 9999")
    seen: set[int] = set()
    for at, month in enumerate(terms.free_months):
        if not 1 <= month <= term:
            yield Wrong(f"free_rent.months.{at}", f"must be within the term, between 1 and {term}")
        elif month in seen:
            yield Wrong(f"free_rent.months.{at}", f"repeats month {month}")
        seen.add(month)


def _escalation(terms: Terms) -> Iterator[Wrong]:
    escalation, kind = terms.escalation, terms.escalation.kind
    if not 1 <= escalation.every_months <= MAX_TERM_MONTHS:
        yield Wrong("escalation.every_months", f"must be between 1 and {MAX_TERM_MONTHS}")
    for field, kinds, given in (
        ("percent", ("COMPOUND", "SIMPLE"), escalation.percent is not None),
        ("amount_psf", ("AMOUNT",), escalation.amount_psf is not None),
        ("table", ("STEP",), bool(escalation.table)),
        ("index", ("INDEX",), escalation.index_clause is not None),
    ):
        if given and kind not in kinds:
            yield Wrong(f"escalation.{field}", f"applies to {' or '.join(kinds)}, not to {kind}")
        elif not given and kind in kinds:
            yield Wrong(f"escalation.{field}", f"is required for {kind}")
    yield from _percent("escalation.percent", escalation.percent, least=-100)
    if escalation.amount_psf is not None:
        if abs(escalation.amount_psf) >= LARGEST_AMOUNT:
            yield Wrong("escalation.amount_psf", "is larger than a contract allows")
        yield from _needs_area(terms, "escalation.amount_psf")
    yield from _table(terms, escalation)
    if escalation.index_clause is not None:
        yield from _index(escalation.index_clause, terms)


def _table(terms: Terms, escalation: Escalation) -> Iterator[Wrong]:
    last = 0
    for at, step in enumerate(escalation.table):
        field = f"escalation.table.{at}"
        if at == 0 and step.from_month != 1:
            yield Wrong(f"{field}.from_month", "must be 1: the table starts with the first month")
        elif step.from_month <= last:
            yield Wrong(f"{field}.from_month", f"must be greater than {last}: months must be in ascending order")
        elif terms.term_months is not None and step.from_month > terms.term_months:
            yield Wrong(f"{field}.from_month", f"must be within the term, between 1 and {terms.term_months}")
        if not 0 < step.rent < LARGEST_AMOUNT:
            yield Wrong(f"{field}.rent", "must be greater than 0 and no larger than a contract allows")
        last = max(last, step.from_month)


def _index(clause: IndexClause, terms: Terms) -> Iterator[Wrong]:
    if clause.base_value <= 0:
        yield Wrong("escalation.index.base_value", "must be greater than 0")
    if not 0 < clause.factor <= LARGEST_PERCENT:
        yield Wrong("escalation.index.factor", f"must be greater than 0 and at most {LARGEST_PERCENT}")
    yield from _percent("escalation.index.min", clause.min, least=-100)
    yield from _percent("escalation.index.max", clause.max, least=-100)
    if clause.min is not None and clause.max is not None and clause.min > clause.max:
        yield Wrong("escalation.index.max", "must not be less than min")
    if clause.max_rent is not None and not next(_base(terms), None) and clause.max_rent < base_rent(terms):
        yield Wrong("escalation.index.max_rent", "must not be less than the base rent")


def _costs(terms: Terms) -> Iterator[Wrong]:
    if not 0 <= terms.deposit_months <= MAX_TERM_MONTHS:
        yield Wrong("deposit_months", f"must be between 0 and {MAX_TERM_MONTHS}")
    for field, amount in (("ti_allowance_psf", terms.ti_allowance_psf), ("other_costs_psf", terms.other_costs_psf)):
        if not 0 <= amount < LARGEST_AMOUNT:
            yield Wrong(field, "must not be negative")
        elif amount:
            yield from _needs_area(terms, field)
    yield from _percent("commission_percent", terms.commission_percent, most=100)
    yield from _percent("tax_percent", terms.tax_percent, most=100)
    if terms.tax_codes and terms.tax_percent:
        yield Wrong("tax_codes", "must not be named beside tax_percent")
    yield from _percent("discount.annual_percent", terms.discount.annual_percent)
    if (policy := terms.late_policy) is not None:
        if policy.grace_days < 0:
            yield Wrong("late_policy.grace_days", "must not be negative")
        yield from _percent("late_policy.fee_percent", policy.fee_percent, most=100)
        if not 0 <= policy.min_fee < LARGEST_AMOUNT:
            yield Wrong("late_policy.min_fee", "must not be negative")
        yield from _percent("late_policy.annual_interest_percent", policy.annual_interest_percent)


def _percent(field: str, percent: Decimal | None, least: int = 0, most: int = LARGEST_PERCENT) -> Iterator[Wrong]:
    if percent is not None and not least <= percent <= most:
        yield Wrong(field, f"must be between {least} and {most} percent")


def _needs_area(terms: Terms, field: str) -> Iterator[Wrong]:
    if terms.area is None or terms.area <= 0:
        yield Wrong(field, "is per square foot, but the space's rentable area is unknown")
