"""How a schedule changes when a new value of its index is published. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.maths.exact import less
from shared.maths.explain import explain
from shared.maths.schedule import Line, catch_up, schedule
from shared.maths.terms import IndexValue
from shared.payments.charges import Added
from shared.terms.deal import earlier_line, terms_of


@dataclass(frozen=True, slots=True)
class Followed:
    """The lines that change, the catch-up line for those that are invoiced already, and the total caught up for each
    of these."""

    changed: dict[UUID, Line]
    catch_up: Added | None
    caught_up: dict[UUID, Decimal]


def follow(
    deal: dict[str, Any], values: Sequence[IndexValue], rows: Sequence[dict[str, Any]], *, today: date
) -> Followed:
    """The deal's payments (`indexes.lock_schedule`), adjusted to its index.

    Cancelled payments do not change, nor does a month that an early end has shortened.
    """
    corrected = {
        line.period_start: line
        for line in schedule(terms_of(deal), values, after=earlier_line(deal))
        if line.charge == "RENT"
    }
    changed: dict[UUID, Line] = {}
    issued: dict[UUID, Line] = {}
    for row in rows:
        if row["charge"] != "RENT" or row["status"] == "CANCELLED" or deal["terminates_on"] and row["credited_amount"]:
            continue
        line = corrected.get(row["period_start"])
        if line is None:
            # A month after the lease's last day, at its last rent.
            continue
        if row["is_invoiced"]:
            issued[row["id"]] = line._replace(amount=row["amount"] + row["caught_up"])
        elif (line.amount, line.abatement) != (row["amount"], row["abatement"]):
            changed[row["id"]] = line
    missing = catch_up(tuple(issued.values()), tuple(corrected.values()), due_date=today)
    if missing is None:
        return Followed(changed, None, {})
    steps = explain(missing).steps
    added = Added(deal["id"], "RENT", today, None, missing.amount, Decimal(0), steps, today)
    now = {row["id"]: less(corrected[row["period_start"]].amount, row["amount"]) for row in rows if row["id"] in issued}
    return Followed(changed, added, now)
