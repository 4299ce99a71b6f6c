"""What waits for the end of quiet hours or for the daily digest is sent then, once, to whoever may still see it."""

from typing import Any

import pytest

from functions.bids.place_bid import place_bid
from functions.notifications.compose_mail import compose_mail
from functions.notifications.list_notifications import list_notifications
from functions.notifications.notify_people import notify_people
from functions.notifications.release_held import release_held
from functions.organizations.remove_member import remove_member
from functions.users.delete_account import delete_account
from functions.users.update_notification_preferences import update_notification_preferences
from shared.kit.catalog import Role
from tests.auth.mailbox import mails
from tests.call import invoke

NIGHT = {"from": "22:00", "to": "07:00", "timezone": "UTC"}


@pytest.fixture
def world(calendar: Any) -> Any:
    return calendar.world


@pytest.fixture
def choose(call: Any) -> Any:
    def choose(user: Any, **body: Any) -> None:
        assert call(update_notification_preferences, as_=user, body=body).status == 200

    return choose


@pytest.fixture
def bid(world: Any, call: Any) -> Any:
    """Places a bid on a space of the owner, and tells of it so many times."""

    def bid(owner: Any, times: int = 1) -> Any:
        body = {"space_id": world.space(owner), "bid_amount": 4000}
        made = call(place_bid, as_=world.client(), body=body).json["id"]
        for _ in range(times):
            assert invoke(compose_mail, *world.event_details(made)) == []
        return made

    return bid


def sent() -> list[Any]:
    release_held({}, None)
    return mails()


def test_a_mail_waits_for_the_end_of_quiet_hours_and_is_sent_once(world, calendar, choose, bid):
    owner = world.owner()
    mails()
    choose(owner, quiet_hours=NIGHT)
    calendar.set("2027-03-01T23:00:00Z")
    bid(owner, times=5)
    assert sent() == []

    calendar.set("2027-03-02T06:59:59Z")
    assert sent() == []
    calendar.set("2027-03-02T07:00:00Z")
    [mail] = sent()

    assert (mail["to"], mail["subject"][:10]) == (owner.email, "New Bid on")
    assert sent() == []


def test_quiet_hours_of_one_person_delay_nobody_else(world, calendar, choose, bid):
    owner = world.owner()
    colleague = world.colleague(owner)
    mails()
    choose(owner, quiet_hours=NIGHT)
    calendar.set("2027-03-01T23:00:00Z")

    bid(owner)

    assert [mail["to"] for mail in mails()] == [colleague.email]


def test_a_daily_digest_says_everything_in_one_mail(world, calendar, choose, bid):
    owner = world.owner()
    mails()
    choose(owner, digest="DAILY")
    calendar.set("2027-03-01T09:00:00Z")
    for _ in range(3):
        bid(owner)
    calendar.set("2027-03-02T07:59:59Z")
    assert sent() == []

    calendar.set("2027-03-02T08:00:00Z")
    [mail] = sent()

    assert (mail["to"], mail["subject"]) == (owner.email, "Your Daily Summary")
    assert mail["text"].count("- New Bid on") == 3 and mail["html"].count("New Bid on") == 3
    assert "/notifications" in mail["text"]
    assert sent() == []


def test_a_digest_of_one_mail_is_that_mail(world, calendar, choose, bid):
    owner = world.owner()
    mails()
    choose(owner, digest="DAILY")
    calendar.set("2027-03-01T09:00:00Z")
    bid(owner)

    calendar.set("2027-03-02T08:00:00Z")
    [mail] = sent()

    assert mail["subject"].startswith("New Bid on")


def test_whoever_left_or_switched_mail_off_meanwhile_gets_nothing(world, call, calendar, choose, bid):
    owner = world.owner()
    removed, silent = world.colleague(owner, Role.AGENT), world.colleague(owner, Role.AGENT)
    mails()
    for user in (owner, removed, silent):
        choose(user, quiet_hours=NIGHT)
    calendar.set("2027-03-01T23:00:00Z")
    bid(owner)
    assert call(remove_member, as_=owner, path={"user_id": removed.id}).status == 204
    choose(silent, kinds={"bid_update": {"email": False}})

    calendar.set("2027-03-02T07:00:00Z")

    assert [mail["to"] for mail in sent()] == [owner.email]
    assert world.sql("SELECT FROM held_notices WHERE due_at <= app.now()") == []


def test_quiet_hours_that_were_extended_meanwhile_hold_the_mail_longer(world, calendar, choose, bid):
    owner = world.owner()
    mails()
    choose(owner, quiet_hours=NIGHT)
    calendar.set("2027-03-01T23:00:00Z")
    bid(owner)
    choose(owner, quiet_hours=NIGHT | {"to": "09:00"})

    calendar.set("2027-03-02T07:00:00Z")
    assert sent() == []
    calendar.set("2027-03-02T09:00:00Z")
    assert len(sent()) == 1


def test_what_is_held_goes_with_the_account(world, call, calendar, choose, bid):
    owner = world.owner()
    world.colleague(owner)
    choose(owner, quiet_hours=NIGHT)
    calendar.set("2027-03-01T23:00:00Z")
    bid(owner)

    assert call(delete_account, as_=owner).status == 204

    for table in ("held_notices", "notification_choices"):
        assert world.sql(f"SELECT FROM {table} WHERE user_id = %(id)s", id=owner.id) == []


def test_a_kind_that_is_switched_off_is_neither_mailed_nor_listed(world, call, choose, bid):
    owner = world.owner()
    mails()
    choose(owner, kinds={"bid_update": {"in_app": False, "email": False}})

    made = bid(owner)
    assert invoke(notify_people, *world.event_details(made)) == []

    assert mails() == []
    assert call(list_notifications, as_=owner).json["data"] == []
