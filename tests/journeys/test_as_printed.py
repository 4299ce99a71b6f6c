"""S0 §4, over sockets of the running platform: events sent as printed there, frames compared field by field.

On a platform of its own: at the end the business clock moves to three days before the first rent is due.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.platform import Platform
from tests.journeys.client import PATIENT, Ear, Person, connect, send
from tests.journeys.deals import Deal, new_space, today
from tests.printed import assert_like


def frame(event: str, payload: str, **ids: Any) -> dict[str, Any]:
    """A client's event with the printed payload, whose "uuid" stands for the id that is given."""
    data = {name: ids.get(name, value) for name, value in json.loads(payload).items()}
    assert "uuid" not in data.values()
    return {"event": event, "data": data}


def assert_frame(printed: str, heard: dict[str, Any]) -> None:
    """The printed fields and no others."""
    expected = json.loads(printed)
    assert_like(expected, heard)
    assert (set(heard), set(heard["data"])) == (set(expected), set(expected["data"]))


def first_of_a_month() -> date:
    """The first day of a month that is more than three days away."""
    day = today() + timedelta(days=5)
    while day.day != 1:
        day += timedelta(days=1)
    return day


@dataclass
class Story:
    """What the client's socket was answered, and what it heard, in the order of the source."""

    deal: Deal
    placed: dict[str, Any]
    withdrawn: dict[str, Any]
    read: dict[str, Any]
    is_read: bool
    heard: list[dict[str, Any]]
    payment: dict[str, Any]

    def first(self, event: str, **fields: Any) -> dict[str, Any]:
        return next(one for one in self.heard if one["event"] == event and fields.items() <= one["data"].items())


@pytest.fixture(scope="module")
def platform(templates: Path) -> Iterator[Platform]:
    with Platform(templates=templates, environment=PATIENT, rate_limit_scale=1000) as platform:
        yield platform


@pytest.fixture(scope="module")
def story(platform: Platform) -> Iterator[Story]:
    owner, client = Person(platform, "OWNER"), Person(platform, "CLIENT")
    first = new_space(owner, name="Office Suite 100")
    with client.listening() as ear:

        def say(event: str, payload: str, answers: str, **ids: Any) -> dict[str, Any]:
            ear.say(frame(event, payload, **ids))
            while (heard := ear.next())["event"] not in (answers, "error"):
                continue
            return heard

        placed = say("bid:place", '{"space_id": "uuid", "bid_amount": 4500}', "bid:placed", space_id=first["id"])
        withdrawn = say("bid:withdraw", '{"bid_id": "uuid"}', "bid:withdrawn", bid_id=placed["data"]["bid_id"])
        deal = Deal(owner, client, new_space(owner, name="Office Suite 101"), first_of_a_month(), amount=5000)
        news = ear.hear("notification:new", title="Bid Approved")
        deal.conclude()
        ear.hear("notification:new", title="Lease Confirmed")
        ear.hear_out(platform)
        read = say(
            "notification:mark_read",
            '{"notification_id": "uuid"}',
            "notification:read",
            notification_id=news["notification_id"],
        )
        kept = {one["id"]: one["is_read"] for one in client.get("/notifications", limit=100)["data"]}
        days = (first_of_a_month() - today()).days - 3
        answer = send(platform.url, "POST", "/_local/clock", {"advance_days": days}, timeout=600)
        assert answer.status == 200, answer
        ear.hear("payment:due", days_until_due=3)
        ear.hear_out(platform)
        payment = client.get("/payments", contract_id=deal.contract_id)["data"][0]
        yield Story(deal, placed, withdrawn, read, kept[news["notification_id"]], ear.heard, payment)


def test_connecting_with_a_token_in_the_url_or_an_auth_event_works_as_in_the_source(story: Story) -> None:
    person = story.deal.client
    with person.listening() as ear:
        assert ear.ask("ping", {}, "p")["event"] == "pong"
    with connect(person.platform.ws_url) as socket:
        answer = Ear(socket).ask("auth", {"token": person.token}, "a")
    assert (answer["event"], answer["data"]["user_id"]) == ("auth:ok", person.id)


def test_bid_place_over_the_socket_answers_as_in_the_source(story: Story) -> None:
    assert_frame('{"event": "bid:placed", "data": {"bid_id": "uuid", "status": "PENDING"}}', story.placed)
    bid = story.deal.client.get(f"/bids/{story.placed['data']['bid_id']}")
    assert bid["bid_amount"] == 4500


def test_bid_withdraw_over_the_socket_answers_as_in_the_source(story: Story) -> None:
    assert_frame('{"event": "bid:withdrawn", "data": {"bid_id": "uuid", "status": "WITHDRAWN"}}', story.withdrawn)
    assert story.withdrawn["data"]["bid_id"] == story.placed["data"]["bid_id"]
    assert story.deal.client.get(f"/bids/{story.placed['data']['bid_id']}")["status"] == "WITHDRAWN"


def test_notification_mark_read_over_the_socket_answers_as_in_the_source(story: Story) -> None:
    assert_frame('{"event": "notification:read", "data": {"notification_id": "uuid"}}', story.read)
    assert story.is_read


def test_the_bid_status_changed_frame_is_as_in_the_source(story: Story) -> None:
    printed = """{
      "event": "bid:status_changed",
      "data": {
        "bid_id": "uuid",
        "space_id": "uuid",
        "status": "APPROVED",
        "contract_id": "uuid"
      }
    }"""

    heard = story.first("bid:status_changed", status="APPROVED")

    assert_frame(printed, heard)
    assert heard["data"] == {
        "bid_id": story.deal.bid["id"],
        "space_id": story.deal.space["id"],
        "status": "APPROVED",
        "contract_id": story.deal.contract_id,
    }


def test_the_lease_generated_frame_is_as_in_the_source(story: Story) -> None:
    printed = """{
      "event": "lease:generated",
      "data": {
        "contract_id": "uuid",
        "contract_url": "https://...",
        "status": "DRAFT"
      }
    }"""

    heard = story.first("lease:generated")

    assert_frame(printed, heard)
    assert heard["data"]["contract_id"] == story.deal.contract_id
    path = heard["data"]["contract_url"].partition("/api/v1")[2]
    assert story.deal.client.download(path).startswith(b"%PDF-")


def test_the_payment_due_frame_is_as_in_the_source(story: Story) -> None:
    due = first_of_a_month().isoformat()
    printed = """{
      "event": "payment:due",
      "data": {
        "payment_id": "uuid",
        "amount": 5000,
        "due_date": "2025-02-01",
        "days_until_due": 3
      }
    }"""

    heard = story.first("payment:due", days_until_due=3)

    assert_frame(printed.replace("2025-02-01", due), heard)
    assert heard["data"]["payment_id"] == story.payment["id"]
    assert [one["data"]["days_until_due"] for one in story.heard if one["event"] == "payment:due"].count(3) == 1


def test_the_notification_new_frame_is_as_in_the_source(story: Story) -> None:
    printed = """{
      "event": "notification:new",
      "data": {
        "notification_id": "uuid",
        "type": "bid_update",
        "title": "Bid Approved",
        "message": "Your bid on Office Suite 101 has been approved"
      }
    }"""

    heard = story.first("notification:new", title="Bid Approved")
    # What programs read stands beside what the source prints.
    beside = {name: heard["data"].pop(name) for name in ("event", "subject", "actor", "params")}
    assert_frame(printed, heard)
    assert beside["event"] == "bid.approved"
    assert beside["subject"] == {"type": "bid", "id": story.deal.bid["id"]}
