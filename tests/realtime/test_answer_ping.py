from functions.realtime.answer_ping import answer_ping
from tests.realtime.sockets import Client


def test_a_ping_is_answered_with_its_request_id():
    assert Client().say(answer_ping, "ping") == {"event": "pong", "data": {}}
    assert Client().say(answer_ping, "ping", {}, request_id="7") == {"event": "pong", "data": {}, "request_id": "7"}


def test_a_ping_with_data_is_refused():
    assert Client().say(answer_ping, "ping", {"load": 1})["data"]["details"][0]["field"] == "load"
