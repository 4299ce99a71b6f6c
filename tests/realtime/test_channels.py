"""What is heard on channels, by whom, and how often."""

import pytest

from functions.admin.make_announcement import make_announcement
from functions.admin.suspend_user import suspend_user
from functions.contracts.create_contract import create_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.notifications.notify_absent import notify_absent
from functions.notifications.notify_people import notify_people
from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.remove_member import remove_member
from functions.organizations.revoke_mandate import revoke_mandate
from functions.realtime.connect import connect
from functions.realtime.subscribe import subscribe
from functions.realtime.tell_everybody import tell_everybody
from functions.realtime.unsubscribe import unsubscribe
from functions.spaces.tell_followers import tell_followers
from functions.spaces.update_space import update_space
from shared.kit.catalog import Role
from shared.kit.db import Tx
from shared.realtime import messages
from tests.call import invoke
from tests.leasing.deal import Deal
from tests.realtime.sockets import Client, frames, queued


def opened(user, *channels):
    socket = Client()
    assert socket.open(connect, token=user.token()) == 200
    if channels:
        assert socket.say(subscribe, "subscribe", {"channels": list(channels)})["event"] == "subscribed"
    return socket


def told(world, consumer, object_id):
    """What each socket hears once every event about the object has been delivered five times."""
    frames()
    for event in world.event_details(object_id):
        if event["name"] in consumer.operation.hears:
            assert invoke(consumer, *[event] * 5) == []
    return frames()


def priced(world, call, owner, space, price):
    changed = {"base_price_monthly": price}
    assert call(update_space, as_=owner, path={"space_id": space}, body=changed).status == 200


def test_followers_of_a_space_hear_its_price_and_availability_once_whatever_is_delivered_five_times(world, call):
    owner, client, broker = world.owner(), world.client(), world.user(Role.BROKER)
    space, other = world.space(owner), world.space(owner)
    channel = f"space.{space}"
    following = [opened(one, channel, f"space.{other}") for one in (owner, client, client, broker)]
    silent, left = opened(client), opened(client, channel)
    assert left.say(unsubscribe, "unsubscribe", {"channels": [channel]})["event"] == "unsubscribed"
    priced(world, call, owner, space, 6100)
    priced(world, call, owner, space, 6200)

    heard = told(world, tell_followers, space)

    # Both times what it is now: the space is read when it is told of.
    data = {"space_id": str(space), "base_price_monthly": 6200, "availability_status": "AVAILABLE"}
    frame = {"event": "space:updated", "channel": channel, "data": data}
    assert heard == {socket.id: [frame, frame] for socket in following}
    assert silent.id not in heard


def test_followers_of_a_space_hear_that_it_was_taken(world, call):
    deal = Deal(world, call)
    socket = opened(world.client(), f"space.{deal.space}")

    [frame] = told(world, tell_followers, deal.bid)[socket.id]

    assert frame["data"]["availability_status"] == "RESERVED" == deal.space_status()


def test_who_may_no_longer_see_a_space_hears_nothing_more_of_it(world, call):
    owner, client = world.owner(), world.client()
    space = world.space(owner)
    follower, colleague = opened(client, f"space.{space}"), opened(world.colleague(owner), f"space.{space}")
    world.sql("UPDATE spaces SET is_leasable = false WHERE id = %(id)s", id=space)
    priced(world, call, owner, space, 6100)

    heard = told(world, tell_followers, space)

    assert set(heard) == {colleague.id}
    assert follower.id not in heard


@pytest.mark.parametrize("end", ["removed", "suspended", "signed out", "moved away"])
def test_whoever_lost_their_right_while_subscribed_hears_nothing_more(world, call, end):
    """The right is asked at each push, and not when somebody subscribes alone."""
    owner = world.owner()
    space = world.space(owner, is_leasable=False)
    member = world.colleague(owner)
    sockets = [opened(one, f"space.{space}") for one in (owner, member)]
    priced(world, call, owner, space, 6100)
    assert set(told(world, tell_followers, space)) == {socket.id for socket in sockets}
    world.sql("DELETE FROM outbox WHERE object_id = %(id)s", id=space)

    if end == "removed":
        assert call(remove_member, as_=owner, path={"user_id": member.id}).status == 204
    elif end == "suspended":
        path = {"user_id": member.id}
        body = {"reason": "Forged documents"}
        assert call(suspend_user, as_=world.user(Role.SUPER_ADMIN), path=path, body=body).status == 200
    elif end == "signed out":
        world.sql("UPDATE sessions SET revoked_at = now() WHERE id = %(id)s", id=member.session_id)
    else:
        elsewhere = world.client().organization_id
        world.sql("UPDATE users SET organization_id = %(to)s WHERE id = %(id)s", to=elsewhere, id=member.id)
    priced(world, call, owner, space, 6200)

    assert set(told(world, tell_followers, space)) == {sockets[0].id}


def lease(world, call):
    """A lease without a bid of the client's, its owner and a broker who represents the client."""
    client, broker = world.client(), world.user(Role.BROKER)
    granted = call(grant_mandate, as_=client, body={"broker_id": broker.id})
    assert granted.status == 201
    deal = Deal(world, call, client=client)
    return deal, broker, granted.json["id"]


def test_a_deals_people_hear_it_once_without_a_channel_and_others_who_may_see_it_on_its_channel(world, call):
    deal, broker, _ = lease(world, call)
    channel = f"contract.{deal.contract}"
    own = {one.id: opened(one, channel, f"user.{one.id}") for one in (deal.owner, deal.client)}
    staff = world.user(Role.SUPPORT)
    others = [opened(broker, channel), opened(broker, channel), opened(staff, channel)]
    deal.signed()

    heard = told(world, notify_people, deal.contract)

    updates = {
        socket: [(frame.get("channel"), frame["data"]["signature_status"]) for frame in heard[socket]
                 if frame["event"] == "contract:updated"]
        for socket in heard
    }  # fmt: skip
    states = [state for _, state in updates[own[deal.owner.id].id]]
    assert states == ["NONE", "NONE", "SIGNED_BY_CLIENT", "FULLY_SIGNED", "FULLY_SIGNED"]
    for socket in own.values():
        assert updates[socket.id] == [(None, state) for state in states]
    for socket in others:
        assert updates[socket.id] == [(channel, state) for state in states]
        assert {frame["event"] for frame in heard[socket.id]} == {"contract:updated"}
    # What staff follows they read.
    assert [row["user_id"] for row in world.audits(deal.contract) if row["action"] == "subscribe.read"] == [staff.id]


def test_a_broker_without_a_mandate_follows_no_contract_and_one_who_lost_it_hears_nothing_more(world, call):
    deal, broker, mandate = lease(world, call)
    channel = f"contract.{deal.contract}"
    sockets = [opened(broker, channel), opened(broker, channel)]
    strangers = [world.client(), world.owner(), world.user(Role.BROKER), world.colleague(deal.owner, Role.AGENT)]
    for stranger in strangers:
        answer = opened(stranger).say(subscribe, "subscribe", {"channels": [channel]})
        assert answer["data"]["code"] == "NOT_FOUND"
    deal.run(render_lease, request_signatures)
    assert {socket.id for socket in sockets} <= set(told(world, notify_people, deal.contract))

    assert call(revoke_mandate, as_=deal.client, path={"mandate_id": mandate}).status == 204
    assert deal.sign(deal.client).status == deal.sign(deal.owner).status == 200

    heard = told(world, notify_people, deal.contract)
    assert heard == {}
    answer = opened(broker).say(subscribe, "subscribe", {"channels": [channel]})
    assert answer["data"]["code"] == "NOT_FOUND"


def test_an_owners_draft_is_hidden_from_the_clients_side(world, call):
    deal, broker, _ = lease(world, call)
    body = {
        "space_id": world.space(deal.owner), "client_id": deal.client.id, "bid_amount": 5000,
        "start_date": "2027-02-01", "term_months": 12,
    }  # fmt: skip
    draft = call(create_contract, as_=deal.owner, body=body).json["id"]

    for user in (deal.client, broker):
        answer = opened(user).say(subscribe, "subscribe", {"channels": [f"contract.{draft}"]})
        assert answer["data"]["code"] == "NOT_FOUND"
    opened(deal.owner, f"contract.{draft}")


def test_tenants_of_a_building_follow_it_while_their_lease_is_in_force(world, call):
    deal = Deal(world, call).signed()
    [row] = world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=deal.space)
    channel, tenant = f"building.{row['building_id']}", opened(deal.client)
    assert tenant.say(subscribe, "subscribe", {"channels": [channel]})["data"]["code"] == "NOT_FOUND"

    world.sql("UPDATE contracts SET status = 'ACTIVE' WHERE id = %(id)s", id=deal.contract)

    assert tenant.say(subscribe, "subscribe", {"channels": [channel]})["event"] == "subscribed"
    opened(world.colleague(deal.owner, Role.AGENT), channel)


def announced(world, call):
    body = {"title": "Maintenance", "body": "On Sunday, \U0001f6e0"}
    reply = call(make_announcement, as_=world.user(Role.SUPER_ADMIN), body=body)
    assert reply.status == 201
    return reply.json


def test_an_announcement_reaches_who_is_connected_at_once_and_everybody_else_as_a_notification(world, call):
    here, there, late, gone = world.client(), world.owner(), world.client(), world.client()
    sockets = [opened(here, f"user.{here.id}"), opened(here)]
    closed = opened(there)
    world.sql("UPDATE connections SET expires_at = now() WHERE connection_id = %(id)s", id=closed.id)
    world.sql("UPDATE users SET status = 'SUSPENDED' WHERE id = %(id)s", id=gone.id)

    made = announced(world, call)
    later = opened(late)

    heard = told(world, tell_everybody, made["id"])
    data = {"id": made["id"], "title": made["title"], "body": made["body"], "timestamp": made["created_at"]}
    for socket in sockets:
        [frame] = heard[socket.id]
        assert (frame["event"], frame["channel"]) == ("announcement", "global")
        assert frame["data"] | {"timestamp": None} == data | {"timestamp": None}
    assert closed.id not in heard and later.id not in heard

    told(world, notify_absent, made["id"])
    for user, notices in ((here, 0), (there, 1), (late, 1), (gone, 0)):
        rows = world.sql(
            "SELECT type, title, message, event FROM notifications WHERE user_id = %(id)s AND event_id IN"
            " (SELECT id FROM outbox WHERE object_id = %(made)s)", id=user.id, made=made["id"],
        )  # fmt: skip
        assert [tuple(row.values()) for row in rows] == [
            ("announcement", made["title"], made["body"], "announcement.made")
        ] * notices


def test_only_a_super_admin_announces_and_it_is_audited(world, call):
    body = {"title": "Maintenance", "body": "On Sunday"}
    for role in Role:
        expected = 201 if role is Role.SUPER_ADMIN else 403
        assert call(make_announcement, as_=world.user(role), body=body).status == expected
    admin = world.user(Role.SUPER_ADMIN)
    made = call(make_announcement, as_=admin, body=body).json

    [row] = world.audits(made["id"])
    assert (row["user_id"], row["action"], row["after"]) == (admin.id, "announcement.made", body)
    for bad in ({"title": "x"}, {**body, "body": ""}, {**body, "body": "x" * 2_001}, {**body, "title": "x" * 256}):
        assert call(make_announcement, as_=admin, body=bad).status == 400


@pytest.mark.parametrize("ends_at", ["commit", "second call"])
def test_a_consumer_killed_in_the_middle_tells_everybody_once(world, call, monkeypatch, ends_at):
    """Frames are queued before the commit: after a crash they are queued again, and the queue drops them."""
    owner = world.owner()
    space = world.space(owner)
    sockets = {opened(owner, f"space.{space}").id for _ in range(12)}
    monkeypatch.setattr(messages, "_BATCH", 3)
    priced(world, call, owner, space, 6100)
    [event] = world.event_details(space)
    frames()

    def end(*_):
        raise RuntimeError("killed")

    with monkeypatch.context() as crash:
        if ends_at == "commit":
            crash.setattr(Tx, "commit", end)
        else:
            calls = iter((messages.call, end))
            crash.setattr(messages, "call", lambda *asked: next(calls)(*asked))
        assert invoke(tell_followers, event) == ["message-0"]
    assert invoke(tell_followers, *[event] * 4) == []

    heard = frames()
    assert set(heard) == sockets
    assert all(len(told) == 1 for told in heard.values())


def test_many_sockets_of_a_channel_take_few_messages(world, call):
    owner = world.owner()
    space = world.space(owner)
    first = opened(owner, f"space.{space}").id
    world.sql(
        "INSERT INTO connections SELECT 'many-' || n, user_id, organization_id, session_id, role, connected_at,"
        " authenticated_at, expires_at FROM connections, generate_series(1, 499) AS n WHERE connection_id = %(id)s",
        id=first,
    )
    world.sql(
        "INSERT INTO channel_subscriptions SELECT 'many-' || n, channel, created_at"
        " FROM channel_subscriptions, generate_series(1, 499) AS n WHERE connection_id = %(id)s",
        id=first,
    )
    priced(world, call, owner, space, 6100)
    queued("PUSH_QUEUE_URL")

    assert invoke(tell_followers, *world.event_details(space)) == []

    sent = queued("PUSH_QUEUE_URL")
    assert len(sent) <= 10
    assert sorted(one for message in sent for one in message["connection_ids"]) == sorted(
        [first, *(f"many-{number}" for number in range(1, 500))]
    )


def test_the_longest_announcement_fits_into_a_frame(world, call):
    socket = opened(world.client())
    body = {"title": "\u00e9" * 255, "body": "\U0001f6e0" * 2_000}
    made = call(make_announcement, as_=world.user(Role.SUPER_ADMIN), body=body).json

    queued("PUSH_QUEUE_URL")
    assert invoke(tell_everybody, *world.event_details(made["id"])) == []

    [text] = [one["frames"][0] for one in queued("PUSH_QUEUE_URL") if socket.id in one["connection_ids"]]
    assert len(text.encode()) < 32 * 1024
