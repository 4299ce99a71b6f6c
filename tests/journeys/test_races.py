"""Many at once over HTTP: one wins, the others are told, and nothing happens twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from local.platform import Platform
from tests.journeys.client import Answer, Person
from tests.journeys.deals import Deal, new_building, new_space, place_bid, today

BIDDERS = 20
ROUNDS = 3


@pytest.fixture(scope="module")
def bidders(platform: Platform) -> Iterator[list[Person]]:
    with ThreadPoolExecutor(4) as threads:
        yield list(threads.map(lambda _: Person(platform, "CLIENT"), range(BIDDERS)))


def at_once(requests: list[Callable[[], Answer]]) -> list[Answer]:
    """The answers to requests that were sent at the same moment."""
    line = Barrier(len(requests))

    def send(request: Callable[[], Answer]) -> Answer:
        line.wait()
        return request()

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))


def test_of_twenty_bids_approved_at_once_one_wins_each_time(owner: Person, bidders: list[Person]) -> None:
    building = new_building(owner)
    for _ in range(ROUNDS):
        space = new_space(owner, building)
        with ThreadPoolExecutor(4) as threads:
            bids = list(threads.map(lambda bidder: place_bid(bidder, space), bidders))  # noqa: B023 (done within)
        answers = at_once([lambda bid=bid: owner.ask("PUT", f"/bids/{bid['id']}/approve") for bid in bids])  # type: ignore[misc]
        assert Counter(answer.status for answer in answers) == {200: 1, 409: BIDDERS - 1}
        assert {answer.code for answer in answers if answer.status == 409} == {"SPACE_NOT_AVAILABLE"}
        found = owner.get("/bids", space_id=space["id"], limit=100)["data"]
        assert Counter(bid["status"] for bid in found) == {"APPROVED": 1, "PENDING": BIDDERS - 1}
        winner = next(answer.json for answer in answers if answer.status == 200)
        assert [bid["contract_id"] for bid in found if bid["status"] == "APPROVED"] == [winner["contract_id"]]


def test_one_bid_approved_twenty_times_at_once_is_one_contract(owner: Person, client: Person) -> None:
    bid = place_bid(client, new_space(owner))
    before = len(owner.get("/contracts", limit=100)["data"])
    answers = at_once([lambda: owner.ask("PUT", f"/bids/{bid['id']}/approve") for _ in range(BIDDERS)])
    assert Counter(answer.status for answer in answers) == {200: 1, 409: BIDDERS - 1}
    assert len(owner.get("/contracts", limit=100)["data"]) == before + 1


def test_one_client_that_bids_twenty_times_at_once_has_one_bid(owner: Person, client: Person) -> None:
    space = new_space(owner)
    wish = {"space_id": space["id"], "bid_amount": 4800}
    answers = at_once([lambda: client.ask("POST", "/bids", wish) for _ in range(BIDDERS)])
    assert Counter(answer.status for answer in answers) == {201: 1, 409: BIDDERS - 1}
    assert {answer.code for answer in answers if answer.status == 409} == {"BID_ALREADY_OPEN"}


@pytest.fixture(scope="module")
def payments(owner: Person, client: Person) -> list[Any]:
    deal = Deal(owner, client)
    deal.conclude()
    return deal.payments()


def record(owner: Person, payment: Any, key: str) -> Answer:
    paid = {"paid_date": today(), "payment_method": "bank_transfer", "transaction_reference": "TXN1"}
    return owner.ask("POST", f"/payments/{payment['id']}/record", paid, key=key)


def test_one_payment_recorded_fifty_times_with_one_key_is_recorded_once(owner: Person, payments: list[Any]) -> None:
    answers = at_once([lambda: record(owner, payments[0], "journey-1") for _ in range(50)])
    done = [answer for answer in answers if answer.status == 200]
    busy = [answer for answer in answers if answer.status != 200]
    assert {(answer.status, answer.code) for answer in busy} <= {(409, "IDEMPOTENCY_KEY_IN_FLIGHT")}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in busy)
    later = record(owner, payments[0], "journey-1")
    assert len({answer.body for answer in [*done, later]}) == 1
    first = [answer for answer in done if "idempotent-replayed" not in answer.headers]
    assert len(first) == 1
    assert later.headers["idempotent-replayed"] == "true"
    assert owner.get(f"/payments/{payments[0]['id']}")["paid_amount"] == payments[0]["amount"]


def test_one_payment_recorded_with_twenty_keys_is_recorded_once(owner: Person, payments: list[Any]) -> None:
    answers = at_once([lambda n=n: record(owner, payments[1], f"key-{n}") for n in range(20)])  # type: ignore[misc]
    assert Counter(answer.status for answer in answers) == {200: 1, 409: 19}
    assert owner.get(f"/payments/{payments[1]['id']}")["paid_amount"] == payments[1]["amount"]


def test_a_key_with_another_body_is_refused_and_another_persons_key_is_its_own(
    owner: Person, client: Person, payments: list[Any]
) -> None:
    assert record(owner, payments[2], "shared").status == 200
    assert record(owner, payments[3], "shared").code == "IDEMPOTENCY_KEY_REUSED"
    wish = {"space_id": new_space(owner)["id"], "bid_amount": 4800}
    assert client.ask("POST", "/bids", wish, key="shared").status == 201
