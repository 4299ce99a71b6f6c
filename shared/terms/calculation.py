"""The calculation of an offer: whether its terms are consistent, its schedule, and the figures to compare."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from shared.kit.errors import Detail, Invalid, Unprocessable
from shared.maths.checks import Wrong, check_fields, check_rents
from shared.maths.economics import Economics, economics
from shared.maths.exact import rounded
from shared.maths.rent import Level, levels
from shared.maths.schedule import Line, schedule_by
from shared.maths.terms import IndexValue, Terms

Figures = dict[str, Decimal | None]

_MONEY = ("total_contract_rent", "schedule_total", "free_rent_value", "leasing_costs")


class InconsistentTerms(Unprocessable):
    message = "These lease terms contradict each other."


class Calculated(NamedTuple):
    """A schedule, and what it is worth: None for a SALE, which has no rent to be compared."""

    lines: tuple[Line, ...]
    economics: Figures | None


def calculate(terms: Terms, index_values: Sequence[IndexValue] = (), *, amount_field: str = "bid_amount") -> Calculated:
    """The offer's schedule and economics. Raises InconsistentTerms, naming each field (the rent as `amount_field`) and
    the rule."""
    wrong = list(check_fields(terms, index_values))
    plan: tuple[Level, ...] = ()
    if not wrong:
        plan = levels(terms, index_values)
        wrong += check_rents(terms, plan)
    wrong += _beside_the_table(terms)
    if wrong:
        of_amount = {"bid_amount": amount_field}
        raise InconsistentTerms(*(Detail(of_amount.get(field, field), rule) for field, rule in wrong))
    lines = schedule_by(terms, plan)
    return Calculated(lines, None if terms.contract_type == "SALE" else _shown(economics(terms, lines), terms.exponent))


def check_cents(terms: Terms, currency: str, *, amount_field: str = "bid_amount") -> None:
    """Raises Invalid on amounts of the offer with decimals that the currency lacks."""
    clause, policy = terms.escalation.index_clause, terms.late_policy
    amounts = [(amount_field, terms.bid_amount)]
    amounts += [(f"escalation.table.{at}.rent", step.rent) for at, step in enumerate(terms.escalation.table)]
    amounts += [("escalation.index.max_rent", clause.max_rent)] if clause else []
    amounts += [("late_policy.min_fee", policy.min_fee)] if policy else []
    unit = Decimal(1).scaleb(-terms.exponent)
    wrong = [field for field, amount in amounts if amount is not None and amount % unit]
    if wrong:
        raise Invalid(*(Detail(field, f"must be a whole number: {currency} has no decimals") for field in wrong))


def _beside_the_table(terms: Terms) -> Iterator[Wrong]:
    table = terms.escalation.table
    # A table counts from its own first rent: an amount beside it that differs would change nothing.
    if table and terms.bid_amount is not None and table[0].rent != terms.bid_amount:
        yield Wrong("escalation.table.0.rent", f"must be the base rent, {terms.bid_amount}")


def _shown(found: Economics, exponent: int) -> Figures:
    return {
        name: rounded(figure.value, exponent if name in _MONEY else 2) if figure else None
        for name, figure in found._asdict().items()
    }
