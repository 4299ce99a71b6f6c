"""How a schedule changes when its lease ends early: later payments are cancelled, a partial month is credited. Pure."""

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
from shared.payments.rules import share


@dataclass(slots=True)
class Shortening:
    """Payments to cancel that were never invoiced, and the amounts to credit on the others."""

    cancelled: list[UUID] = field(default_factory=list)
    off: list[Off] = field(default_factory=list)


def shorten(
    terms: Terms,
    index_values: Sequence[IndexValue],
    rows: Sequence[dict[str, Any]],
    *,
    last_day: date,
    after: Line | None = None,
) -> Shortening:
    """What changes in the payments (`lock_schedule`) of a lease that ends on `last_day`, perhaps before it starts."""
    found = Shortening()
    early = end_early(terms, index_values, last_day=last_day, after=after) if last_day >= terms.start_date else None
    for row in rows:
        if row["status"] == "CANCELLED":
            continue
        if row["due_date"] > last_day:
            # A deposit that came is given back, not cancelled.
            if row["charge"] == "RENT" or not row["paid_amount"]:
                _cancel(found, row, terms)
        elif early and row["period_end"] and row["period_end"] > last_day:
            _shorten(found, row, early, terms)
    return found


def _cancel(found: Shortening, row: dict[str, Any], terms: Terms) -> None:
    net, tax = row["amount"] - row["credited_amount"], row["tax_amount"] - row["credited_tax"]
    # What was written off is no longer owed: nothing of it is credited.
    left = net + tax - row["written_off_amount"]
    if row["is_invoiced"] and left:
        part = share(net, tax, left, terms.exponent)
        found.off.append(Off(row["id"], part.net, part.tax))
    else:
        found.cancelled.append(row["id"])


def _shorten(found: Shortening, row: dict[str, Any], early: EarlyEnd, terms: Terms) -> None:
    """Keep the part of the month until the lease ends; credit the rest."""
    kept = early.kept[-1].amount
    tax_kept = rounded(Fraction(kept) * Fraction(terms.tax_percent) / 100, terms.exponent)
    rest = row["amount"] - row["credited_amount"]
    # What an index adjustment added for the period has its own line, which is never taken back: it is credited here.
    net = min(rest, max(rest + row["caught_up"] - kept, Decimal(0)))
    rest_of_tax = row["tax_amount"] - row["credited_tax"]
    tax = min(rest_of_tax, max(rest_of_tax - tax_kept, Decimal(0)))
    most = max(rest + rest_of_tax - row["written_off_amount"], Decimal(0))
    if amount := min(net + tax, most):
        part = share(net, tax, amount, terms.exponent)
        found.off.append(Off(row["id"], part.net, part.tax))
