"""Where a contract's credit goes: what is paid beyond an installment settles the others, the oldest first.

Pure. Credit comes of over-payments, of credit notes for what was paid already, and of a deposit that is applied; what
comes back by a reversal may have been applied elsewhere, and is taken from there again, the newest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


@dataclass(slots=True)
class Open:
    """A payment and what is open of it (below zero: settled beyond what is owed)."""

    id: UUID
    open: Decimal


class Applied(NamedTuple):
    """Credit that settles a payment, as of a day."""

    id: UUID
    payment_id: UUID
    amount: Decimal
    day: date


class Move(NamedTuple):
    """A transaction to write: credit FREED from a payment, or APPLIED to one, as of a day."""

    kind: str
    payment_id: UUID
    amount: Decimal
    day: date


@dataclass(slots=True)
class Moves:
    """What is to be done: applications to reverse, and transactions to write."""

    reversed: list[UUID] = field(default_factory=list)
    written: list[Move] = field(default_factory=list)


def allocate(lines: Sequence[Open], credit: Decimal, applied: Sequence[Applied], day: date) -> Moves:
    """How the contract's payments (the oldest first) come to be settled with its `credit`, which is below zero where
    some that was `applied` (the newest first) is no longer there. Changes what is open of each line."""
    moves = Moves()
    by_id = {line.id: line for line in lines}
    for line in lines:
        if line.open < 0:
            moves.written.append(Move("FREED", line.id, -line.open, day))
            credit, line.open = credit - line.open, Decimal(0)
    for one in applied:
        if credit >= 0:
            break
        moves.reversed.append(one.id)
        kept = max(one.amount + credit, Decimal(0))
        credit += one.amount - kept
        by_id[one.payment_id].open += one.amount - kept
        if kept:
            moves.written.append(Move("APPLIED", one.payment_id, kept, one.day))
    for line in lines:
        part = min(credit, line.open)
        if part > 0:
            moves.written.append(Move("APPLIED", line.id, part, day))
            credit, line.open = credit - part, line.open - part
    return moves
