"""What stands between a WebSocket and the functions."""

import json
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as websockets_connect

from local.platform import Platform
from tests.local.conftest import PATIENCE, Notes


def connect(url: str) -> ClientConnection:
    """A socket that waits for a slow machine."""
    return websockets_connect(url, open_timeout=PATIENCE, ping_interval=None)


def test_a_socket_event_reaches_its_route_and_gets_its_answer(cloud: Platform) -> None:
    with connect(cloud.ws_url) as socket:
        socket.send('{"event": "unknown", "data": {}}')

        seen = json.loads(socket.recv(PATIENCE))["seen"]
    assert seen["requestContext"]["routeKey"] == "$default"
    assert seen["requestContext"]["eventType"] == "MESSAGE"
    assert seen["body"] == '{"event": "unknown", "data": {}}'
    assert seen["isBase64Encoded"] is False


@pytest.mark.parametrize("text", ["no json", "[]", '{"event": 1}', '{"event": "$connect"}', "1" * 30_000])
def test_a_message_without_a_route_goes_to_the_default_route(cloud: Platform, text: str) -> None:
    with connect(cloud.ws_url) as socket:
        socket.send(text)

        assert json.loads(socket.recv(PATIENCE))["seen"]["body"] == text


@pytest.mark.parametrize(("token", "status"), [("bad", 401), ("forbidden", 403)])
def test_the_connect_route_may_refuse_a_connection(cloud: Platform, token: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(f"{cloud.ws_url}?token={token}"):
        pass

    assert refused.value.response.status_code == status


def test_a_socket_on_another_path_is_not_found(cloud: Platform) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(f"{cloud.ws_url}/elsewhere"):
        pass

    assert refused.value.response.status_code == 404


def test_a_function_posts_to_a_connection_and_learns_of_a_lost_one(cloud: Platform) -> None:
    with connect(cloud.ws_url) as socket:
        socket.send('{"event": "push"}')

        frames = [json.loads(socket.recv(PATIENCE)) for _ in range(2)]
    assert {"event": "pushed"} in frames and {"gone": "GoneException"} in frames


def test_a_function_that_fails_is_an_error_frame(cloud: Platform) -> None:
    with connect(cloud.ws_url) as socket:
        socket.send('{"event": "broken"}')

        assert json.loads(socket.recv(PATIENCE))["message"] == "Internal server error"


def test_a_frame_over_32_kb_ends_the_connection(cloud: Platform) -> None:
    with connect(cloud.ws_url) as socket:
        socket.send("x" * (32 * 1024 + 1))

        assert _close_code(socket) == 1009


def test_a_message_of_several_frames_may_be_longer(cloud: Platform) -> None:
    with connect(cloud.ws_url) as socket:
        socket.send(["x" * 20_000] * 5)

        assert len(json.loads(socket.recv(PATIENCE))["seen"]["body"]) == 100_000


def test_a_message_over_128_kb_ends_the_connection(cloud: Platform) -> None:
    with connect(cloud.ws_url) as socket:
        # On a busy machine the connection has ended before all of it was sent.
        with suppress(ConnectionClosed):
            socket.send(["x" * 30_000] * 5)

        assert _close_code(socket) == 1009


def test_the_disconnect_route_is_called_at_the_end_of_a_connection(cloud: Platform, notes: Notes) -> None:
    with connect(cloud.ws_url) as socket:
        socket.send("{}")
        connection = json.loads(socket.recv(PATIENCE))["seen"]["requestContext"]["connectionId"]

    def is_ours(note: dict[str, Any]) -> bool:
        return bool(note["connection"] == connection)

    assert notes("disconnected", fits=is_ours)


def _close_code(socket: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(PATIENCE)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code
