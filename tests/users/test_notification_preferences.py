"""Somebody chooses by which channels they hear of what, and when."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.users.get_notification_preferences import get_notification_preferences
from functions.users.get_profile import get_profile
from functions.users.update_notification_preferences import update_notification_preferences
from functions.users.update_profile import update_profile
from shared.users.preferences import held_until, quiet_until
from tests.call import together

DEFAULT = {"in_app": True, "email": True, "sms": False, "whatsapp": False, "push": True}
NIGHT = {"from": "22:00", "to": "07:00", "timezone": "America/New_York"}


@pytest.fixture
def change(call: Any) -> Any:
    return lambda user, **body: call(update_notification_preferences, as_=user, body=body)


def test_whoever_has_chosen_nothing_hears_of_everything_in_the_app_and_by_mail(world, call):
    reply = call(get_notification_preferences, as_=world.client())

    assert set(reply.json["kinds"]) == {
        "bid_update", "lease_milestone", "payment_event", "message", "maintenance", "project", "event",
        "saved_search", "import_update", "announcement", "security",
    }  # fmt: skip
    assert all(channels == DEFAULT for channels in reply.json["kinds"].values())
    assert (reply.json["quiet_hours"], reply.json["digest"]) == (None, "IMMEDIATE")


def test_changed_preferences_are_returned_and_read_again(world, call, change):
    client = world.client()

    change(client, kinds={"payment_event": {"whatsapp": True, "email": False}}, quiet_hours=NIGHT)
    reply = change(client, digest="DAILY")

    assert reply.json["kinds"]["payment_event"] == DEFAULT | {"whatsapp": True, "email": False}
    assert reply.json["kinds"]["bid_update"] == DEFAULT
    assert (reply.json["quiet_hours"], reply.json["digest"]) == (NIGHT, "DAILY")
    assert call(get_notification_preferences, as_=client).json == reply.json
    assert change(client, quiet_hours=None).json["quiet_hours"] is None


def test_the_channels_of_the_profile_mean_all_kinds(world, call, change):
    client = world.client()
    change(client, kinds={"payment_event": {"email": True, "push": False}, "bid_update": {"email": True}})

    call(update_profile, as_=client, body={"notification_preferences": {"email": False, "sms": True}})

    kinds = call(get_notification_preferences, as_=client).json["kinds"]
    assert {kind for kind, channels in kinds.items() if channels["email"]} == {"security"}
    assert all(channels["sms"] for channels in kinds.values())
    assert [kind for kind, channels in kinds.items() if not channels["push"]] == ["payment_event"]


def test_a_channel_of_the_profile_that_is_set_to_what_it_was_ends_other_choices(world, call, change):
    client = world.client()
    change(client, kinds={"payment_event": {"email": False}})

    call(update_profile, as_=client, body={"notification_preferences": {"email": True}})

    assert call(get_notification_preferences, as_=client).json["kinds"]["payment_event"]["email"] is True
    assert call(get_profile, as_=client).json["notification_preferences"]["email"] is True


def test_null_returns_a_kind_to_the_channels_of_the_profile(world, change):
    client = world.client()
    change(client, kinds={"payment_event": {"email": False, "sms": True}})

    reply = change(client, kinds={"payment_event": {"email": None}})

    assert reply.json["kinds"]["payment_event"] == DEFAULT | {"sms": True}


def test_security_mail_cannot_be_switched_off(world, call, change):
    client = world.client()

    reply = change(client, kinds={"security": {"email": False}})

    assert (reply.status, reply.fields) == (400, ["kinds.security.email"])
    assert call(get_notification_preferences, as_=client).json["kinds"]["security"]["email"] is True


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quiet_hours": {"from": "22:00", "to": "22:00", "timezone": "UTC"}}, "quiet_hours.to"),
        ({"quiet_hours": {"from": "24:00", "to": "07:00", "timezone": "UTC"}}, "quiet_hours.from"),
        ({"quiet_hours": {"from": "22:00", "to": "7:00", "timezone": "UTC"}}, "quiet_hours.to"),
        ({"quiet_hours": {"from": "22:00", "to": "07:00", "timezone": "Mars/Base"}}, "quiet_hours.timezone"),
        ({"digest": "HOURLY"}, "digest"),
        ({"digest": None}, "digest"),
        ({"kinds": {"gossip": {"email": True}}}, "kinds.gossip"),
        ({"kinds": {"event": {"pigeon": True}}}, "kinds.event.pigeon"),
        ({"kinds": {"event": {"email": 1}}}, "kinds.event.email"),
        ({"user_id": "01a22e21-7516-79d4-95a5-5c2fc5fba545"}, "user_id"),
    ],
)
def test_invalid_preferences_are_refused_by_field(world, change, body, field):
    reply = change(world.client(), **body)

    assert (reply.status, reply.fields) == (400, [field])


def test_a_change_of_preferences_is_audited_and_one_that_changes_nothing_emits_nothing(world, change):
    client = world.client()
    change(client, kinds={"event": {"push": False}})
    change(client, kinds={"event": {"push": False}})

    assert world.events(client.id) == ["notification_preferences.updated"]
    [audit] = world.audits(client.id)
    assert audit["before"]["kinds"]["event"]["push"] is True
    assert audit["after"]["kinds"]["event"]["push"] is False


def test_two_concurrent_changes_of_preferences_are_both_kept(world, call, change):
    client = world.client()
    kinds = iter(["bid_update", "payment_event", "message", "event"])

    together([lambda: change(client, kinds={next(kinds): {"email": False}})] * 4)

    found = call(get_notification_preferences, as_=client).json["kinds"]
    assert [kind for kind, channels in found.items() if not channels["email"]] == [
        "bid_update", "payment_event", "message", "event",
    ]  # fmt: skip


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "zone", "now", "until"),
    [
        ("22:00", "07:00", "UTC", "2027-01-01T21:59:59", None),
        ("22:00", "07:00", "UTC", "2027-01-01T22:00:00", "2027-01-02T07:00:00"),
        ("22:00", "07:00", "UTC", "2027-01-02T06:59:59", "2027-01-02T07:00:00"),
        ("22:00", "07:00", "UTC", "2027-01-02T07:00:00", None),
        ("12:00", "14:00", "UTC", "2027-01-01T13:00:00", "2027-01-01T14:00:00"),
        ("12:00", "14:00", "UTC", "2027-01-01T22:00:00", None),
        ("00:00", "23:59", "Pacific/Kiritimati", "2027-01-01T10:00:00", "2027-01-02T09:59:00"),
        # New York's clocks skip 02:00 to 03:00 on 2027-03-14, and show 01:00 to 02:00 twice on 2027-11-07.
        ("22:00", "07:00", "America/New_York", "2027-03-14T03:30:00", "2027-03-14T11:00:00"),
        ("22:00", "02:30", "America/New_York", "2027-03-14T06:30:00", "2027-03-14T07:30:00"),
        ("22:00", "07:00", "America/New_York", "2027-11-07T05:30:00", "2027-11-07T12:00:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_of_their_zone(begins, ends, zone, now, until):
    hours = {"from": begins, "to": ends, "timezone": zone}

    assert quiet_until(hours, at(now)) == (until and at(until))


@pytest.mark.parametrize(
    ("kind", "channel", "now", "until"),
    [
        ("bid_update", "email", "2027-01-01T12:59:59", "2027-01-01T13:00:00"),
        ("bid_update", "email", "2027-01-01T13:00:00", "2027-01-02T13:00:00"),
        ("bid_update", "sms", "2027-01-01T15:00:00", None),
        ("bid_update", "sms", "2027-01-01T04:00:00", "2027-01-01T12:00:00"),
        ("security", "email", "2027-01-01T04:00:00", None),
    ],
)
def test_a_daily_digest_is_due_at_eight_by_the_clock_of_the_quiet_hours(kind, channel, now, until):
    choices = {"quiet_hours": NIGHT, "digest": "DAILY"}

    assert held_until(choices, kind, channel, at(now)) == (until and at(until))


def test_a_digest_that_falls_into_quiet_hours_is_due_at_their_end():
    choices = {"quiet_hours": {"from": "20:00", "to": "10:00", "timezone": "UTC"}, "digest": "DAILY"}

    assert held_until(choices, "event", "email", at("2027-01-01T12:00:00")) == at("2027-01-02T10:00:00")
