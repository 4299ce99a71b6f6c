"""What the platform should be after any story, said plainly: no SQL, no code of the product.

Each move answers with the code that the platform should answer: "" where it does what it is asked, else the refusal's.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

HOLD_DAYS = 14
OPEN = ("PENDING", "COUNTER_OFFERED")
RUNNING = ("DRAFT", "READY", "CLIENT", "FULL")
EXECUTED = ("SIGNED", "ACTIVE", "EXPIRED")
STATUS = {"READY": "PENDING_SIGNATURE", "CLIENT": "PENDING_SIGNATURE", "FULL": "PENDING_SIGNATURE"}
"""A contract's stage → its status in the database, where that is another word."""


@dataclass
class Bid:
    id: str
    space: str
    client: str
    """The organization that bids."""
    start: date
    valid_until: date | None
    status: str = "PENDING"
    version: int = 1


@dataclass
class Payment:
    id: str
    due: date
    amount: Decimal
    status: str = "SCHEDULED"
    parts: list[Decimal] = field(default_factory=list)
    """The money that stands, in the order in which it came."""
    overs: list[Decimal] = field(default_factory=list)
    """What came beyond, with each of the parts."""
    applied: Decimal = Decimal(0)
    """What came beyond other payments, and settles this one."""

    @property
    def paid(self) -> Decimal:
        return sum(self.parts, self.applied)

    def of_the_day(self, today: date) -> str:
        return "SCHEDULED" if self.due > today else "DUE" if self.due == today else "OVERDUE"


@dataclass
class Contract:
    id: str
    bid: Bid
    ends: date
    hold_ends: int
    stage: str = "DRAFT"
    """DRAFT, READY (for the client's signature), CLIENT (has signed), FULL, SIGNED, ACTIVE, EXPIRED, TERMINATED."""
    called_off: bool = False
    signed_by_both: bool = False
    payments: list[Payment] = field(default_factory=list)
    """The oldest first."""
    applied: list[tuple[Payment, Decimal]] = field(default_factory=list)
    """Where credit has gone, in the order in which it went."""

    @property
    def status(self) -> str:
        return STATUS.get(self.stage, self.stage)


class Model:
    """Spaces, bids, contracts and payments, and the business day."""

    def __init__(self) -> None:
        self.spaces: dict[str, str] = {}
        """Space → its owner's organization."""
        self.holders: dict[str, Contract] = {}
        """Space → the contract that holds it."""
        self.bids: list[Bid] = []
        self.contracts: list[Contract] = []
        self.today = date.min
        self.days = 0
        """How far the business clock has been moved."""

    # the two sides of a bid

    def place(self, space: str, client: str, start: date, valid_until: date | None) -> str:
        if space in self.holders:
            return "SPACE_NOT_AVAILABLE"
        if start < self.today:
            return "START_IN_THE_PAST"
        if valid_until and valid_until < self.today:
            return "EXPIRY_IN_THE_PAST"
        if any(bid.space == space and bid.client == client and bid.status in OPEN for bid in self.bids):
            return "BID_ALREADY_OPEN"
        return ""

    def take(self, bid: Bid, move: str) -> str:
        """`approve` by the owner, `accept` by the client."""
        if problem := self._turn(bid, {"approve": "PENDING", "accept": "COUNTER_OFFERED"}[move]):
            return problem
        if bid.valid_until and bid.valid_until < self.today:
            return "OFFER_EXPIRED"
        if bid.space in self.holders:
            return "SPACE_NOT_AVAILABLE"
        bid.status = "APPROVED"
        return ""

    def answer(self, bid: Bid, move: str, start: date | None, valid_until: date | None) -> str:
        """`counter` by the owner, `revise` by the client: new terms."""
        if problem := self._turn(bid, "COUNTER_OFFERED" if move == "revise" else "either"):
            return problem
        if (start or bid.start) < self.today:
            return "START_IN_THE_PAST"
        if valid_until and valid_until < self.today:
            return "EXPIRY_IN_THE_PAST"
        bid.status = "PENDING" if move == "revise" else "COUNTER_OFFERED"
        bid.start, bid.valid_until = start or bid.start, valid_until
        bid.version += 1
        return ""

    def close(self, bid: Bid, move: str) -> str:
        """`reject` by the owner, `withdraw` by the client."""
        if problem := self._turn(bid, "either"):
            return problem
        bid.status = {"reject": "REJECTED", "withdraw": "WITHDRAWN"}[move]
        return ""

    def _turn(self, bid: Bid, status: str) -> str:
        if bid.status not in OPEN:
            return "BID_NOT_OPEN"
        return "" if status in (bid.status, "either") else "NOT_YOUR_TURN"

    # the contract that a bid has become

    def hold(self, contract: Contract) -> None:
        self.contracts.append(contract)
        self.holders[contract.bid.space] = contract

    def sign(self, contract: Contract, side: str) -> str:
        if contract.called_off:
            return "DEAL_DECLINED"
        if contract.status != "PENDING_SIGNATURE":
            return "NOT_SIGNABLE"
        if contract.stage != {"client": "READY", "owner": "CLIENT"}[side]:
            return "NOT_YOUR_TURN"
        contract.stage = "CLIENT" if side == "client" else "FULL"
        contract.signed_by_both = side == "owner"
        return ""

    def decline(self, contract: Contract) -> str:
        if contract.signed_by_both:
            return "ALREADY_EXECUTED"
        if contract.called_off:
            return "DEAL_DECLINED"
        contract.called_off = True
        return ""

    def ask_for_signatures(self, contract: Contract) -> None:
        if contract.stage == "DRAFT":
            contract.stage = "READY"

    def activate(self, contract: Contract) -> None:
        if contract.stage in EXECUTED:
            return
        contract.stage = "ACTIVE" if contract.bid.start <= self.today else "SIGNED"
        for bid in self.bids:
            if bid.space == contract.bid.space and bid.status in OPEN:
                bid.status = "REJECTED"

    def void(self, contract: Contract) -> None:
        contract.stage, contract.called_off = "TERMINATED", True

    def free(self, contract: Contract) -> None:
        if self.holders.get(contract.bid.space) is contract:
            del self.holders[contract.bid.space]

    # money

    def pay(self, contract: Contract, payment: Payment, amount: Decimal | None) -> str:
        if payment.status == "PAID":
            return "ALREADY_PAID"
        if contract.stage not in EXECUTED:
            return "NOT_PAYABLE"
        still_open = payment.amount - payment.paid
        payment.parts.append(min(amount or still_open, still_open))
        payment.overs.append(max((amount or still_open) - still_open, Decimal(0)))
        if payment.paid == payment.amount:
            payment.status = "PAID"
        self._move_credit(contract)
        return ""

    def reverse(self, contract: Contract, payment: Payment) -> str:
        if not payment.parts:
            return "NOTHING_TO_REVERSE"
        payment.parts.pop()
        payment.overs.pop()
        payment.status = payment.of_the_day(self.today)
        self._move_credit(contract)
        return ""

    def _move_credit(self, contract: Contract) -> None:
        """Credit that is gone comes back from where it went last; what there is settles the oldest."""
        came = sum(sum(one.overs) for one in contract.payments)
        credit = came - sum((part for _, part in contract.applied), Decimal(0))
        while credit < 0:
            payment, part = contract.applied.pop()
            back = min(part, -credit)
            credit += back
            payment.applied -= back
            if payment.status == "PAID" and back:
                payment.status = payment.of_the_day(self.today)
            if part > back:
                contract.applied.append((payment, part - back))
        for payment in contract.payments:
            if part := min(credit, payment.amount - payment.paid):
                contract.applied.append((payment, part))
                credit -= part
                payment.applied += part
            if payment.paid == payment.amount:
                payment.status = "PAID"

    # time

    def pass_days(self, days: int) -> None:
        """The business clock is moved, and the jobs of the day run."""
        self.days += days
        self.today += timedelta(days=days)
        for contract in self.contracts:
            if contract.stage in ("DRAFT", "READY", "CLIENT") and contract.hold_ends <= self.days:
                contract.called_off = True
            if contract.stage == "SIGNED" and contract.bid.start <= self.today:
                contract.stage = "ACTIVE"
            if contract.stage == "ACTIVE" and contract.ends < self.today:
                contract.stage = "EXPIRED"
                self.free(contract)
            for payment in contract.payments:
                if contract.stage in EXECUTED and payment.status in ("SCHEDULED", "DUE"):
                    payment.status = payment.of_the_day(self.today)

    # what the database should hold

    def seen(self) -> dict[str, object]:
        held = {"SIGNED": "RESERVED", "ACTIVE": "OCCUPIED"}
        return {
            "spaces": {
                space: (held.get(one.stage, "RESERVED"), one.id)
                if (one := self.holders.get(space))
                else ("AVAILABLE", None)
                for space in self.spaces
            },
            "bids": {bid.id: (bid.status, bid.version) for bid in self.bids},
            "contracts": {one.id: (one.status, one.called_off) for one in self.contracts},
            "payments": {
                payment.id: (payment.status, payment.paid) for one in self.contracts for payment in one.payments
            },
        }
