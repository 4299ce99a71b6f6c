"""What a renewal asks for as its deposit, beside what is held for the lease that it renews. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from shared.maths.exact import ZERO, Calculation, less
from shared.maths.schedule import Line


def asked(lines: Sequence[Line]) -> Decimal:
    """The whole deposit that a schedule asks for."""
    return sum((line.amount for line in lines if line.charge == "DEPOSIT"), ZERO)


def less_held(lines: Sequence[Line], held: Decimal) -> tuple[Line, ...]:
    """The schedule of a renewal, whose deposit is what it asks less what is held, at least 0."""
    return tuple(_rest(line, held) if line.charge == "DEPOSIT" and held > 0 else line for line in lines)


def _rest(line: Line, held: Decimal) -> Line:
    rest = max(less(line.amount, held), ZERO)
    inputs = {"deposit": line.amount, "held": held}
    step = Calculation("Less the deposit that the renewed lease holds", "max(deposit − held, 0)", inputs, rest)
    return line._replace(amount=rest, origin=(*line.origin, step))


def missing(line: Line, asked_before: Decimal, held: Decimal) -> Line | None:
    """What is missing of a renewal's deposit (`line`, as its terms ask for it) beside what it has asked for and what is
    held, after some of that was applied. None where nothing is."""
    rest = less(line.amount, asked_before, held)
    if rest <= 0:
        return None
    inputs = {"deposit": line.amount, "asked": asked_before, "held": held}
    step = Calculation("Deposit that is missing for the renewal", "deposit − asked − held", inputs, rest)
    return line._replace(amount=rest, origin=(*line.origin, step))
