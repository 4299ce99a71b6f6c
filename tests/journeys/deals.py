"""Spaces and deals as people make them over the API, up to where a test wants them."""

import time
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from tests.journeys.client import PATIENCE, Person, until

ADDRESS = {"street": "123 Main St", "city": "New York", "state": "NY", "country": "USA", "postal_code": "10001"}
_numbers = count(1)


def today() -> date:
    """The day in the buildings of these tests, while nobody has moved the clock."""
    return datetime.now(UTC).date()


def soon() -> date:
    """A day on which a lease can begin, whatever midnight does."""
    return today() + timedelta(days=40)


def new_building(owner: Person, floors: int = 3) -> Any:
    return owner.do(
        "POST", "/buildings", name="Downtown Office Tower", address=ADDRESS, total_floors=floors, timezone="UTC"
    )


def new_space(owner: Person, building: Any = None, **fields: Any) -> Any:
    building = building or new_building(owner)
    return owner.do(
        "POST",
        "/spaces",
        **{
            "floor_id": building["floors"][0]["id"],
            "name": f"Suite {next(_numbers)}",
            "gross_sqft": 1000,
            "usable_sqft": 800,
            "usage_type": "OFFICE",
            "base_price_monthly": 5000,
            "currency": "USD",
            "amenities": ["wifi", "parking"],
            **fields,
        },
    )


def place_bid(client: Person, space: Any, start: date | None = None, amount: int = 4800) -> Any:
    return client.do(
        "POST", "/bids", space_id=space["id"], bid_amount=amount, start_date=start or soon(), term_months=12
    )


class Deal:
    """An approved bid and the contract that stands for it."""

    def __init__(
        self, owner: Person, client: Person, space: Any = None, start: date | None = None, amount: int = 4800
    ) -> None:
        self.owner, self.client = owner, client
        self.space = space or new_space(owner)
        self.bid = place_bid(client, self.space, start, amount)
        self.contract_id: str = owner.do("PUT", f"/bids/{self.bid['id']}/approve")["contract_id"]

    @property
    def path(self) -> str:
        return f"/contracts/{self.contract_id}"

    def contract(self) -> Any:
        return self.client.get(self.path)

    def reaches(self, *statuses: str, seconds: float = PATIENCE) -> Any:
        """The contract as soon as it has one of these statuses. Raises TimeoutError saying where it stands."""
        deadline = time.monotonic() + seconds
        while (contract := self.contract())["status"] not in statuses:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{contract['status']} and not {statuses} after {seconds} s")
            time.sleep(0.05)
        return contract

    def sign(self, person: Person) -> Any:
        return person.do("PATCH", f"{self.path}/sign", signature=person.name, consent=True)

    def conclude(self, *statuses: str) -> Any:
        """Both sides sign; the contract once it is in force."""
        self.reaches("PENDING_SIGNATURE")
        self.sign(self.client)
        self.sign(self.owner)
        return self.reaches(*(statuses or ("SIGNED", "ACTIVE")))

    def decline(self, person: Person, reason: str = "We found something closer.") -> Any:
        return person.do("PATCH", f"{self.path}/decline", reason=reason)

    def payments(self) -> list[Any]:
        found: list[Any] = self.owner.get("/payments", contract_id=self.contract_id, limit=100)["data"]
        return found

    def availability(self) -> str:
        return str(self.owner.get(f"/spaces/{self.space['id']}")["availability_status"])

    def is_undone(self, seconds: float = PATIENCE) -> Any:
        """The TERMINATED contract, once its space is free again."""
        contract = self.reaches("TERMINATED", seconds=seconds)
        until(lambda: self.availability() == "AVAILABLE", seconds)
        return contract
