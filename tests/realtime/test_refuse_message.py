import pytest

from functions.realtime.refuse_message import refuse_message
from tests.realtime.sockets import Client


def test_an_unknown_event_is_reported_by_name():
    answer = Client().say(refuse_message, "bid:steal", {"bid_id": 1}, request_id="r")

    assert (answer["event"], answer["request_id"]) == ("error", "r")
    assert answer["data"]["code"] == "VALIDATION_ERROR"
    assert answer["data"]["details"][0]["field"] == "event"


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("", "MALFORMED_JSON", "body"),
        ("{", "MALFORMED_JSON", "body"),
        ("[]", "MALFORMED_JSON", "body"),
        ('{"event": "ping", "event": "auth"}', "MALFORMED_JSON", "body"),
        ("{}", "VALIDATION_ERROR", "event"),
        ('{"event": 7}', "VALIDATION_ERROR", "event"),
        ('{"event": "x", "data": []}', "VALIDATION_ERROR", "data"),
        ('{"event": "x", "request_id": 7}', "VALIDATION_ERROR", "request_id"),
        ('{"event": "x", "user_id": 7}', "VALIDATION_ERROR", "user_id"),
        # Half of a surrogate pair, which no answer could repeat.
        (r'{"event": "\ud800"}', "VALIDATION_ERROR", "body"),
        (r'{"event": "x", "request_id": "\ud800"}', "VALIDATION_ERROR", "body"),
        (r'{"event": "x", "\ud800": 1}', "VALIDATION_ERROR", "body"),
        (r'{"event": "x", "data": {"\ud800": "\ud800"}}', "VALIDATION_ERROR", "event"),
    ],
)
def test_a_malformed_frame_is_refused(text, code, field):
    data = Client().send(refuse_message, text)["data"]

    assert (data["code"], data["details"][0]["field"]) == (code, field)
