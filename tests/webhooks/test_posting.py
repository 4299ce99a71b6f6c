"""One POST to somebody else's machine: what it may reach, how long it takes, how much it reads."""

import socket
import threading

import pytest

from shared.webhooks import posting
from shared.webhooks.posting import MOST, Outcome, post
from tests.webhooks.receiver import receiving


def sent(url: str, seconds: float = 10.0) -> Outcome:
    return post(url, b"{}", {"webhook-id": "1"}, seconds)


@pytest.fixture
def resolving(monkeypatch):
    """Names resolve to the addresses given, one list for each time that somebody asks; connections are only noted."""
    connected: list[tuple[str, int]] = []

    def resolve(*answers: list[str]):
        left = list(answers)

        def getaddrinfo(host, port, *_, **__):
            found = left.pop(0) if len(left) > 1 else left[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

        def connect(address, **_):
            connected.append(address)
            raise ConnectionRefusedError

        monkeypatch.setattr(posting.socket, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr(posting.socket, "create_connection", connect)
        return connected

    return resolve


def test_the_connection_goes_to_the_address_that_was_checked_whatever_the_name_says_next(resolving):
    connected = resolving(["93.184.216.34"], ["127.0.0.1"])

    assert sent("https://hooks.example.com/").error == "The connection failed: ConnectionRefusedError."
    assert connected == [("93.184.216.34", 443)]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "::1",
        "::",
        "fd00::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_resolves_inwards_is_not_connected_to(resolving, address):
    connected = resolving([address])

    assert sent("https://hooks.example.com/").error == "The host must resolve to public addresses only."
    assert connected == []


def test_one_inward_address_among_public_ones_is_enough_to_refuse(resolving):
    connected = resolving(["93.184.216.34", "10.0.0.1"])

    assert sent("https://hooks.example.com/").error == "The host must resolve to public addresses only."
    assert connected == []


def test_a_redirect_is_not_followed(local):
    with receiving() as inward:

        def redirect(request):
            request.send_response(307)
            request.send_header("location", inward.url)
            request.end_headers()

        with receiving(redirect) as outward:
            outcome = sent(outward.url)

    assert (outcome.status_code, outcome.error) == (307, "Redirects are not followed.")
    assert inward.heard == []


def test_of_an_endless_answer_only_the_beginning_is_read(local):
    written = 0
    ended = threading.Event()

    def endless(request):
        nonlocal written
        request.send_response(200)
        request.end_headers()
        try:
            while written < 10**9:
                written += request.wfile.write(b"x" * 65536)
        except OSError:
            pass
        ended.set()

    with receiving(endless) as receiver:
        outcome = sent(receiver.url, 60)
        assert ended.wait(60)

    assert (outcome.status_code, len(outcome.response or "")) == (200, posting.KEPT)
    # What the connection's buffers held besides.
    assert written < 200 * MOST


def test_no_answer_at_all_ends_in_time(local):
    released = threading.Event()
    with receiving(lambda request: released.wait(60)) as receiver:
        outcome = sent(receiver.url, 0.3)
        released.set()

    assert (outcome.status_code, outcome.error) == (None, "There was no answer within 0.3 seconds.")


def test_an_answer_that_trickles_ends_in_time_too(local):
    released = threading.Event()

    def trickle(request):
        # Each byte comes sooner than a timeout of its own would end.
        try:
            while not released.wait(0.02):
                request.wfile.write(b"H")
                request.wfile.flush()
        except OSError:
            pass

    with receiving(trickle) as receiver:
        outcome = sent(receiver.url, 0.5)
        released.set()

    assert (outcome.status_code, outcome.error) == (None, "There was no answer within 0.5 seconds.")


def test_whatever_is_not_http_is_a_failed_connection(local):
    with receiving(lambda request: request.wfile.write(b"\x16\x03\x01 nonsense\r\n\r\n")) as receiver:
        outcome = sent(receiver.url)

    assert outcome.status_code is None
    assert outcome.error == "The connection failed: BadStatusLine."


def test_what_is_kept_of_an_answer_can_be_stored(local):
    def strange(request):
        request.send_response(400)
        request.end_headers()
        request.wfile.write(b"\x00\xff\xfe caf\xc3\xa9")

    with receiving(strange) as receiver:
        outcome = sent(receiver.url)

    assert outcome.response == "\ufffd\ufffd\ufffd caf\u00e9"
    assert outcome.error == "The answer was not a success."


def test_a_receiver_without_tls_behind_https_is_told_apart(monkeypatch, local):
    with receiving() as receiver:
        outcome = sent(receiver.url.replace("http:", "https:"))

    assert outcome.status_code is None
    assert (outcome.error or "").startswith("TLS failed")
