"""What people do, for locust: twenty requests a second of everything that there is, each deal a step at a time.

Run by `python -m tests.load` in locust's own environment, so nothing of the project is imported here. The cast comes
from the file that CAST names; every request goes to the file that REQUESTS names.
"""

import json
import os
import random
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from locust import FastHttpUser, constant_throughput, events, task

with open(os.environ["CAST"]) as file:
    CAST = json.load(file)

API = "/api/v1"
REQUESTS = open(os.environ["REQUESTS"], "w", buffering=1)  # noqa: SIM115 (until the process ends)
START = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
_numbers = count(1)


@events.request.add_listener
def note(name: str, response_time: float, response: Any, exception: BaseException | None, **rest: Any) -> None:
    status = getattr(response, "status_code", 0) or 0
    problem = "" if exception is None else str(exception)[:200]
    row = {"at": time.time(), "name": name, "ms": response_time, "status": status, "problem": problem}
    REQUESTS.write(json.dumps(row) + "\n")


class Deal:
    """One space, its owner, and the client who is after it; `step` is the next thing that one of them does."""

    def __init__(self, owner: dict[str, Any], space: dict[str, Any]) -> None:
        self.owner, self.space = owner, space
        self.floor = space["floor_id"]
        self.begin()

    def begin(self) -> None:
        self.client = random.choice(CAST["clients"])
        self.step = self.place

    def place(self, user: "Visitor") -> None:
        wish = {"space_id": self.space["id"], "bid_amount": 4000 + next(_numbers), "start_date": START,
                "term_months": 12}  # fmt: skip
        bid = user.ask(self.client, "POST", "/bids", wish)
        if bid:
            self.bid, self.step = bid["id"], self.answer

    def answer(self, user: "Visitor") -> None:
        """The owner's turn, or the client thinks better of it."""
        self._decide(user, [("approve", self.owner, 5), ("counter", self.owner, 4), ("reject", self.owner, 1),
                            ("withdraw", self.client, 2)])  # fmt: skip

    def bargain(self, user: "Visitor") -> None:
        """The client's turn."""
        self._decide(user, [("accept-counter", self.client, 5), ("revise", self.client, 3),
                            ("withdraw", self.client, 2)])  # fmt: skip

    def _decide(self, user: "Visitor", moves: list[tuple[str, dict[str, Any], int]]) -> None:
        [(move, who, _)] = random.choices(moves, [weight for *_, weight in moves])
        body = {"counter": {"counter_offer_amount": 5000 + next(_numbers)},
                "revise": {"bid_amount": 4500 + next(_numbers)}}.get(move, {})  # fmt: skip
        bid = user.ask(who, "PUT", f"/bids/{self.bid}/{move}", body, name=f"PUT /bids/…/{move}")
        if bid is None:
            return
        if move in ("reject", "withdraw"):
            self.begin()
        elif move in ("counter", "revise"):
            self.step = self.bargain if move == "counter" else self.answer
        else:
            self.contract, self.step = bid["contract_id"], self.wait_for_the_lease

    def wait_for_the_lease(self, user: "Visitor") -> None:
        contract = user.ask(self.client, "GET", f"/contracts/{self.contract}", name="GET /contracts/…")
        if contract and contract["status"] == "PENDING_SIGNATURE":
            self.step = self.decline if random.random() < 0.1 else self.sign_as_client

    def decline(self, user: "Visitor") -> None:
        path = f"/contracts/{self.contract}/decline"
        if user.ask(self.client, "PATCH", path, {"reason": "No."}, name="PATCH /contracts/…/decline"):
            self.step = self.offer_another

    def sign_as_client(self, user: "Visitor") -> None:
        self._sign(user, self.client, self.sign_as_owner)

    def sign_as_owner(self, user: "Visitor") -> None:
        self._sign(user, self.owner, self.find_the_payment)

    def _sign(self, user: "Visitor", who: dict[str, Any], then: Any) -> None:
        body = {"signature": who["name"], "consent": True}
        if user.ask(who, "PATCH", f"/contracts/{self.contract}/sign", body, name="PATCH /contracts/…/sign"):
            self.step = then

    def find_the_payment(self, user: "Visitor") -> None:
        path = f"/payments?contract_id={self.contract}&limit=1"
        page = user.ask(self.owner, "GET", path, name="GET /payments?contract_id=…")
        if page and page["data"]:
            self.payment, self.step = page["data"][0]["id"], self.pay

    def pay(self, user: "Visitor") -> None:
        body = {"paid_date": datetime.now(UTC).date().isoformat(), "payment_method": "bank_transfer"}
        path = f"/payments/{self.payment}/record"
        if user.ask(self.owner, "POST", path, body, name="POST /payments/…/record"):
            self.step = self.read_the_receipt

    def read_the_receipt(self, user: "Visitor") -> None:
        user.ask(self.client, "GET", f"/payments/{self.payment}/receipt", name="GET /payments/…/receipt")
        self.step = self.offer_another

    def offer_another(self, user: "Visitor") -> None:
        body = {"floor_id": self.floor, "name": f"Suite {next(_numbers)}", "gross_sqft": 1000, "usable_sqft": 800,
                "usage_type": "OFFICE", "base_price_monthly": 5000, "currency": "USD", "amenities": []}  # fmt: skip
        space = user.ask(self.owner, "POST", "/spaces", body)
        if space:
            self.space = space
            self.begin()


DEALS = [Deal(owner, space) for owner in CAST["owners"] for space in owner["spaces"]]
AT_WORK: set[int] = set()
"""Deals and people that are in the middle of a request: nobody else takes the next step."""


class Visitor(FastHttpUser):
    """Somebody at a screen; every task is one request."""

    host = os.environ["HOST"]
    wait_time = constant_throughput(float(os.environ["RATE"]))

    def ask(self, who: dict[str, Any] | None, method: str, path: str, body: Any = None, name: str | None = None) -> Any:
        """What a request that should succeed answers; None where it does not."""
        headers = {"Authorization": f"Bearer {who['token']}"} if who else {}
        with self.client.request(
            method, f"{API}{path}", json=body, headers=headers, name=name or f"{method} {path}", catch_response=True
        ) as response:
            if not 200 <= response.status_code < 300:
                response.failure(f"{response.status_code} {response.text[:150]}")
                return None
            response.success()
            if "json" not in response.headers.get("content-type", ""):
                return {}
            answer = response.json()
            return answer.get("data", answer) if method != "GET" else answer

    @task(8)
    def go_on_with_a_deal(self) -> None:
        deal = random.choice([deal for deal in DEALS if id(deal) not in AT_WORK])
        AT_WORK.add(id(deal))
        try:
            deal.step(self)
        finally:
            AT_WORK.discard(id(deal))

    @task(3)
    def search(self) -> None:
        query = random.choice(
            ["", "min_price=1000&sort=price_asc", "min_sqft=500&sort=sqft_desc", "availability_status=AVAILABLE"]
        )
        self.ask(None, "GET", f"/spaces?{query}", name="GET /spaces?…")

    @task(2)
    def look_at_a_space(self) -> None:
        deal = random.choice(DEALS)
        self.ask(deal.client, "GET", f"/spaces/{deal.space['id']}", name="GET /spaces/…")

    @task(1)
    def look_at_a_building(self) -> None:
        self.ask(None, "GET", f"/buildings/{random.choice(CAST['owners'])['building']}", name="GET /buildings/…")

    @task(1)
    def read_notifications(self) -> None:
        person = random.choice(CAST["owners"] + CAST["clients"])
        self.ask(person, "GET", "/notifications?unread=true", name="GET /notifications")

    @task(1)
    def mark_everything_read(self) -> None:
        person = random.choice(CAST["owners"] + CAST["clients"])
        self.ask(person, "PUT", "/notifications/read-all", name="PUT /notifications/read-all")

    @task(2)
    def list_ones_own(self) -> None:
        person = random.choice(CAST["owners"] + CAST["clients"])
        path = random.choice(["/bids", "/contracts", "/payments"])
        self.ask(person, "GET", path)

    @task(1)
    def go_on_or_come_back(self) -> None:
        person = random.choice([person for person in CAST["clients"] if id(person) not in AT_WORK])
        AT_WORK.add(id(person))
        try:
            if random.random() < 0.8:
                told = self.ask(None, "POST", "/auth/refresh", {"refresh_token": person["refresh_token"]})
            else:
                told = self.ask(None, "POST", "/auth/login", {"email": person["email"], "password": CAST["password"]})
            if told:
                person["token"], person["refresh_token"] = told["token"], told["refresh_token"]
        finally:
            AT_WORK.discard(id(person))
