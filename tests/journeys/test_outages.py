"""PostgreSQL stops, Redis stops, a deadline passes: nothing acknowledged is lost, and nobody has to step in.

These tests run on their own platform, in the order in which they are written: the test that moves the clock is last.
"""

import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from local.platform import Platform
from tests.journeys.client import API, PASSWORD, PATIENT, Answer, Person, send, until
from tests.journeys.deals import Deal, new_building, new_space, today


@pytest.fixture(scope="module")
def platform(templates: Path) -> Iterator[Platform]:
    with Platform(templates=templates, environment=PATIENT, rate_limit_scale=1000) as platform:
        yield platform


@pytest.fixture(scope="module")
def owner(platform: Platform) -> Person:
    return Person(platform, "OWNER")


@pytest.fixture(scope="module")
def client(platform: Platform) -> Person:
    return Person(platform, "CLIENT")


class Writer:
    """Somebody who goes on listing spaces, whatever the answers are."""

    def __init__(self, owner: Person) -> None:
        self.owner = owner
        self.floor = new_building(owner)["floors"][0]["id"]
        self.answers: list[tuple[float, Answer]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._ended.set()
        self._thread.join()

    def _write(self) -> None:
        wish = {"floor_id": self.floor, "gross_sqft": 10, "usable_sqft": 8, "usage_type": "OFFICE", "currency": "USD"}
        while not self._ended.wait(0.02):
            number, asked = len(self.answers), time.monotonic()
            answer = self.owner.ask("POST", "/spaces", {**wish, "name": f"No. {number}", "base_price_monthly": 1})
            self.answers.append((asked, answer))

    def acknowledged(self) -> set[str]:
        return {answer.json["id"] for _, answer in self.answers if answer.status == 201}

    def since(self, moment: float) -> list[int]:
        """The statuses of all answers to what was asked after a moment."""
        return [answer.status for asked, answer in self.answers if asked > moment]


def is_our_503(answer: Answer, *codes: str) -> bool:
    return (
        answer.status == 503
        and answer.code in ("SERVICE_UNAVAILABLE", *codes)
        and int(answer.headers["retry-after"]) >= 1
        and answer.json["error"]["retry_after"] >= 1
    )


def test_while_postgres_is_down_every_answer_is_503_and_nothing_acknowledged_is_lost(
    platform: Platform, owner: Person, client: Person
) -> None:
    deal = Deal(owner, client)
    deal.reaches("PENDING_SIGNATURE")
    with Writer(owner) as writer:
        until(lambda: len(writer.acknowledged()) >= 5)
        platform.control("postgres", "stop")
        stopped = time.monotonic()
        until(lambda: len(writer.since(stopped)) >= 1)
        down = [
            owner.ask("GET", "/bids"),
            client.ask("PATCH", f"{deal.path}/sign", {"signature": client.name, "consent": True}),
            send(platform.url, "GET", f"{API}/spaces"),
            send(platform.url, "POST", f"{API}/auth/login", {"email": client.email, "password": PASSWORD}),
        ]
        ready, health, live = (send(platform.url, "GET", path) for path in ("/ready", "/health", "/live"))
        until(lambda: len(writer.since(stopped)) >= 10)
        platform.control("postgres", "start")
        started = time.monotonic()
        until(lambda: len(writer.since(started)) >= 5)
    # Nobody who asks after its return is refused.
    assert set(writer.since(started)) == {201}
    for answer in down:
        assert is_our_503(answer), answer
    refused = [answer for _, answer in writer.answers if answer.status != 201]
    assert refused
    # Whoever was cut off in the middle of a COMMIT is told that it may have happened.
    assert [answer for answer in refused if not is_our_503(answer, "COMMIT_UNKNOWN")] == []
    assert (ready.status, health.status, live.status) == (503, 503, 200)
    assert ready.json["services"]["database"] == health.json["services"]["database"] == "unhealthy"

    found = set()
    cursor: dict[str, str] = {}
    while cursor is not None:
        page = owner.get("/spaces", floor_id=writer.floor, limit=100, **cursor)
        found |= {space["id"] for space in page["data"]}
        cursor = {"cursor": page["meta"]["cursor"]} if page["meta"]["has_more"] else None  # type: ignore[assignment]
    assert writer.acknowledged() <= found
    assert until(lambda: send(platform.url, "GET", "/ready").status == 200)
    # The saga has waited through it all.
    assert deal.conclude()["status"] == "SIGNED"


def test_a_functions_first_request_while_postgres_is_down_gets_503(platform: Platform) -> None:
    newcomer = Person(platform, "OWNER")
    platform.control("postgres", "stop")
    try:
        answer = newcomer.ask("GET", "/bids")
    finally:
        platform.control("postgres", "start")
    until(lambda: newcomer.ask("GET", "/bids").status == 200)
    assert is_our_503(answer), answer


def test_an_event_interrupted_by_a_postgres_stop_is_published_with_the_next(
    platform: Platform, owner: Person, client: Person
) -> None:
    deal = Deal(owner, client)
    platform.control("postgres", "stop")
    until(lambda: is_our_503(owner.ask("GET", "/bids")))
    platform.control("postgres", "start")
    new_space(owner)
    assert deal.conclude()["status"] == "SIGNED"


def test_a_deal_is_completed_without_redis(platform: Platform, owner: Person, client: Person) -> None:
    platform.control("redis", "stop")
    try:
        ready, health = send(platform.url, "GET", "/ready"), send(platform.url, "GET", "/health")
        login = send(platform.url, "POST", f"{API}/auth/login", {"email": client.email, "password": PASSWORD})
        found = send(platform.url, "GET", f"{API}/spaces")
        with client.listening() as ear:
            deal = Deal(owner, client, start=today())
            assert deal.conclude()["status"] == "ACTIVE"
            ear.hear("notification:new", title="Lease in Force")
    finally:
        platform.control("redis", "start")
    assert (ready.status, ready.json["services"]["redis"]) == (503, "unhealthy")
    assert (health.status, health.json["status"]) == (200, "degraded")
    assert health.json["services"] == {"database": "healthy", "redis": "unhealthy", "storage": "healthy"}
    assert (login.status, found.status) == (200, 200)
    assert until(lambda: send(platform.url, "GET", "/ready").status == 200)
    assert send(platform.url, "GET", "/health").json["status"] == "healthy"


def test_the_local_clock_accepts_only_whole_days(platform: Platform) -> None:
    for wrong in ({}, {"advance_days": 0}, {"advance_days": -1}, {"advance_days": "1"}, {"advance_days": 1, "x": 1}):
        answer = send(platform.url, "POST", "/_local/clock", wrong)
        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR"), wrong


def test_an_expired_hold_undoes_the_deal_and_notifies_both_sides(platform: Platform) -> None:
    # People of its own: they hear of these two deals and of no other test's.
    owner, client = Person(platform, "OWNER"), Person(platform, "CLIENT")
    signed_by_nobody, signed_by_client = Deal(owner, client), Deal(owner, client)
    for deal in (signed_by_nobody, signed_by_client):
        deal.reaches("PENDING_SIGNATURE")
    signed_by_client.sign(client)
    with owner.listening() as owners_ear, client.listening() as clients_ear:
        answer = send(platform.url, "POST", "/_local/clock", {"advance_days": 15}, timeout=600)
        assert answer.status == 200, answer
        assert set(answer.json) == {"today", "jobs_run"}
        assert date.fromisoformat(answer.json["today"]) == today() + timedelta(days=15)
        assert answer.json["jobs_run"] >= 15
        for deal in (signed_by_nobody, signed_by_client):
            assert "hold ended" in deal.is_undone()["termination_reason"]
            assert deal.payments() == []
        for ear in (owners_ear, clients_ear):
            ear.hear_out(platform)
            assert [title for title, _ in ear.news()].count("Lease Cancelled") == 2
    refused = client.ask("PATCH", f"{signed_by_nobody.path}/sign", {"signature": "Late", "consent": True})
    assert refused.status == 409
    again = Deal(owner, client, signed_by_nobody.space)
    assert again.conclude()["status"] == "SIGNED"
