"""What a socket hears when it says something, and when it says nothing."""

import json
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from local.platform import Platform
from tests.journeys.client import PATIENCE, Ear, Person, connect
from tests.journeys.deals import new_space, place_bid


def test_a_ping_is_answered(client: Person) -> None:
    with client.listening() as ear:
        assert ear.ask("ping", {}, "p1") == {"event": "pong", "data": {}, "request_id": "p1"}
        ear.say({"event": "ping"})
        assert ear.next() == {"event": "pong", "data": {}}


def test_the_auth_answer_names_the_user_and_the_expiry(platform: Platform, client: Person) -> None:
    with connect(platform.ws_url) as socket:
        ear = Ear(socket)
        answer = ear.ask("auth", {"token": client.token}, "a1")
        assert answer["event"] == "auth:ok"
        assert answer["data"]["user_id"] == client.id
        assert answer["data"]["expires_at"].endswith("Z")
        refused = ear.ask("auth", {"token": f"{client.token}x"}, "a2")
        assert (refused["event"], refused["data"]["code"]) == ("error", "INVALID_TOKEN")
        assert ear.ask("ping", {}, "a3")["event"] == "pong"


def test_an_invalid_token_in_the_url_opens_no_socket(platform: Platform) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(f"{platform.ws_url}?token=nonsense"):
        pass
    assert refused.value.response.status_code == 401


def test_an_unauthenticated_socket_is_closed_after_ten_seconds(
    platform: Platform, owner: Person, client: Person
) -> None:
    space = new_space(owner)
    wish = {"space_id": space["id"], "bid_amount": 1}
    with owner.listening() as warm:
        # A function that has yet to start might take its share of the ten seconds.
        warm.ask("bid:place", wish, "w1")
        warm.ask("auth", {"token": owner.token}, "w2")
    opened = time.monotonic()
    with connect(platform.ws_url) as silent, connect(platform.ws_url) as known:
        stranger, other = Ear(silent), Ear(known)
        other.ask("auth", {"token": owner.token}, "a1")
        refused = stranger.ask("bid:place", wish, "n1")
        assert (refused["event"], refused["data"]["code"]) == ("error", "UNAUTHORIZED")
        bid = place_bid(client, space)
        other.hear("bid:status_changed", bid_id=bid["id"])
        with pytest.raises(ConnectionClosed):
            # It was concerned by nothing, and hears nothing.
            silent.recv(timeout=PATIENCE)
        assert time.monotonic() - opened >= 10
        assert other.ask("ping", {}, "p1")["event"] == "pong"


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ("no json", "body"),
        ('{"event": "ping", "event": "ping"}', "body"),
        ("[1]", "body"),
        ('{"data": {}}', "event"),
        ('{"event": "dance", "data": {}}', "event"),
        ('{"event": "ping", "data": []}', "data"),
        ('{"event": "ping", "data": {"x": 1}}', "x"),
        ('{"event": "ping", "more": 1}', "more"),
        ('{"event": "ping", "request_id": 7}', "request_id"),
        (json.dumps({"event": "ping", "request_id": "r" * 65}), "request_id"),
    ],
)
def test_an_invalid_frame_gets_an_error_and_the_socket_stays_open(client: Person, frame: str, field: str) -> None:
    with client.listening() as ear:
        ear.say(frame)
        error = ear.next()
        assert error["event"] == "error", error
        assert {"code", "message", "details"} <= error["data"].keys()
        assert [detail["field"] for detail in error["data"]["details"]] == [field]
        assert ear.ask("ping", {}, "p1")["event"] == "pong"


def test_bid_place_over_the_socket_has_the_same_refusals_as_over_http(owner: Person, client: Person) -> None:
    space = new_space(owner)
    wish = {"space_id": space["id"], "bid_amount": 4800}
    with client.listening() as ear, owner.listening() as owners:
        assert ear.ask("bid:place", wish, "b1")["event"] == "bid:placed"
        again = ear.ask("bid:place", wish, "b2")
        assert (again["event"], again["data"]["code"]) == ("error", "BID_ALREADY_OPEN")
        odd = ear.ask("bid:place", {**wish, "bid_amount": "4800", "tip": 1}, "b3")
        assert odd["data"]["code"] == "VALIDATION_ERROR"
        assert {detail["field"] for detail in odd["data"]["details"]} == {"bid_amount", "tip"}
        unknown = ear.ask("bid:place", {**wish, "space_id": client.id}, "b4")
        assert unknown["data"]["code"] == "NOT_FOUND"
        forbidden = owners.ask("bid:place", wish, "b5")
        assert forbidden["data"]["code"] == "FORBIDDEN"


def test_frames_reach_every_socket_of_a_user_and_no_strangers(owner: Person, client: Person) -> None:
    stranger = Person(owner.platform, "OWNER")
    with owner.listening() as one, owner.listening() as other, stranger.listening() as apart:
        bid = place_bid(client, new_space(owner))
        for ear in (one, other):
            ear.hear("bid:status_changed", bid_id=bid["id"], status="PENDING")
        apart.hear_out(owner.platform)
        assert apart.heard == []
