"""Where a contract's credit goes: money beyond one installment settles the others, oldest first.

Pure. Credit comes from over-payments, from credit notes for amounts already paid, and from an applied deposit. Credit
that a reversal removes may have been applied already: it is then taken back from where it still settles something,
newest first. What was freed again since is not taken back twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


@dataclass(slots=True)
class Open:
    """A payment and its open amount; below zero, more is settled than is owed. Credit can be taken back from what is
    `settled`."""

    id: UUID
    open: Decimal
    settled: Decimal
    is_deposit: bool = False


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
    """The applications of credit to reverse, the transactions to write, and the credit that is left then; below zero,
    so much of it has been spent."""

    reversed: list[UUID] = field(default_factory=list)
    written: list[Move] = field(default_factory=list)
    left: Decimal = Decimal(0)


def allocate(
    lines: Sequence[Open],
    credit: Decimal,
    applied: Sequence[Applied],
    day: date,
    *,
    held: Decimal = Decimal("Infinity"),
) -> Moves:
    """Apply the contract's `credit` to its payments (`lines`, oldest first).

    `credit` is below zero if credit that was `applied` (newest first) no longer exists. Of its deposits, however many
    lines they have, only what is still `held` can be taken back. Changes the amounts of `lines`.
    """
    moves = Moves()
    by_id = {line.id: line for line in lines}
    for line in lines:
        if line.open < 0:
            moves.written.append(Move("FREED", line.id, -line.open, day))
            if line.is_deposit:
                held += line.open
            credit, line.open, line.settled = credit - line.open, Decimal(0), line.settled + line.open
    for one in applied:
        if credit >= 0:
            break
        line = by_id[one.payment_id]
        back = min(one.amount, -credit, line.settled, held if line.is_deposit else line.settled)
        if back <= 0:
            continue
        if line.is_deposit:
            held -= back
        moves.reversed.append(one.id)
        credit, line.open, line.settled = credit + back, line.open + back, line.settled - back
        if back < one.amount:
            moves.written.append(Move("APPLIED", one.payment_id, one.amount - back, one.day))
    for line in lines:
        part = min(credit, line.open)
        if part > 0:
            moves.written.append(Move("APPLIED", line.id, part, day))
            credit, line.open = credit - part, line.open - part
    moves.left = credit
    return moves
