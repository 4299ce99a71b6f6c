"""Owners of saved searches are mailed of what they found: by preference, at most once a day and search."""

from datetime import date
from typing import Any

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.place_bid import place_bid
from functions.leasing.expire_contracts import expire_contracts
from functions.leasing.release_space import release_space
from functions.leasing.start_contracts import start_contracts
from functions.notifications.mail_searchers import mail_searchers
from functions.notifications.tell_searchers import tell_searchers
from functions.search.save_search import save_search
from functions.spaces.create_space import create_space
from functions.spaces.update_space import update_space
from functions.users.update_notification_preferences import update_notification_preferences
from tests.auth.mailbox import mails

SUITE = {"gross_sqft": 1000, "usable_sqft": 800, "usage_type": "OFFICE", "base_price_monthly": 5000}


@pytest.fixture
def world(calendar: Any) -> Any:
    """With a clock that stands still; nobody else's mails wait."""
    calendar.set("2027-03-01T12:00:00Z")
    mails()
    return calendar.world


@pytest.fixture
def owner(world: Any) -> Any:
    return world.owner()


@pytest.fixture
def building(world: Any, owner: Any) -> Any:
    building = world.building(owner)
    world.sql("UPDATE buildings SET name = 'Kelvora House' WHERE id = %(id)s", id=building)
    return building


@pytest.fixture
def client(world: Any, call: Any, building: Any) -> Any:
    """Keeps a search that finds whatever is in the building."""
    client = world.client()
    body = {"name": "Near work", "criteria": {"building_id": str(building)}}
    assert call(save_search, as_=client, body=body).status == 201
    return client


@pytest.fixture
def market(world: Any, call: Any, invoke: Any, owner: Any, building: Any, client: Any) -> Any:
    class Market:
        def lists(self, name: str, **changes: Any) -> str:
            body = SUITE | {"name": name, "floor_id": world.floor(building)} | changes
            space: str = call(create_space, as_=owner, body=body).json["id"]
            self.told(space)
            return space

        def told(self, thing: Any, times: int = 1) -> None:
            heard = [one for one in world.event_details(thing) if one["name"] in tell_searchers.operation.hears]
            for _ in range(times):
                assert invoke(tell_searchers, heard[-1]) == []

        def updates(self, space: str, **changes: Any) -> None:
            assert call(update_space, as_=owner, path={"space_id": space}, body=changes).status == 200
            self.told(space)

    return Market()


def sent() -> list[Any]:
    mail_searchers({}, None)
    return mails()


def notified(world: Any, client: Any) -> int:
    return len(world.sql("SELECT id FROM notifications WHERE user_id = %(id)s", id=client.id))


def test_what_a_search_found_comes_in_one_mail_a_day(calendar, market, client):
    market.lists("Suite 1")
    market.lists("Suite 2")

    [mail] = sent()
    assert (mail["to"], mail["subject"]) == (client.email, "New matches for your search Near work")
    assert "- Suite 1, Kelvora House: $5,000.00" in mail["text"] and "Suite 2" in mail["html"]
    market.lists("Suite 3")
    assert sent() == []
    calendar.set("2027-03-02T11:59:00Z")
    assert sent() == []

    calendar.set("2027-03-02T12:00:00Z")
    [mail] = sent()
    assert "Suite 3" in mail["text"] and "Suite 1" not in mail["text"]
    assert sent() == []


def test_whoever_switched_these_mails_off_gets_none_later_either(call, market, client):
    off = {"kinds": {"saved_search": {"email": False}}}
    assert call(update_notification_preferences, as_=client, body=off).status == 200
    market.lists("Suite 1")
    assert sent() == []

    call(update_notification_preferences, as_=client, body={"kinds": {"saved_search": {"email": True}}})

    assert sent() == []


def test_a_search_is_not_mailed_in_quiet_hours_and_with_a_digest_at_eight(calendar, world, call, market, client):
    hours = {"from": "22:00", "to": "07:00", "timezone": "UTC"}
    call(update_notification_preferences, as_=client, body={"quiet_hours": hours, "digest": "DAILY"})
    market.lists("Suite 1")
    world.sql("UPDATE saved_search_matches SET created_at = app.now()")
    assert sent() == []
    for moment in ("2027-03-01T23:00:00Z", "2027-03-02T07:30:00Z"):
        calendar.set(moment)
        assert sent() == []

    calendar.set("2027-03-02T08:00:00Z")

    assert [mail["to"] for mail in sent()] == [client.email]


def test_a_space_that_is_no_longer_listed_is_left_out(call, market, client):
    market.updates(market.lists("Suite 1"), is_leasable=False)

    assert sent() == []


def test_a_space_that_is_free_again_is_news_to_its_searches_once(
    calendar, world, call, market, client, owner, building
):
    space = market.lists("Suite 1")
    assert notified(world, client) == 1 and len(sent()) == 1
    taker = world.client()
    offer = {"space_id": space, "bid_amount": 5000, "start_date": "2027-04-01", "term_months": 12}
    bid = call(place_bid, as_=taker, body=offer).json["id"]
    contract = call(approve_bid, as_=owner, path={"bid_id": bid}).json["contract_id"]
    release_space({"contract_id": contract, "correlation_id": "c"}, None)
    market.told(space, times=5)

    assert notified(world, client) == 2
    calendar.set("2027-03-03T12:00:00Z")
    [mail] = sent()
    assert "Suite 1" in mail["text"]


def test_a_space_that_was_in_maintenance_is_news_again(world, market, client):
    space = market.lists("Suite 1")
    market.updates(space, availability_status="MAINTENANCE")
    market.updates(space, availability_status="AVAILABLE")

    assert notified(world, client) == 2


def test_a_space_that_passed_on_or_was_taken_again_is_no_news(world, market, client, invoke):
    space = market.lists("Suite 1")
    event = world.event_details(space)[-1]
    world.sql("UPDATE spaces SET availability_status = 'OCCUPIED' WHERE id = %(id)s", id=space)

    assert invoke(tell_searchers, event | {"id": client.id, "name": "space.freed", "data": {}}) == []

    assert notified(world, client) == 1


def test_the_end_of_a_lease_says_that_its_space_is_free(calendar, world, call):
    calendar.set("2027-01-15T12:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1)
    calendar.set("2027-02-01T12:00:00Z")
    calendar.run(start_contracts)

    calendar.set("2027-03-02T12:00:00Z")
    calendar.run(expire_contracts, expire_contracts)

    assert (lease.row()["status"], lease.space_status()) == ("EXPIRED", "AVAILABLE")
    assert world.events(lease.space).count("space.freed") == 1
