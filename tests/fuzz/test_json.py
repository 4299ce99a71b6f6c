"""One strict parser for JSON, whatever the operation, and bounded work behind it (quality 56)."""

import itertools
import json
import tracemalloc
from collections.abc import Iterable

import pytest

from functions.bids.place_bid import place_bid
from functions.realtime.connect import connect
from shared.kit import wire
from tests.call import call, http_event, other_id
from tests.fuzz.places import OPERATIONS, body_schema, endpoint_of
from tests.realtime.sockets import Client
from tests.work import counted

TAKING = [each.name for each in OPERATIONS.values() if each.method in ("POST", "PUT", "PATCH") and not each.raw]
DEEP = 100_000
NO_JSON = {
    "a key that stands twice": '{"notes": "a", "notes": "b"}',
    "a key that stands twice, written another way": '{"notes": "a", "n\\u006ftes": "b"}',
    "a key that stands twice further in": '{"address": {"city": "a", "city": "b"}}',
    "many keys, the last one twice": "{" + "".join(f'"{n}":0,' for n in range(20_000)) + '"19999":0}',
    "lists 100,000 deep": '{"a": ' + "[" * DEEP + "]" * DEEP + "}",
    "lists 100,000 deep, never closed": '{"a": ' + "[" * DEEP,
    "objects 30,000 deep": '{"a":' * 30_000 + "1" + "}" * 30_000,
    "objects 33 deep": '{"a":' * 33 + "1" + "}" * 33,
    "1,000,000 elements": '{"a": [' + "0," * 999_999 + "0]}",
    "as many elements as there is room for": '{"amenities": [' + "0," * 130_000 + "0]}",
    "as many fields as there is room for": "{" + ",".join(f'"{n}":0' for n in range(20_000)) + "}",
    "a list": "[]",
    "a text": '"{}"',
    "null": "null",
    "half of it": '{"notes": ',
    "something behind it": "{} {}",
    "a comma too many": '{"notes": "a",}',
    "single quotes": "{'notes': 'a'}",
    "a comment": '{"notes": "a" /* b */}',
    "a control character in a text": '{"notes": "a\nb"}',
    "a byte order mark": "\ufeff{}",
    "white space that is none in JSON": "\f",
    "a huge exponent": '{"notes": 1e99999999999999999999}',
}
GROWING = {
    "many keys, the last one twice": lambda n: "{" + "".join(f'"{i}":0,' for i in range(n)) + f'"{n - 1}":0}}',
    "many numbers, the last one huge": lambda n: '{"a": [' + "0," * n + "1e99999999999999999999]}",
    "many elements, never closed": lambda n: '{"a": [' + "[0]," * n,
    "lists in one another": lambda n: '{"a": ' + "[" * n + "]" * n + "}",
    "objects in one another": lambda n: '{"a":' * n + "1" + "}" * n,
}
"""What is refused → so much of it."""


def each_some(what: Iterable[str], some: int) -> list[tuple[str, str]]:
    """Each operation with some of them, the next one with the next: all operations read by one parser."""
    others = itertools.cycle(what)
    return [(name, next(others)) for name in TAKING for _ in range(some)]


def most_lines(text: str) -> int:
    """How many lines of Python a request may take for this text: those of any request, and eight for each element."""
    return 60_000 + 8 * min(len(text), wire.MAX_BODY) // len("0,")


@pytest.mark.parametrize(("name", "what"), each_some(NO_JSON, 4))
def test_malformed_json_is_refused_with_bounded_work(name, what, anybody, leaves_no_trace):
    endpoint = endpoint_of(name)
    path = {each: other_id() for each in endpoint.path_names} or None

    def ask():
        return call(endpoint, as_=anybody, path=path, body=NO_JSON[what])

    reply, lines = counted(ask)
    if lines >= most_lines(NO_JSON[what]):
        reply, lines = counted(ask)  # the first one imports what it needs

    assert lines < most_lines(NO_JSON[what])
    code = "VALIDATION_ERROR" if what.startswith("as many") else "MALFORMED_JSON"
    assert (reply.status, reply.code, bool(reply.fields)) == (400, code, True), reply.body[:500]
    assert len(reply.body) < 20_000


@pytest.mark.parametrize("what", GROWING)
def test_the_work_of_refusing_json_grows_linearly_with_its_size(what):
    def refuse(text: str) -> None:
        with pytest.raises(wire.MalformedJson):
            wire.parse(text)

    def most_memory(text: str) -> int:
        tracemalloc.start()
        try:
            refuse(text)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    once, twice = GROWING[what](5_000), GROWING[what](10_000)
    _, lines = counted(lambda: refuse(once))
    _, more_lines = counted(lambda: refuse(twice))

    assert more_lines < 2.2 * lines
    assert most_memory(twice) < 2.5 * most_memory(once)


def test_a_body_that_is_not_utf_8_is_refused(anybody):
    event = http_event(place_bid.operation, as_=anybody, body="eyJhIjogIv8ifQ==") | {"isBase64Encoded": True}

    answer = place_bid(event, None)

    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (400, "MALFORMED_JSON")


FOREIGN = [
    "text/plain",
    "Text/Plain; charset=utf-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "",
]


@pytest.mark.parametrize(
    ("name", "kind"),
    # A form with a file is what imports take; whoever sends it needs a token, which no other site has.
    [(name, kind) for name, kind in each_some(FOREIGN, 2) if not (OPERATIONS[name].form and "multipart" in kind)],
)
def test_content_types_that_another_site_can_send_are_refused(name, kind, anybody, leaves_no_trace):
    """A browser sends forms and texts anywhere without asking, and they can be made to look like JSON."""
    endpoint = endpoint_of(name)
    path = {each: other_id() for each in endpoint.path_names} or None

    reply = call(endpoint, as_=anybody, path=path, body="{}", headers={"content-type": kind})

    assert (reply.status, reply.code, reply.fields) == (400, "MALFORMED_JSON", ["Content-Type"])


@pytest.mark.parametrize("what", NO_JSON)
def test_sockets_refuse_malformed_json_like_http(what, world):
    client = Client()
    assert client.open(connect, token=world.client().token()) == 200
    text = '{"event": "bid:place", "data": ' + NO_JSON[what] + "}"

    frame, lines = counted(lambda: client.send(place_bid, text))

    assert lines < most_lines(text)
    assert frame["event"] == "error"
    assert frame["data"]["code"] in ("MALFORMED_JSON", "VALIDATION_ERROR")


def test_the_json_tests_cover_operations_with_and_without_a_body():
    assert {bool(body_schema(name)) for name in TAKING} == {True, False}
