"""The interest that overdue rent bears until a lease ends early, as far as nothing more is paid. Pure."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.maths.exact import ZERO, added, less
from shared.payments.ending import Account, Ending
from shared.payments.late import charges_of


def running_interest(account: Account, ending: Ending, ends_on: date) -> Decimal:
    """What is not charged yet of the interest up to and without `ends_on`, the first day without the lease, once the
    end is written; below zero, what is to be credited of it. `charge_late` charges it, at the latest on that day.

    What a payment plan holds bears none while it is kept.
    """
    moved = _moved(account, ending)
    parts = []
    for row in account.overdue:
        settled = [*(row["settled"] or ()), *moved[row["id"]]]
        is_open = ending.open[row["id"]] > 0
        if ending.owed[row["id"]] <= 0 or (row["holds"] and is_open):
            continue
        last = max((date.fromisoformat(one["day"]) for one in settled if Decimal(one["amount"]) > 0), default=ends_on)
        known = {"principal": ending.owed[row["id"]], "settled": settled, "day": ends_on if is_open else last}
        interest = [one.amount for one in charges_of(row | known) if one.charge == "INTEREST"]
        parts.append(less(added(ZERO, *interest), row["interest_charged"]))
    return added(Decimal("0.00"), *parts)


def _moved(account: Account, ending: Ending) -> dict[UUID, list[dict[str, Any]]]:
    """What the end settles of each payment, and takes back."""
    moved: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for move in ending.moves.written:
        amount = -move.amount if move.kind == "FREED" else move.amount
        moved[move.payment_id].append({"day": move.day.isoformat(), "amount": amount})
    for one in account.applied:
        if one.id in ending.moves.reversed:
            moved[one.payment_id].append({"day": one.day.isoformat(), "amount": -one.amount})
    return moved
