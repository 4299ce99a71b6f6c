"""A lease from its first day to its last cent, on a platform of its own whose clock moves: money that is late, in parts
or did not come, an early end, the deposit. What should come out is calculated here, with nothing of the product's.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from local.platform import Platform
from tests.journeys.client import PATIENT, Person, send, until
from tests.journeys.deals import Deal, new_space, today

RENT, DEPOSIT = Decimal(5000), Decimal(10000)
LATE = {"grace_days": 5, "fee_percent": 5, "min_fee": 100, "annual_interest_percent": 18}


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def interest(principal: Decimal, days: int) -> Decimal:
    return cents(principal * 18 * days / 36500)


class Life:
    """The lease, and its calendar."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.owner = Person(platform, "OWNER", organization_name="Stone Properties LLC")
        self.client = Person(platform, "CLIENT", organization_name="Berg Analytics Inc")
        self.today = today()
        # The first of the month after next, so that no part of a month comes before it.
        self.start = (self.today.replace(day=1) + timedelta(days=62)).replace(day=1)
        self.deal = Deal.__new__(Deal)
        self.deal.owner, self.deal.client, self.deal.space = self.owner, self.client, new_space(self.owner)
        terms = {
            "term_months": 60,
            "escalation": {"kind": "COMPOUND", "percent": 3},
            "free_rent": {"months": [2, 3]},
            "deposit_months": 2,
            "late_policy": LATE,
        }
        bid = {"space_id": self.deal.space["id"], "bid_amount": 5000, "start_date": self.start.isoformat(), **terms}
        self.deal.bid = self.client.do("POST", "/bids", **bid)
        approved = self.owner.do("PUT", f"/bids/{self.deal.bid['id']}/approve")
        self.deal.contract_id = approved["contract_id"]
        self.deal.conclude("SIGNED")

    def until(self, day: date) -> None:
        """The business days up to and with that one pass."""
        days = (day - self.today).days
        answer = send(self.platform.url, "POST", "/_local/clock", {"advance_days": days}, timeout=600)
        assert answer.json["today"] == day.isoformat()
        self.today = day

    def payment(self, charge: str, number: int = 0) -> Any:
        return [one for one in self.deal.payments() if one["charge"] == charge][number]

    def pay(self, charge: str, number: int = 0, **said: Any) -> Any:
        said = {"paid_date": self.today.isoformat(), "payment_method": "bank_transfer"} | said
        return self.owner.do("POST", f"/payments/{self.payment(charge, number)['id']}/record", **said)

    def balance(self) -> Decimal:
        """As both sides read it; each line adds up."""
        accounts = [person.get(f"{self.deal.path}/ledger") for person in (self.owner, self.client)]
        assert accounts[0] == accounts[1]
        balance = Decimal(0)
        for line in accounts[0]["data"]:
            balance += line["debit"] - line["credit"]
            assert line["balance"] == balance
        assert accounts[0]["meta"]["balance"] == balance
        return balance


@pytest.fixture(scope="module")
def platform(templates: Path) -> Iterator[Platform]:
    with Platform(templates=templates, environment=PATIENT, rate_limit_scale=1000) as platform:
        yield platform


def test_a_leases_whole_life_accounts_for_every_cent(platform: Platform) -> None:
    life = Life(platform)
    rents = [one["amount"] for one in life.deal.payments() if one["charge"] == "RENT"]
    assert rents[:4] == [RENT, 0, 0, RENT]
    assert [rents[12 * year + 11] for year in range(5)] == [cents(RENT * Decimal("1.03") ** year) for year in range(5)]

    life.until(life.start)
    assert life.deal.reaches("ACTIVE")
    assert life.balance() == RENT + DEPOSIT
    assert life.pay("DEPOSIT")["status"] == "PAID"
    assert life.pay("RENT", amount=2000)["paid_amount"] == 2000

    # Three thousand are late: a fee after the grace, interest when they have come.
    life.until(life.start + timedelta(days=6))
    fee = cents(Decimal(3000) * 5 / 100)
    assert life.payment("LATE_FEE")["amount"] == fee == 150
    assert life.balance() == 3000 + fee
    life.until(life.start + timedelta(days=29))
    assert life.pay("RENT")["status"] == "PAID"
    life.until(life.start + timedelta(days=30))
    first_interest = interest(Decimal(3000), 29)
    told = life.client.get(f"/payments/{life.payment('INTEREST')['id']}/explain")
    assert told["amount"] == told["steps"][-1]["result"] == first_interest
    assert life.balance() == fee + first_interest

    # A cheque over more than the fee settles what else is open, and bounces.
    fourth = next(
        one["id"]
        for one in life.deal.payments()
        if one["charge"] == "RENT" and one["due_date"] > str(life.today) and one["amount"]
    )
    life.pay("LATE_FEE", amount=1000, payment_method="cheque")
    assert life.balance() == fee + first_interest - 1000
    assert life.payment("INTEREST")["status"] == "PAID"
    assert life.client.get(f"/payments/{fourth}")["paid_amount"] == 1000 - fee - first_interest
    life.owner.do("POST", f"/payments/{life.payment('LATE_FEE')['id']}/reverse", reason="The cheque bounced.")
    assert life.balance() == fee + first_interest
    assert life.client.get(f"/payments/{fourth}")["paid_amount"] == 0

    # The client leaves in the middle of the fourth month.
    due = date.fromisoformat(life.client.get(f"/payments/{fourth}")["due_date"])
    ends = due.replace(day=16)
    kept = cents(RENT * 15 / ((due.replace(day=28) + timedelta(days=4)).replace(day=1) - due).days)
    contract = life.client.do(
        "PUT", f"{life.deal.path}/terminate", effective_date=ends.isoformat(), reason="Moving out"
    )
    assert (contract["status"], contract["terminates_on"]) == ("ACTIVE", ends.isoformat())
    until(lambda: life.client.get(f"/payments/{fourth}")["credited_amount"] == RENT - kept)
    assert {one["status"] for one in life.deal.payments() if one["due_date"] > str(ends)} == {"CANCELLED"}
    life.until(ends - timedelta(days=1))
    assert (life.deal.contract()["status"], life.deal.availability()) == ("ACTIVE", "OCCUPIED")
    second_fee = max(Decimal(100), cents(kept * 5 / 100))
    assert life.balance() == fee + first_interest + kept + second_fee
    life.until(ends)
    assert (life.deal.contract()["status"], life.deal.availability()) == ("TERMINATED", "AVAILABLE")

    # The deposit settles what is open, with the interest that ran until this day; the rest goes back.
    used = fee + first_interest + kept + second_fee + interest(kept, 15)
    assert life.balance() == used
    deposit = life.owner.do("POST", f"{life.deal.path}/deposit/apply", reason="Rent that did not come")
    assert deposit["applied_amount"] == used
    assert life.balance() == 0
    life.until(ends + timedelta(days=1))
    assert life.balance() == 0
    back = {"paid_date": life.today.isoformat(), "payment_method": "bank_transfer", "transaction_reference": "BACK-1"}
    deposit = life.owner.do("POST", f"{life.deal.path}/deposit/return", **back)
    assert (deposit["returned_amount"], deposit["held_amount"]) == (DEPOSIT - used, 0)
    assert life.balance() == 0
    refused = life.owner.ask(
        "POST", f"/payments/{fourth}/record", {"paid_date": str(life.today), "payment_method": "cheque"}
    )
    assert refused.status == 409

    statement = life.client.download(f"{life.deal.path}/statement")
    assert statement == life.owner.download(f"{life.deal.path}/statement")
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(statement)).pages)
    for words in (
        "Deposit returned BACK-1",
        "Payment reversed",
        "Overpayment",
        f"{DEPOSIT - used:,.2f}",
        "Closing balance",
    ):
        assert words in text, words
    numbers = sorted(one["number"] for one in life.owner.get("/invoices", limit=100)["data"])
    assert numbers == list(range(1, len(numbers) + 1))
