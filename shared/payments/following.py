"""How a schedule changes when a new value of its index is published. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from shared.maths.exact import ZERO, less, rounded
from shared.maths.explain import explain
from shared.maths.schedule import Line, catch_up, schedule
from shared.maths.terms import IndexValue, Terms, fee_due_days
from shared.payments.charges import Added, Month
from shared.payments.invoices import Off
from shared.payments.rules import share
from shared.terms.deal import earlier_line, terms_of


@dataclass(frozen=True, slots=True)
class Followed:
    """The lines that change; for those that are invoiced already the catch-up line of the months whose rent rose, what
    is credited of the others, and the total caught up for each."""

    changed: dict[UUID, Line]
    catch_up: Added | None
    off: list[Off]
    caught_up: dict[UUID, Decimal]


def follow(
    deal: dict[str, Any], values: Sequence[IndexValue], rows: Sequence[dict[str, Any]], *, today: date
) -> Followed:
    """The deal's payments (`indexes.lock_schedule`), adjusted to its index.

    Cancelled payments do not change, nor does a month that an early end has shortened.
    """
    terms = terms_of(deal)
    corrected = {
        line.period_start: line for line in schedule(terms, values, after=earlier_line(deal)) if line.charge == "RENT"
    }
    changed: dict[UUID, Line] = {}
    risen: list[Line] = []
    months: list[Month] = []
    off: list[Off] = []
    caught_up: dict[UUID, Decimal] = {}
    for row in rows:
        if row["charge"] != "RENT" or row["status"] == "CANCELLED" or _is_cut(deal, row):
            continue
        line = corrected.get(row["period_start"])
        if line is None:
            # A month after the lease's last day, at its last rent.
            continue
        asked = row["amount"] + row["caught_up"]
        if not row["is_invoiced"]:
            if (line.amount, line.abatement) != (row["amount"], row["abatement"]):
                changed[row["id"]] = line
        elif line.amount != asked:
            caught_up[row["id"]] = less(line.amount, row["amount"])
            if line.amount > asked:
                risen.append(line._replace(amount=asked))
                months.append(_month(line, line.amount - asked, terms))
            else:
                off += _off(row, asked - line.amount, terms)
    missing = catch_up(risen, tuple(corrected.values()), due_date=today)
    added = None
    if missing:
        steps, due_days = explain(missing).steps, fee_due_days(terms.late_policy)
        amount, parts = missing.amount, tuple(months)
        added = Added(deal["id"], "RENT", today, None, amount, Decimal(0), steps, today, due_days, parts)
    return Followed(changed, added, off, caught_up)


def _month(line: Line, amount: Decimal, terms: Terms) -> Month:
    assert line.period_end is not None  # noqa: S101 (rent has a period)
    tax = rounded(Fraction(amount) * Fraction(terms.tax_percent) / 100, terms.exponent)
    return Month(line.period_start, line.period_end, amount, tax)


def _is_cut(deal: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether an early end has shortened the month: more was credited of it than an index."""
    return bool(deal["terminates_on"]) and row["credited_amount"] > row["corrected"]


def _off(row: dict[str, Any], fall: Decimal, terms: Terms) -> list[Off]:
    """What of the fall, and of its tax, is still asked for by the month's invoice."""
    rest, rest_of_tax = row["amount"] - row["credited_amount"], row["tax_amount"] - row["credited_tax"]
    net = min(rest, fall)
    tax = min(rest_of_tax, _tax_of(net, row, terms))
    amount = min(net + tax, rest + rest_of_tax - row["written_off_amount"])
    if amount <= 0:
        return []
    part = share(net, tax, amount, terms.exponent)
    return [Off(row["id"], part.net, part.tax)]


def _tax_of(net: Decimal, row: dict[str, Any], terms: Terms) -> Decimal:
    """The tax of so much of an installment: as it is in what is left of its invoice where that has parts."""
    if row["taxes"] is None:
        return rounded(Fraction(net) * Fraction(terms.tax_percent) / 100, terms.exponent)
    rest = less(row["amount"], row["credited_amount"])
    rest_of_tax = less(row["tax_amount"], row["credited_tax"])
    return rounded(Fraction(rest_of_tax) * Fraction(net) / Fraction(rest), terms.exponent) if rest else ZERO
