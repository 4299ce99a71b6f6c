"""What an early end makes of a contract's payments and credit: later payments are cancelled, a partial month is
credited, and credit settles what is open. Pure: the act writes it, and its preview shows it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

from shared.contracts.models import CreditChoice
from shared.maths.exact import ZERO, added, rounded
from shared.maths.months import end_date
from shared.maths.schedule import EarlyEnd, Line, end_early
from shared.maths.tax import TaxPart, combined, taxed, total_tax
from shared.maths.terms import IndexValue, Terms
from shared.payments.allocation import Applied, Moves, Open, allocate
from shared.payments.holdover import terms_after
from shared.payments.invoices import Off
from shared.payments.rules import Part, share
from shared.taxes.rules import parts_of, rule_of
from shared.taxes.rules import share as share_of_parts


class Account(NamedTuple):
    """What an early end finds, as `termination.planned` reads it: the contract's payments by due date; its
    credit and what of it is applied, the newest first; and `elsewhere` the `open` rows of other contracts of the same
    sides (`contract_id`, `today`), the oldest first, if credit is to be offset against them."""

    rows: Sequence[dict[str, Any]]
    credit: Decimal
    applied: Sequence[Applied]
    elsewhere: Sequence[dict[str, Any]]
    overdue: Sequence[dict[str, Any]] = ()
    """Installments whose interest runs (`overdue.SELECT_RUNNING`); only a preview asks for them."""


@dataclass(slots=True)
class Shortening:
    """Payments to cancel that were never invoiced, and the amounts to credit on the others."""

    cancelled: list[UUID] = field(default_factory=list)
    off: list[Off] = field(default_factory=list)

    def taken_off(self, payment_id: UUID) -> Decimal:
        """How much of the payment is credited, tax included."""
        return sum((off.net + off.tax for off in self.off if off.payment_id == payment_id), ZERO)


class Offset(NamedTuple):
    """Credit that moves to another contract, whose building's day is `today`."""

    contract_id: UUID
    amount: Decimal
    today: date


@dataclass(slots=True)
class Ending:
    """What changes, and what stands then: what is `owed` and `open` of each payment, by its id; the `credit` that
    settles nothing, and what moves to other contracts."""

    cancelled: list[UUID]
    off: list[Off]
    moves: Moves
    owed: dict[UUID, Decimal]
    open: dict[UUID, Decimal]
    credit: Decimal
    offsets: list[Offset]


def end(
    terms: Terms,
    index_values: Sequence[IndexValue],
    account: Account,
    *,
    last_day: date,
    today: date,
    choice: CreditChoice,
    after: Line | None = None,
    holdover: Decimal | None = None,
) -> Ending:
    """The end of a lease on `last_day`, perhaps before it starts, or after its term if it holds over."""
    scheduled = [row for row in account.rows if row["is_scheduled"]]
    found = shorten(terms, index_values, scheduled, last_day=last_day, after=after, holdover=holdover)
    owed = {row["id"]: _owed(row, found) for row in account.rows}
    lines = [Open(row["id"], owed[row["id"]] - row["paid_amount"], row["paid_amount"]) for row in account.rows]
    moves = allocate(lines, account.credit, account.applied, today)
    offsets = _offsets(moves.left, account.elsewhere) if choice == "OFFSET" else []
    left = moves.left - sum((offset.amount for offset in offsets), ZERO)
    return Ending(found.cancelled, found.off, moves, owed, {line.id: line.open for line in lines}, left, offsets)


def _owed(row: dict[str, Any], found: Shortening) -> Decimal:
    owed: Decimal = row["owed"]
    return ZERO if row["id"] in found.cancelled else owed - found.taken_off(row["id"])


def _offsets(credit: Decimal, elsewhere: Sequence[dict[str, Any]]) -> list[Offset]:
    amounts: dict[tuple[UUID, date], Decimal] = defaultdict(Decimal)
    for row in elsewhere:
        if part := min(credit, row["open"]):
            amounts[row["contract_id"], row["today"]] += part
            credit -= part
    return [Offset(contract_id, amount, today) for (contract_id, today), amount in amounts.items()]


def shorten(
    terms: Terms,
    index_values: Sequence[IndexValue],
    rows: Sequence[dict[str, Any]],
    *,
    last_day: date,
    after: Line | None = None,
    holdover: Decimal | None = None,
) -> Shortening:
    """What changes in the installments and deposits (`termination.planned`) of a lease that ends on `last_day`,
    perhaps before it starts."""
    found = Shortening()
    assert terms.term_months is not None  # noqa: S101 (a sale does not end early)
    if holdover is not None and last_day > end_date(terms.start_date, terms.term_months):
        terms, index_values, after = terms_after(terms, index_values, holdover), (), None
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
    if row["invoice_id"] and left:
        part = share(net, tax, left, terms.exponent)
        found.off.append(Off(row["id"], part.net, part.tax, share_of_parts(row, part.net, part.tax)))
    else:
        found.cancelled.append(row["id"])


def _shorten(found: Shortening, row: dict[str, Any], early: EarlyEnd, terms: Terms) -> None:
    """Keep the part of the month until the lease ends; credit the rest."""
    line = early.kept[-1]
    rest = row["amount"] - row["credited_amount"]
    # What an index adjustment added for the period has its own line, which is never taken back: it is credited here.
    # What one took off is credited already.
    net = min(rest, max(rest + row["caught_up"] + row["corrected"] - line.amount, Decimal(0)))
    rest_of_tax = row["tax_amount"] - row["credited_tax"]
    tax = min(rest_of_tax, max(rest_of_tax - _tax_kept(row, line, terms), Decimal(0)))
    most = max(rest + rest_of_tax - row["written_off_amount"], Decimal(0))
    if amount := min(net + tax, most):
        part = share(net, tax, amount, terms.exponent)
        found.off.append(Off(row["id"], part.net, part.tax, _parts_off(row, line, part, terms)))


def _tax_kept(row: dict[str, Any], line: Line, terms: Terms) -> Decimal:
    if row["rates"] is None:
        return rounded(Fraction(line.amount) * Fraction(terms.tax_percent) / 100, terms.exponent)
    return total_tax(_parts_kept(row, line, terms))


def _parts_kept(row: dict[str, Any], line: Line, terms: Terms) -> tuple[TaxPart, ...]:
    """By the rates of the days that are kept."""
    ends = line.period_end or line.period_start
    return taxed(line.amount, row["period_start"], ends, rule_of(row), terms.exponent)


def _parts_off(row: dict[str, Any], line: Line, off: Part, terms: Terms) -> tuple[TaxPart, ...] | None:
    """What of the invoice's taxes is credited: those of the days that are taken off; or their share, where what is
    credited is not these days alone."""
    if row["taxes"] is None:
        return None
    days = combined(parts_of(row["taxes"]), (*parts_of(*(row["credited"] or ())), *_parts_kept(row, line, terms)))
    is_days = (added(*(part.net for part in days)), total_tax(days)) == (off.net, off.tax)
    return days if is_days else share_of_parts(row, off.net, off.tax)
