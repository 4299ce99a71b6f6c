"""A space around which an owner and two clients sit and do whatever comes to their minds; and what they saw.

Each move is sent with an Idempotency-Key and sent again under it until it has an answer that means something, as a
good client does: so the history has no doubts, whatever the network did.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from tests.journeys.client import Answer, Person
from tests.journeys.deals import new_space, soon, today

GIVE_UP = 120.0


@dataclass
class Move:
    """What somebody asked for, when, and what came of it."""

    name: str
    who: str
    bid: str | None = None
    contract: str | None = None
    begun: float = 0.0
    ended: float = 0.0
    status: int = 0
    """0: nobody ever heard."""
    code: str | None = None
    tries: int = 0


@dataclass
class Table:
    """One space, its owner, two clients of different organizations, and the history of their moves."""

    owner: Person
    clients: tuple[Person, Person]
    building: Any
    history: list[Move] = field(default_factory=list)
    bids: list[str] = field(default_factory=list)
    contract: str | None = None
    executed: str | None = None
    recorded: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Put the space on the table; the faults may have begun already."""
        self.space = insist(lambda: new_space(self.owner, self.building))

    def play(self, until: float, moves: int = 9) -> None:
        """Everybody makes so many moves, or plays until the moment has come."""
        threads = [threading.Thread(target=self._sit, args=(player, until, moves)) for player in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _sit(self, player: int, until: float, moves: int) -> None:
        dice = random.Random()  # noqa: S311
        for _ in range(moves):
            if time.monotonic() > until or self.executed:
                return
            if player == 2:
                self._as_owner(dice)
            else:
                self._as_client(self.clients[player], dice)
            time.sleep(dice.uniform(0, 0.1))

    def _as_owner(self, dice: random.Random) -> None:
        if self.contract and dice.random() < 0.7:
            self._with_contract(self.owner, "owner", dice, self.contract)
        elif self.bids:
            bid = dice.choice(self.bids[-3:])
            name = dice.choice(["approve", "approve", "reject", "counter", "counter"])
            self._answer(self.owner, "owner", name, bid, {"counter_offer_amount": 4900} if name == "counter" else {})
        else:
            time.sleep(0.1)

    def _as_client(self, client: Person, dice: random.Random) -> None:
        own = [move.bid for move in self.history if move.name == "place" and move.who == client.id and move.bid]
        if self.contract and dice.random() < 0.5:
            self._with_contract(client, client.id, dice, self.contract)
        elif own and dice.random() < 0.6:
            name = dice.choice(["accept", "accept", "revise", "revise", "withdraw"])
            self._answer(
                client, client.id, name, dice.choice(own[-2:]), {"bid_amount": 4700} if name == "revise" else {}
            )
        else:
            wish = {"space_id": self.space["id"], "bid_amount": 4800, "start_date": soon(), "term_months": 12}
            move = Move("place", client.id)
            answer = self.make(move, client, "POST", "/bids", wish)
            if answer and answer.status == 201:
                move.bid = answer.json["id"]
                self.bids.append(answer.json["id"])

    def _answer(self, person: Person, who: str, name: str, bid: str, body: dict[str, Any]) -> None:
        path = {"accept": "accept-counter"}.get(name, name)
        answer = self.make(Move(name, who, bid), person, "PUT", f"/bids/{bid}/{path}", body)
        if answer and answer.status == 200 and name in ("approve", "accept"):
            self.contract = answer.json["contract_id"]

    def _with_contract(self, person: Person, who: str, dice: random.Random, contract: str) -> None:
        if dice.random() < 0.08:
            self.make(
                Move("decline", who, contract=contract),
                person,
                "PATCH",
                f"/contracts/{contract}/decline",
                {"reason": "No longer needed."},
            )
            return
        self.sign(person, who, contract)

    def sign(self, person: Person, who: str, contract: str) -> None:
        """One more try to sign."""
        body = {"signature": person.name, "consent": True}
        move = Move("sign", who, contract=contract)
        answer = self.make(move, person, "PATCH", f"/contracts/{contract}/sign", body)
        if answer and answer.status == 200 and answer.json["signature_status"] == "FULLY_SIGNED":
            self.executed = contract

    def pay(self) -> None:
        """The owner records the first installment, if there is a schedule yet."""
        found = heard(lambda: self.owner.ask("GET", f"/payments?contract_id={self.executed}&limit=1"))
        if not found or not found.json["data"]:
            return
        payment = found.json["data"][0]["id"]
        reference = f"TXN-{payment}"
        paid = {"paid_date": today(), "payment_method": "bank_transfer", "transaction_reference": reference}
        move = Move("record", "owner", contract=self.executed)
        answer = self.make(move, self.owner, "POST", f"/payments/{payment}/record", paid)
        if answer and answer.status == 200:
            self.recorded.append(reference)

    def make(self, move: Move, person: Person, method: str, path: str, body: Any) -> Answer | None:
        """Make a move, again and again under its key, until somebody answers it."""
        self.history.append(move)
        key = f"{time.time_ns()}-{threading.get_ident()}"
        move.begun = time.monotonic()
        while time.monotonic() < move.begun + GIVE_UP:
            move.tries += 1
            answer = heard(lambda: person.ask(method, path, body, key=key, timeout=35))
            if answer:
                move.ended, move.status = time.monotonic(), answer.status
                move.code = answer.code if answer.status >= 400 else None
                return answer
            time.sleep(0.2)
        return None


def heard(ask: Callable[[], Answer]) -> Answer | None:
    """An answer that means something: not a lost connection, a 5xx, a limit, or a first try that still runs."""
    try:
        answer = ask()
    except (OSError, HTTPException):
        return None
    if answer.status >= 500 or answer.status == 429:
        return None
    return None if answer.status == 409 and answer.code == "IDEMPOTENCY_KEY_IN_FLIGHT" else answer


def insist(do: Callable[[], Any]) -> Any:
    """Do until it works: for what is prepared, not for what is judged."""
    return until_found(do, GIVE_UP)


def until_found(look: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except (AssertionError, OSError, HTTPException):
            pass
        time.sleep(0.3)
    raise TimeoutError(f"not within {seconds} s")
