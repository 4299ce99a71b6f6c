"""Who may follow a channel, and how many."""

from functions.realtime.connect import connect
from functions.realtime.disconnect import disconnect
from functions.realtime.subscribe import subscribe
from functions.realtime.unsubscribe import unsubscribe
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from shared.realtime.channels import KINDS
from tests.realtime.sockets import Client


def opened(user):
    socket = Client()
    assert socket.open(connect, token=user.token()) == 200
    return socket


def followed(world, socket):
    rows = world.sql("SELECT channel FROM channel_subscriptions WHERE connection_id = %(id)s", id=socket.id)
    return {row["channel"] for row in rows}


def refusal_of(socket, channel):
    answer = socket.say(subscribe, "subscribe", {"channels": [channel]})
    return (answer["data"]["code"], answer["data"]["message"]) if answer["event"] == "error" else None


def test_a_socket_follows_channels_until_it_unsubscribes_or_closes(world):
    owner = world.owner()
    space = f"space.{world.space(owner)}"
    own, socket = f"organization.{owner.organization_id}", opened(owner)

    answer = socket.say(subscribe, "subscribe", {"channels": [space, own, space, "global"]}, request_id="r")

    assert answer == {"event": "subscribed", "data": {"channels": [space, own, space, "global"]}, "request_id": "r"}
    assert followed(world, socket) == {space, own}
    answer = socket.say(unsubscribe, "unsubscribe", {"channels": [own, "global"]})
    assert answer == {"event": "unsubscribed", "data": {"channels": [own, "global"]}}
    assert followed(world, socket) == {space}
    socket.close(disconnect)
    assert followed(world, socket) == set()


def test_a_channels_name_may_be_written_in_capitals(world):
    owner = world.owner()
    space, socket = world.space(owner), opened(owner)

    assert refusal_of(socket, f"space.{str(space).upper()}") is None

    assert followed(world, socket) == {f"space.{space}"}


def test_one_unknown_or_hidden_channel_refuses_the_whole_message_and_is_named(world):
    owner, other = world.owner(), world.owner()
    seen, socket = f"space.{world.space(owner)}", opened(owner)
    hidden = [
        f"user.{other.id}",
        f"organization.{other.organization_id}",
        f"space.{world.space(other, is_leasable=False)}",
        f"building.{world.building(other)}",
        *(f"{kind}.{new_id()}" for kind in KINDS if kind not in ("user", "organization")),
        "space", "space.", f"spaces.{new_id()}", "global.", "", f"{seen} ", "\U0001f3e2",
    ]  # fmt: skip

    for name in hidden:
        answer = socket.say(subscribe, "subscribe", {"channels": [seen, name]})
        assert (answer["event"], answer["data"]["code"]) == ("error", "NOT_FOUND")
        assert answer["data"]["message"] == f"There is no channel {name}."

    assert followed(world, socket) == set()


def test_malformed_messages_and_strangers_are_refused(world):
    socket = opened(world.owner())
    for data in ({}, {"channels": []}, {"channels": ["x" * 65]}, {"channels": [1]}, {"channels": "global"},
                 {"channels": ["global"] * 101}, {"channels": ["global"], "more": 1}):  # fmt: skip
        for handler, event in ((subscribe, "subscribe"), (unsubscribe, "unsubscribe")):
            assert socket.say(handler, event, data)["data"]["code"] == "VALIDATION_ERROR"
    silent = Client()
    assert silent.open(connect) == 200
    for handler, event in ((subscribe, "subscribe"), (unsubscribe, "unsubscribe")):
        assert silent.say(handler, event, {"channels": ["global"]})["data"]["code"] == "UNAUTHORIZED"


def test_a_socket_follows_at_most_a_hundred_channels(world):
    owner = world.owner()
    building = world.building(owner)
    names = [f"space.{world.space(owner, building=building)}" for _ in range(101)]
    socket, other = opened(owner), opened(owner)
    for start in (0, 50):
        assert socket.say(subscribe, "subscribe", {"channels": names[start : start + 50]})["event"] == "subscribed"

    answer = socket.say(subscribe, "subscribe", {"channels": names[99:]})

    assert answer["data"]["code"] == "TOO_MANY_CHANNELS"
    assert followed(world, socket) == set(names[:100])
    # What it follows already counts once, and each socket for itself.
    assert socket.say(subscribe, "subscribe", {"channels": names[:100]})["event"] == "subscribed"
    assert other.say(subscribe, "subscribe", {"channels": names[1:]})["event"] == "subscribed"
    assert socket.say(unsubscribe, "unsubscribe", {"channels": names[:1]})["event"] == "unsubscribed"
    assert socket.say(subscribe, "subscribe", {"channels": names[100:]})["event"] == "subscribed"
    assert followed(world, socket) == set(names[1:])


def test_everybody_follows_a_listed_space_and_its_owners_side_an_unlisted_one(world):
    owner = world.owner()
    building = world.building(owner)
    listed, unlisted = (f"space.{world.space(owner, building=building, is_leasable=one)}" for one in (True, False))
    agent = world.colleague(owner, Role.AGENT)
    contractor, client = world.user(Role.CONTRACTOR), world.client()

    for user in (owner, agent, contractor, client):
        assert refusal_of(opened(user), listed) is None
    assert [refusal_of(opened(user), unlisted) is None for user in (owner, agent, contractor, client)] == [
        True, True, False, False,
    ]  # fmt: skip
