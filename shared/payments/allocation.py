"""Where a contract's credit goes: money beyond one installment settles the others, oldest first.

Pure. Credit comes from over-payments, from credit notes for amounts already paid, and from an applied deposit. Credit
that a reversal removes may have been applied already: it is then taken back from there, newest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


@dataclass(slots=True)
class Open:
    """A payment and its open amount; below zero, more is settled than is owed."""

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
    """The applications of credit to reverse, the transactions to write, and the credit that is left then."""

    reversed: list[UUID] = field(default_factory=list)
    written: list[Move] = field(default_factory=list)
    left: Decimal = Decimal(0)


def allocate(lines: Sequence[Open], credit: Decimal, applied: Sequence[Applied], day: date) -> Moves:
    """Apply the contract's `credit` to its payments (`lines`, oldest first).

    `credit` is below zero if credit that was `applied` (newest first) no longer exists. Changes the open amounts of
    `lines`.
    """
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
    moves.left = credit
    return moves
