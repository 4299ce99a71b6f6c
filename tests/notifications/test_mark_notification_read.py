import pytest

from functions.notifications.mark_notification_read import mark_notification_read
from functions.realtime.connect import connect
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.call import other_id
from tests.realtime.sockets import Client


@pytest.fixture
def user(world):
    return world.client()


@pytest.fixture
def note(world, user):
    note_id = new_id()
    world.sql(
        """INSERT INTO notifications (id, user_id, type, title, message)
           VALUES (%(id)s, %(user)s, 'bid_update', 'New Bid', '…')""",
        id=note_id,
        user=user.id,
    )
    return note_id


def stored(world, note):
    return world.sql("SELECT is_read, read_at FROM notifications WHERE id = %(id)s", id=note)[0]


def test_a_notification_is_marked_as_read_once(world, call, user, note):
    first = call(mark_notification_read, as_=user, path={"notification_id": note})
    again = call(mark_notification_read, as_=user, path={"notification_id": note})

    assert (first.status, first.json["is_read"]) == (200, True)
    assert again.json == first.json
    assert stored(world, note)["is_read"] is True
    assert world.events(note) == ["notification.read"]
    assert len(world.audits(note)) == 1


def test_marking_another_users_notification_as_read_is_not_found(world, call, user, note):
    missing = call(mark_notification_read, as_=user, path={"notification_id": other_id()})

    for other in (world.colleague(user), world.user(Role.SUPER_ADMIN), world.user(Role.SUPPORT)):
        reply = call(mark_notification_read, as_=other, path={"notification_id": note})
        assert (reply.status, reply.json["error"]) == (404, missing.json["error"])
    assert stored(world, note)["is_read"] is False


def test_marking_a_notification_as_read_works_alike_over_the_socket(world, user, note):
    socket, stranger = Client(), Client()
    socket.open(connect, token=user.token())
    stranger.open(connect, token=world.client().token())

    def read(client, data):
        return client.say(mark_notification_read, "notification:mark_read", data, request_id="r")

    assert read(stranger, {"notification_id": note})["data"]["code"] == "NOT_FOUND"
    assert read(Client(), {"notification_id": note})["data"]["code"] == "UNAUTHORIZED"
    for bad in ({}, {"notification_id": 7}, {"notification_id": note, "user_id": 7}):
        assert read(socket, bad)["data"]["code"] == "VALIDATION_ERROR"
    assert stored(world, note)["is_read"] is False

    answer = read(socket, {"notification_id": note})

    assert answer == {"event": "notification:read", "data": {"notification_id": str(note)}, "request_id": "r"}
    assert stored(world, note)["is_read"] is True
