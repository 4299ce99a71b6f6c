from datetime import UTC, datetime, timedelta

import pytest

from functions.realtime import connect as connect_module
from functions.realtime.connect import connect
from tests.realtime.sockets import Client, queued


def registered(world, socket):
    return world.sql("SELECT * FROM connections WHERE connection_id = %(id)s", id=socket.id)


def test_a_socket_opened_with_a_token_belongs_to_its_user(world):
    user, socket = world.client(), Client()

    assert socket.open(connect, token=user.token()) == 200

    [row] = registered(world, socket)
    assert (row["user_id"], row["session_id"], row["role"]) == (user.id, user.session_id, "CLIENT")
    assert row["authenticated_at"] is not None
    assert row["expires_at"] - datetime.now(UTC) < timedelta(hours=2, seconds=1)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
def test_an_invalid_token_opens_no_socket(world, token):
    socket = Client()

    assert socket.open(connect, token=token) == 401
    assert registered(world, socket) == []


def test_the_token_of_an_ended_session_opens_no_socket(world):
    user, socket = world.client(), Client()
    token = user.token()
    world.sql("UPDATE sessions SET revoked_at = now() WHERE id = %(id)s", id=user.session_id)

    assert socket.open(connect, token=token) == 401
    assert registered(world, socket) == []


def test_a_socket_without_a_token_is_checked_after_ten_seconds(world, monkeypatch):
    queued("SOCKETS_TO_CLOSE_QUEUE_URL")
    socket, slow = Client(), Client()
    assert slow.open(connect) == 200
    assert registered(world, slow)[0]["authenticated_at"] is None
    assert connect_module._GRACE == 10
    assert queued("SOCKETS_TO_CLOSE_QUEUE_URL") == []

    monkeypatch.setattr(connect_module, "_GRACE", 0)
    assert socket.open(connect) == 200

    [doubt] = queued("SOCKETS_TO_CLOSE_QUEUE_URL")
    assert (doubt["connection_id"], doubt["is_gone"]) == (socket.id, False)


def test_a_socket_whose_check_cannot_be_queued_does_not_open(world, monkeypatch):
    monkeypatch.setenv("SOCKETS_TO_CLOSE_QUEUE_URL", "http://127.0.0.1:1/123456789012/missing")
    socket = Client()

    assert socket.open(connect) >= 500
    assert registered(world, socket) == []


def test_an_unknown_parameter_of_connect_is_refused(world):
    socket = Client()

    assert socket.open(connect, key="1") == 400
    assert registered(world, socket) == []


def test_sockets_whose_closing_was_missed_are_removed(world):
    old = Client()
    world.sql(
        """INSERT INTO connections (connection_id, connected_at, expires_at)
           VALUES (%(id)s, now() - interval '3 hours', now() - interval '1 hour')""",
        id=old.id,
    )

    assert Client().open(connect) == 200

    assert registered(world, old) == []
