import pytest

from functions.realtime.authenticate import authenticate
from functions.realtime.close_socket import close_socket
from functions.realtime.connect import connect
from tests.realtime.sockets import Client, deliver, queued


@pytest.fixture
def socket():
    queued("PUSH_QUEUE_URL")
    socket = Client()
    socket.open(connect)
    return socket


def is_registered(world, socket):
    return bool(world.sql("SELECT 1 FROM connections WHERE connection_id = %(id)s", id=socket.id))


def doubt(socket, is_gone=False):
    return {"connection_id": socket.id, "is_gone": is_gone, "correlation_id": "c"}


def test_an_unauthenticated_socket_is_closed(world, socket):
    assert deliver(close_socket, doubt(socket)) == []

    assert not is_registered(world, socket)
    [closing] = queued("PUSH_QUEUE_URL")
    assert (closing["connection_id"], closing["frames"]) == (socket.id, None)


def test_an_authenticated_socket_stays_open(world, socket):
    socket.say(authenticate, "auth", {"token": world.client().token()})

    assert deliver(close_socket, doubt(socket)) == []

    assert is_registered(world, socket)
    assert queued("PUSH_QUEUE_URL") == []


def test_a_socket_is_closed_although_the_first_attempt_stopped_halfway(world, socket, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setenv("PUSH_QUEUE_URL", "http://127.0.0.1:1/123456789012/missing")
        assert deliver(close_socket, doubt(socket)) == ["message-0"]

    assert deliver(close_socket, doubt(socket)) == []

    assert [closing["connection_id"] for closing in queued("PUSH_QUEUE_URL")] == [socket.id]


def test_a_gone_socket_is_removed_from_the_registry(world, socket):
    socket.say(authenticate, "auth", {"token": world.client().token()})

    assert deliver(close_socket, doubt(socket, is_gone=True)) == []

    assert not is_registered(world, socket)
    assert queued("PUSH_QUEUE_URL") == []
