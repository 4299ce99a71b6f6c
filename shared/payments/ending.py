"""What becomes of a schedule whose lease ends early: what comes after is cancelled, a part month is credited. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from shared.maths.exact import rounded
from shared.maths.schedule import EarlyEnd, Line, end_early
from shared.maths.terms import IndexValue, Terms
from shared.payments.invoices import Off


@dataclass(slots=True)
class Cut:
    """Payments to cancel for which nobody was asked yet, and what is taken off the others."""

    cancelled: list[UUID] = field(default_factory=list)
    off: list[Off] = field(default_factory=list)


def cut(
    terms: Terms,
    index_values: Sequence[IndexValue],
    rows: Sequence[dict[str, Any]],
    *,
    last_day: date,
    after: Line | None = None,
) -> Cut:
    """How the payments (`lock_schedule`) of a lease change that ends with `last_day`, which may be before its start."""
    found = Cut()
    early = end_early(terms, index_values, last_day=last_day, after=after) if last_day >= terms.start_date else None
    for row in rows:
        if row["status"] == "CANCELLED":
            continue
        if row["due_date"] > last_day:
            # A deposit that came is given back, not cancelled.
            if row["charge"] == "RENT" or not row["paid_amount"]:
                _cancel(found, row)
        elif early and row["period_end"] and row["period_end"] > last_day:
            _shorten(found, row, early, terms)
    return found


def _cancel(found: Cut, row: dict[str, Any]) -> None:
    net, tax = row["amount"] - row["credited_amount"], row["tax_amount"] - row["credited_tax"]
    if row["is_invoiced"] and net + tax:
        found.off.append(Off(row["id"], net, tax))
    else:
        found.cancelled.append(row["id"])


def _shorten(found: Cut, row: dict[str, Any], early: EarlyEnd, terms: Terms) -> None:
    """The later line is the month less the earlier: what is kept is this line, the rest goes."""
    kept = early.kept[-1].amount
    tax_kept = rounded(Fraction(kept) * Fraction(terms.tax_percent) / 100, terms.exponent)
    rest = row["amount"] - row["credited_amount"]
    # What an index asked for the period since stands on a line of its own, which nobody takes back: it is made up here.
    net = min(rest, max(rest + row["caught_up"] - kept, Decimal(0)))
    rest_of_tax = row["tax_amount"] - row["credited_tax"]
    tax = min(rest_of_tax, max(rest_of_tax - tax_kept, Decimal(0)))
    if net + tax:
        found.off.append(Off(row["id"], net, tax))
