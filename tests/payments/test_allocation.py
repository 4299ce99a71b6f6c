"""Credit goes to the oldest that is open, comes back from the newest, and none of it is lost on the way."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.payments.allocation import Applied, Move, Open, allocate

TODAY, BEFORE = date(2027, 3, 1), date(2027, 2, 1)
A, B, C = (UUID(int=number) for number in (1, 2, 3))
CENTS = st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents) / 100)


def test_credit_settles_the_oldest_first():
    moves = allocate([Open(A, Decimal(50)), Open(B, Decimal(100))], Decimal(80), [], TODAY)

    assert moves.written == [Move("APPLIED", A, Decimal(50), TODAY), Move("APPLIED", B, Decimal(30), TODAY)]


def test_an_overpayment_of_one_installment_settles_another():
    moves = allocate([Open(A, Decimal(-20)), Open(B, Decimal(100))], Decimal(0), [], TODAY)

    assert moves.written == [Move("FREED", A, Decimal(20), TODAY), Move("APPLIED", B, Decimal(20), TODAY)]


def test_reversed_credit_is_taken_back_from_the_newest_installment_first():
    applied = [Applied(C, B, Decimal(30), BEFORE), Applied(B, A, Decimal(50), BEFORE)]

    moves = allocate([Open(A, Decimal(0)), Open(B, Decimal(70))], Decimal(-40), applied, TODAY)

    assert moves.reversed == [C, B]
    assert moves.written == [Move("APPLIED", A, Decimal(40), BEFORE)]


@given(st.lists(CENTS, max_size=8), CENTS, st.lists(st.integers(1, 50_000), max_size=6))
def test_allocating_credit_neither_creates_nor_loses_a_cent(opens, credit, applied):
    lines = [Open(UUID(int=n), amount) for n, amount in enumerate(opens + [Decimal(0)])]
    earlier = [
        Applied(UUID(int=100 + n), lines[n % len(lines)].id, Decimal(cents) / 100, BEFORE)
        for n, cents in enumerate(applied)
    ]
    before = sum(line.open for line in lines)

    moves = allocate(lines, credit, earlier, TODAY)

    back = sum(one.amount for one in earlier if one.id in moves.reversed)
    freed = sum(move.amount for move in moves.written if move.kind == "FREED")
    given_ = sum(move.amount for move in moves.written if move.kind == "APPLIED")
    left = credit + back + freed - given_
    assert sum(line.open for line in lines) == before + back + freed - given_
    assert all(move.amount > 0 for move in moves.written)
    assert all(line.open >= 0 for line in lines)
    # Credit is left only where nothing is open, and is short only where none is applied any more.
    assert left <= 0 or all(line.open == 0 for line in lines)
    assert left >= 0 or set(moves.reversed) == {one.id for one in earlier}
