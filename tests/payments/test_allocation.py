"""Credit goes to the oldest that is open, comes back from the newest, and none of it is lost on the way."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.payments.allocation import Applied, Move, Open, allocate
from shared.payments.rules import reversal_of, split

TODAY, BEFORE = date(2027, 3, 1), date(2027, 2, 1)
A, B, C = (UUID(int=number) for number in (1, 2, 3))
CENTS = st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents) / 100)


def line(payment_id, open_, settled):
    return Open(payment_id, Decimal(open_), Decimal(settled))


def test_credit_settles_the_oldest_first():
    moves = allocate([line(A, 50, 0), line(B, 100, 0)], Decimal(80), [], TODAY)

    assert moves.written == [Move("APPLIED", A, Decimal(50), TODAY), Move("APPLIED", B, Decimal(30), TODAY)]


def test_an_overpayment_of_one_installment_settles_another():
    moves = allocate([line(A, -20, 20), line(B, 100, 0)], Decimal(0), [], TODAY)

    assert moves.written == [Move("FREED", A, Decimal(20), TODAY), Move("APPLIED", B, Decimal(20), TODAY)]


def test_reversed_credit_is_taken_back_from_the_newest_installment_first():
    applied = [Applied(C, B, Decimal(30), BEFORE), Applied(B, A, Decimal(50), BEFORE)]

    moves = allocate([line(A, 0, 50), line(B, 70, 30)], Decimal(-40), applied, TODAY)

    assert moves.reversed == [C, B]
    assert moves.written == [Move("APPLIED", A, Decimal(40), BEFORE)]


def test_what_was_freed_of_a_payment_is_not_taken_back_from_it_again():
    applied = [Applied(C, B, Decimal(30), BEFORE), Applied(B, A, Decimal(50), BEFORE)]

    moves = allocate([line(A, 0, 50), line(B, 0, 10)], Decimal(-60), applied, TODAY)

    assert moves.reversed == [C, B]
    assert moves.written == [Move("APPLIED", B, Decimal(20), BEFORE)]
    assert moves.left == 0


def test_of_several_deposits_no_more_is_taken_back_than_is_held_of_all():
    applied = [Applied(C, B, Decimal(100), BEFORE), Applied(B, A, Decimal(200), BEFORE)]
    lines = [Open(A, Decimal(0), Decimal(200), is_deposit=True), Open(B, Decimal(0), Decimal(100), is_deposit=True)]

    # Of 300 that came, 250 were applied to the balance or returned.
    moves = allocate(lines, Decimal(-300), applied, TODAY, held=Decimal(50))

    assert (moves.reversed, moves.left) == ([C], -250)
    assert moves.written == [Move("APPLIED", B, Decimal(50), BEFORE)]
    assert [one.settled for one in lines] == [200, 50]


@given(
    st.lists(CENTS, max_size=8),
    st.lists(st.integers(0, 50_000), min_size=9, max_size=9),
    CENTS,
    st.lists(st.integers(1, 50_000), max_size=6),
)
def test_allocating_credit_neither_creates_nor_loses_a_cent(opens, settled, credit, applied):
    # More than was settled is never open the other way round.
    lines = [
        line(UUID(int=n), amount, max(Decimal(cents) / 100, -amount))
        for n, (amount, cents) in enumerate(zip([*opens, Decimal(0)], settled, strict=False))
    ]
    earlier = [
        Applied(UUID(int=100 + n), lines[n % len(lines)].id, Decimal(cents) / 100, BEFORE)
        for n, cents in enumerate(applied)
    ]
    owed = [one.open + one.settled for one in lines]
    before = sum(one.open for one in lines)

    moves = allocate(lines, credit, earlier, TODAY)

    back = sum(one.amount for one in earlier if one.id in moves.reversed)
    freed = sum(move.amount for move in moves.written if move.kind == "FREED")
    given_ = sum(move.amount for move in moves.written if move.kind == "APPLIED")
    left = credit + back + freed - given_
    assert moves.left == left
    assert sum(one.open for one in lines) == before + back + freed - given_
    assert all(move.amount > 0 for move in moves.written)
    assert all(0 <= one.open <= most for one, most in zip(lines, owed, strict=True))
    # Credit is left only where nothing is open, and is short only where none settles anything any more.
    assert left <= 0 or all(one.open == 0 for one in lines)
    spent = {one.id for one in lines if one.settled == 0}
    assert left >= 0 or all(one.id in moves.reversed or one.payment_id in spent for one in earlier)


class Account:
    """Four installments of 100, and every transaction of them: what stands is summed from the start each time."""

    def __init__(self):
        self.owed = dict.fromkeys(range(4), Decimal(100))
        self.rows = []
        self.number = 0

    def settled(self, payment):
        return sum(SETTLES[row["kind"]] * row["amount"] for row in self.rows if row["payment"] == payment)

    def credit(self):
        return sum((CREDITS[row["kind"]] * row["amount"] for row in self.rows), Decimal(0))

    def write(self, kind, payment, amount):
        self.number = self.number + 1
        self.rows.append({"id": UUID(int=self.number), "kind": kind, "payment": payment, "amount": amount})

    def drop(self, ids):
        self.rows = [row for row in self.rows if row["id"] not in ids]

    def move(self):
        """Whether the credit is enough for what has left the contract."""
        lines = [
            Open(UUID(int=payment), owed - self.settled(payment), Decimal(self.settled(payment)))
            for payment, owed in self.owed.items()
        ]
        applied = [
            Applied(row["id"], UUID(int=row["payment"]), row["amount"], BEFORE)
            for row in reversed(self.rows)
            if row["kind"] == "APPLIED"
        ]
        moves = allocate(lines, self.credit(), applied, TODAY)
        self.drop(moves.reversed)
        for move in moves.written:
            self.write(move.kind, move.payment_id.int, move.amount)
        return moves.left >= 0

    def pay(self, payment, amount):
        open_ = self.owed[payment] - self.settled(payment)
        if open_ > 0:
            settled, credit = split(open_, amount)
            self.write("PAYMENT", payment, settled)
            if credit:
                self.write("CREDIT", payment, credit)

    def take_off(self, payment, amount):
        """A credit note, a waiver, a cancellation or an early end."""
        self.owed[payment] = max(self.owed[payment] - amount, Decimal(0))

    def refund(self, payment, amount):
        if 0 < amount <= self.credit():
            self.write("REFUND", None, amount)

    def reverse(self, payment, _):
        standing = [row for row in reversed(self.rows) if row["payment"] == payment and row["kind"] != "APPLIED"]
        if any(row["kind"] == "PAYMENT" for row in standing):
            self.drop(reversal_of(SimpleNamespace(charge="RENT"), {}, standing, "Bounced").transaction_ids)


SETTLES = {"PAYMENT": 1, "APPLIED": 1, "FREED": -1, "CREDIT": 0, "REFUND": 0}
CREDITS = {"PAYMENT": 0, "APPLIED": -1, "FREED": 1, "CREDIT": 1, "REFUND": -1}
ACTS = st.tuples(
    st.sampled_from(["pay", "pay", "take_off", "refund", "reverse", "reverse"]),
    st.integers(0, 3),
    st.sampled_from([10, 50, 100, 150, 250, 400, 450]).map(Decimal),
)


@settings(max_examples=300)
@given(st.lists(ACTS, max_size=14))
def test_no_history_takes_more_back_than_there_is(acts):
    account = Account()
    for act, payment, amount in acts:
        before = (dict(account.owed), list(account.rows))
        getattr(account, act)(payment, amount)
        enough = account.move()
        # Only money whose credit was paid out cannot be reversed.
        assert enough or (act == "reverse" and any(row["kind"] == "REFUND" for row in account.rows))
        if not enough:
            account.owed, account.rows = before
        paid = {payment: account.settled(payment) for payment in account.owed}
        assert all(0 <= paid[payment] <= owed for payment, owed in account.owed.items())
        assert account.credit() >= 0
        assert account.credit() == 0 or paid == account.owed
        came = sum(row["amount"] for row in account.rows if row["kind"] in ("PAYMENT", "CREDIT"))
        gone = sum(row["amount"] for row in account.rows if row["kind"] == "REFUND")
        assert sum(paid.values()) + account.credit() == came - gone
