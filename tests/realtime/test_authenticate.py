from datetime import datetime, timedelta

import pytest

from functions.realtime.authenticate import authenticate
from functions.realtime.connect import connect
from tests.realtime.sockets import Client


@pytest.fixture
def socket():
    socket = Client()
    assert socket.open(connect) == 200
    return socket


def test_a_token_authenticates_the_socket_as_its_user(world, socket):
    user = world.owner()

    answer = socket.say(authenticate, "auth", {"token": user.token()}, request_id="r-1")

    assert answer["event"] == "auth:ok"
    assert answer["request_id"] == "r-1"
    assert answer["data"]["user_id"] == str(user.id)
    [row] = world.sql("SELECT * FROM connections WHERE connection_id = %(id)s", id=socket.id)
    assert (row["user_id"], row["organization_id"]) == (user.id, user.organization_id)
    assert abs(datetime.fromisoformat(answer["data"]["expires_at"]) - row["expires_at"]) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"token": "nonsense"}, "INVALID_TOKEN"),
        ({}, "VALIDATION_ERROR"),
        ({"token": 7}, "VALIDATION_ERROR"),
        ({"token": "a.b.c", "user_id": "me"}, "VALIDATION_ERROR"),
    ],
)
def test_an_invalid_token_is_refused_and_the_socket_stays_anonymous(world, socket, data, code):
    answer = socket.say(authenticate, "auth", data)

    assert (answer["event"], answer["data"]["code"]) == ("error", code)
    [row] = world.sql("SELECT * FROM connections WHERE connection_id = %(id)s", id=socket.id)
    assert (row["user_id"], row["authenticated_at"]) == (None, None)


def test_a_socket_that_is_being_closed_cannot_authenticate(world):
    answer = Client().say(authenticate, "auth", {"token": world.client().token()})

    assert (answer["event"], answer["data"]["code"]) == ("error", "UNAUTHORIZED")
