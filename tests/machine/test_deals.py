"""Any story of people, bids, contracts, money and days: the platform is what a plain model says (quality 13)."""

import json
from base64 import urlsafe_b64decode
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from functions.auth.register import register
from functions.bids.place_bid import place_bid
from functions.buildings.create_building import create_building
from functions.contracts.decline_contract import decline_contract
from functions.contracts.sign_contract import sign_contract
from functions.payments.record_payment import record_payment
from functions.payments.reverse_payment import reverse_payment
from functions.spaces.create_space import create_space
from shared.auth import passwords
from shared.kit.catalog import Role
from tests import privacy
from tests.arena import Arena
from tests.bids.negotiation import OPERATIONS
from tests.call import call
from tests.invariants import BROKEN
from tests.machine.model import HOLD_DAYS, OPEN, Bid, Contract, Model, Payment
from tests.machine.sagas import Sagas
from tests.payments.lease import JOBS
from tests.world import ADDRESS, User

ON_THE_WAY = {
    "every event went out",
    "a space is held by exactly the contract that holds it",
}
"""Promises that may be broken for a moment: the outbox waits for its relay, an undo stands between two steps."""

NUMBERS = strategies.integers(0, 99)
DAYS = strategies.sampled_from([0, 1, 5, 20, 40, -1])
DEADLINES = strategies.sampled_from([None, 30, 3, 0, None, -1])


class Deals(RuleBasedStateMachine):
    """Owners and clients; each rule is one request, one step of a saga, or days that pass."""

    arena: Arena

    def __init__(self) -> None:
        super().__init__()
        self.arena.empty()
        self.model, self.sagas = Model(), Sagas(self.arena)
        self.owners: list[User] = []
        self.clients: list[User] = []
        self.floors: dict[str, str] = {}
        """Owner's organization → a floor of its building."""
        self.keys = 0

    def teardown(self) -> None:
        """Let everything come to rest; then no promise is broken at all."""
        self.let_sagas_move()
        assert self.arena.broken() == {}

    # asking

    def ask(self, endpoint: Any, user: User, expected: str, times: int = 1, **asked: Any) -> Any:
        """The answer, which is the model's; asked again under its key it is the same."""
        self.keys += 1
        answers = [call(endpoint, as_=user, key=f"key-{self.keys}", **asked) for _ in range(times)]
        for answer in answers:
            assert answer.status < 500, answer.body
            assert ("" if answer.status < 300 else answer.code) == expected, answer.body
        if not expected:
            assert len({answer.body for answer in answers}) == 1
            return answers[0].json
        return None

    def some(self, things: Any, number: int) -> Any:
        found = list(things)
        return found[number % len(found)]

    def day(self, days: int | None) -> date | None:
        return None if days is None else self.model.today + timedelta(days=days)

    def user_of(self, organization: str, number: int = 0) -> User:
        return self.some(
            (one for one in self.owners + self.clients if str(one.organization_id) == organization), number
        )

    # people and places

    def registered(self, role: Role) -> User:
        self.keys += 1
        email = f"{role.value.lower()}.{self.keys}@example.com"
        body = {"email": email, "password": "Correct-Horse-7", "name": f"{role.value} {self.keys}", "role": role.value}
        answer = call(register, body=body | {"phone": privacy.PHONE})
        assert answer.status == 201, answer.body
        again = call(register, body=body | {"email": email.upper()})
        assert (again.status, again.code) == (409, "EMAIL_TAKEN")
        payload = answer.json["token"].split(".")[1]
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        user = answer.json["user"]
        return User(
            UUID(user["id"]), UUID(user["organization_id"]), role, email, user["name"], UUID(claims["sid"]), False
        )

    @initialize(begun=strategies.integers(0, 3))
    def open(self, begun: int) -> None:
        """A space and a bid on it; in some stories it has become a contract, in some a lease, before they begin."""
        [row] = self.arena.sql("SELECT app.today('UTC') AS today")
        self.model.today = row["today"]
        self.owners.append(self.registered(Role.OWNER))
        self.clients.append(self.registered(Role.CLIENT))
        self.clients.append(self.arena.colleague(self.clients[0]))
        self.list_a_space(0)
        self.place(0, 0, 5, None, 2)
        if begun:
            self.strike_a_deal(0, 0, 1)
        for _ in range(begun - 1):
            self.carry_a_deal_through(0)

    @precondition(lambda self: len(self.owners) + len(self.clients) < 5)
    @rule(owner=strategies.booleans())
    def register_somebody(self, owner: bool) -> None:
        (self.owners if owner else self.clients).append(self.registered(Role.OWNER if owner else Role.CLIENT))

    @precondition(lambda self: len(self.model.spaces) < 3)
    @rule(number=NUMBERS)
    def list_a_space(self, number: int) -> None:
        owner = self.some(self.owners, number)
        organization = str(owner.organization_id)
        if organization not in self.floors:
            body: dict[str, Any] = {"name": "Tower", "address": ADDRESS, "total_floors": 1, "timezone": "UTC"}
            building = self.ask(create_building, owner, "", body=body)
            self.floors[organization] = building["floors"][0]["id"]
        body = {
            "floor_id": self.floors[organization],
            "name": f"Suite {number}",
            "gross_sqft": 1000,
            "usable_sqft": 800,
            "usage_type": "OFFICE",
            "base_price_monthly": 5000,
        }
        space = self.ask(create_space, owner, "", times=2, body=body)
        self.model.spaces[space["id"]] = organization

    # bids

    @rule(number=NUMBERS, who=NUMBERS, start=DAYS, deadline=DEADLINES, months=strategies.integers(1, 2))
    def place(self, number: int, who: int, start: int, deadline: int | None, months: int) -> None:
        space, client = self.some(self.model.spaces, number), self.some(self.clients, who)
        begins, valid_until = self.model.today + timedelta(days=start), self.day(deadline)
        body = {"space_id": space, "bid_amount": 5000 + who, "start_date": begins, "term_months": months}
        expected = self.model.place(space, str(client.organization_id), begins, valid_until)
        placed = self.ask(place_bid, client, expected, body=body | {"valid_until": valid_until})
        if placed:
            self.model.bids.append(Bid(placed["id"], space, str(client.organization_id), begins, valid_until))

    @precondition(lambda self: self.model.bids)
    @rule(
        number=NUMBERS,
        any_bid=strategies.booleans(),
        move=strategies.sampled_from(list(OPERATIONS)),
        start=strategies.one_of(strategies.none(), DAYS),
        deadline=DEADLINES,
        who=NUMBERS,
        times=strategies.integers(1, 2),
    )
    def answer_a_bid(
        self, number: int, any_bid: bool, move: str, start: int | None, deadline: int | None, who: int, times: int
    ) -> None:
        bid = self.some(self.model.bids if any_bid else self.open_bids() or self.model.bids, number)
        if number > 90:
            self.meddle(bid, move, owner=who % 2 == 0)
        self.move_a_bid(bid, move, self.day(start), self.day(deadline), who, times)

    @precondition(lambda self: self.open_bids())
    @rule(number=NUMBERS, who=NUMBERS, times=strategies.integers(1, 2))
    def strike_a_deal(self, number: int, who: int, times: int) -> None:
        """Whoever may conclude an open bid tries; moves drawn at random come upon it too seldom."""
        bid = self.some(self.open_bids(), number)
        self.move_a_bid(bid, "approve" if bid.status == "PENDING" else "accept", None, None, who, times)

    def open_bids(self) -> list[Bid]:
        return [bid for bid in self.model.bids if bid.status in OPEN]

    def move_a_bid(
        self, bid: Bid, move: str, begins: date | None, valid_until: date | None, who: int, times: int
    ) -> None:
        side = self.model.spaces[bid.space] if move in ("approve", "reject", "counter") else bid.client
        body: dict[str, Any] = {}
        if move in ("counter", "revise"):
            amount = "counter_offer_amount" if move == "counter" else "bid_amount"
            body = {amount: 6000, "valid_until": valid_until} | ({"start_date": begins} if begins else {})
            expected = self.model.answer(bid, move, begins, valid_until)
        elif move in ("approve", "accept"):
            expected = self.model.take(bid, move)
        else:
            expected = self.model.close(bid, move)
        user = self.user_of(side, who)
        answered = self.ask(OPERATIONS[move], user, expected, times, path={"bid_id": bid.id}, body=body)
        if answered and move in ("approve", "accept"):
            [row] = self.arena.sql("SELECT end_date FROM contracts WHERE id = %(id)s", id=answered["contract_id"])
            held = Contract(answered["contract_id"], bid, row["end_date"], self.model.days + HOLD_DAYS)
            self.model.hold(held)

    def meddle(self, bid: Bid, move: str, owner: bool) -> None:
        """Somebody of another organization than the two tries: there is no such bid, or the role may never."""
        user = self.arena.owner() if owner else self.arena.client()
        owners_move = move in ("approve", "reject", "counter")
        body = {"counter": {"counter_offer_amount": 1}, "revise": {"bid_amount": 1}}.get(move, {})
        expected = "NOT_FOUND" if owners_move == owner else "FORBIDDEN"
        self.ask(OPERATIONS[move], user, expected, path={"bid_id": bid.id}, body=body)

    # the saga and its contract

    @precondition(lambda self: self.sagas.ready())
    @rule(number=NUMBERS, times=strategies.integers(1, 2))
    def saga_moves(self, number: int, times: int) -> None:
        contract = self.contract(self.some(self.sagas.ready(), number))
        step = self.sagas.step(contract.id, times)
        assert (step == "ended") == (
            contract.called_off and contract.stage in ("DRAFT", "READY", "CLIENT", "FULL")
        ) or (step in ("void_contract", "release_space", "cancel_payments"))
        if step == "request_signatures":
            self.model.ask_for_signatures(contract)
        elif step == "schedule_payments":
            sql = "SELECT id, due_date, amount FROM payments WHERE contract_id = %(id)s ORDER BY due_date, id"
            rows = self.arena.sql(sql, id=contract.id)
            contract.payments = [Payment(str(row["id"]), row["due_date"], row["amount"]) for row in rows]
        elif step == "cancel_payments":
            contract.payments = []
        elif step == "activate_contract":
            self.model.activate(contract)
        elif step == "void_contract":
            self.model.void(contract)
        elif step == "release_space":
            self.model.free(contract)

    @precondition(lambda self: self.sagas.ready() and not self.sagas.undoing())
    @rule(number=NUMBERS)
    def saga_fails(self, number: int) -> None:
        self.sagas.fail(self.some(self.sagas.ready(), number))

    def contract(self, contract_id: str) -> Contract:
        [contract] = [one for one in self.model.contracts if one.id == contract_id]
        return contract

    @precondition(lambda self: self.model.contracts)
    @rule(number=NUMBERS, side=strategies.sampled_from(["client", "owner"]), who=NUMBERS)
    def sign(self, number: int, side: str, who: int) -> None:
        contract = self.some(self.model.contracts, number)
        organization = contract.bid.client if side == "client" else self.model.spaces[contract.bid.space]
        user = self.user_of(organization, who)
        body = {"signature": user.name, "consent": True}
        expected = self.model.sign(contract, side)
        self.ask(sign_contract, user, expected, path={"contract_id": contract.id}, body=body)

    @precondition(lambda self: self.model.contracts)
    @rule(number=NUMBERS, owner=strategies.booleans())
    def decline(self, number: int, owner: bool) -> None:
        contract = self.some(self.model.contracts, number)
        user = self.user_of(self.model.spaces[contract.bid.space] if owner else contract.bid.client)
        expected = self.model.decline(contract)
        body = {"reason": "We moved elsewhere"}
        self.ask(decline_contract, user, expected, times=2, path={"contract_id": contract.id}, body=body)

    @precondition(lambda self: self.sagas.ready() or self.sagas.waiting)
    @rule(who=NUMBERS)
    def carry_a_deal_through(self, who: int) -> None:
        """The happy way, which single steps come upon too seldom: everything that can be signed is, and goes on."""
        self.let_sagas_move()
        for contract in self.model.contracts:
            if contract.stage == "READY" and not contract.called_off:
                self.sign(self.model.contracts.index(contract), "client", who)
                self.sign(self.model.contracts.index(contract), "owner", who)
        self.let_sagas_move()

    def let_sagas_move(self) -> None:
        self.sagas.hear()
        while self.sagas.ready():
            self.saga_moves(0, 1)
            self.sagas.hear()

    # money

    @precondition(lambda self: any(one.payments for one in self.model.contracts))
    @rule(
        number=NUMBERS,
        which=NUMBERS,
        amount=strategies.sampled_from([None, None, "100.01", "2500", "9999.99"]),
        times=strategies.integers(1, 2),
    )
    def pay(self, number: int, which: int, amount: str | None, times: int) -> None:
        """In full, in part, or more than is owed."""
        contract = self.some((one for one in self.model.contracts if one.payments), number)
        payment = self.some(contract.payments, which)
        sent = None if amount is None else Decimal(amount)
        body = {"paid_date": self.model.today, "payment_method": "cheque", "allow_credit": True}
        body |= {"amount": sent} if sent else {}
        expected = self.model.pay(contract, payment, sent)
        owner = self.user_of(self.model.spaces[contract.bid.space])
        self.ask(record_payment, owner, expected, times, path={"payment_id": payment.id}, body=body)

    @precondition(lambda self: any(one.payments for one in self.model.contracts))
    @rule(number=NUMBERS, which=NUMBERS)
    def reverse(self, number: int, which: int) -> None:
        contract = self.some((one for one in self.model.contracts if one.payments), number)
        payment = self.some(contract.payments, which)
        expected = self.model.reverse(contract, payment)
        owner = self.user_of(self.model.spaces[contract.bid.space])
        body = {"reason": "The cheque bounced"}
        self.ask(reverse_payment, owner, expected, path={"payment_id": payment.id}, body=body)

    # time

    @rule(days=strategies.sampled_from([1, 3, 14, 31]))
    def days_pass(self, days: int) -> None:
        self.arena.sql("UPDATE app.clock SET offset_days = offset_days + %(days)s", days=days)
        for job in JOBS:
            job({}, None)
        self.model.pass_days(days)

    # after every step

    @invariant()
    def the_platform_is_what_the_model_says(self) -> None:
        self.sagas.hear()
        assert self.seen() == self.model.seen()

    @invariant()
    def no_promise_is_broken(self) -> None:
        allowed = ON_THE_WAY if self.sagas.undoing() else {"every event went out"}
        broken = {name: rows for name, sql in BROKEN.items() if name not in allowed and (rows := self.arena.sql(sql))}
        assert broken == {}

    def seen(self) -> dict[str, object]:
        sql = self.arena.sql
        return {
            "spaces": {
                str(row["id"]): (row["availability_status"], row["held"] and str(row["held"]))
                for row in sql("SELECT id, availability_status, held_by_contract_id AS held FROM spaces")
            },
            "bids": {str(row["id"]): (row["status"], row["version"]) for row in sql("SELECT * FROM bids")},
            "contracts": {
                str(row["id"]): (row["status"], row["termination_reason"] is not None)
                for row in sql("SELECT id, status, termination_reason FROM contracts")
            },
            "payments": {
                str(row["id"]): (row["status"], row["paid_amount"])
                for row in sql("SELECT id, status, paid_amount FROM payments")
            },
        }


@pytest.mark.race
def test_whatever_people_do_the_platform_is_what_the_model_says(
    arena: Arena, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten stories of 25 steps; three of 40 for every two rounds of `make races`. Hypothesis prints one that fails."""
    monkeypatch.setattr(passwords, "COST", 4)
    runs, steps = (rounds * 3 // 2, 40) if rounds > 3 else (10, 25)
    told = type("Deals", (Deals,), {"arena": arena})
    run_state_machine_as_test(
        told,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            # The fast suite tells the same stories each time; `make races` new ones, each printed with its seed.
            derandomize=rounds <= 3,
            database=None,
            print_blob=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
