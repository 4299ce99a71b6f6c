"""Whose address counts: CloudFront's word where it can show its secret, the gateway's where there is no CloudFront."""

import pytest

from functions.auth.login import login
from functions.realtime.answer_ping import answer_ping
from functions.realtime.connect import connect
from functions.search.search_spaces import search_spaces
from shared.kit import gate, origin
from tests.realtime.sockets import Client
from tests.world import PASSWORD

FORGED = {
    "cloudfront-viewer-address": "198.51.100.99:443",
    "forwarded": "for=198.51.100.99",
    "true-client-ip": "198.51.100.99",
    "x-forwarded-for": "198.51.100.99",
    "x-real-ip": "198.51.100.99",
    "x-viewer-address": "198.51.100.99",
}
SECRETS = "the-coming-one,the-going-one"


@pytest.fixture
def counted(monkeypatch):
    """Under which subjects requests were counted."""
    subjects = []
    count = gate.limits.count
    monkeypatch.setattr(
        gate.limits, "count", lambda category, subject: subjects.append(subject) or count(category, subject)
    )
    return subjects


@pytest.fixture
def behind_edge(monkeypatch):
    monkeypatch.setenv("ORIGIN_SECRETS", SECRETS)


def through(secret, address="192.0.2.44"):
    """What CloudFront adds; it overwrites what the client sent under these names."""
    return {"x-origin-secret": secret, "x-viewer-address": address}


@pytest.mark.parametrize("name", sorted(FORGED))
def test_without_cloudfront_no_header_changes_the_counted_address(world, call, counted, name):
    assert call(search_spaces, headers={name: FORGED[name]}, ip="203.0.113.9").status == 200
    assert call(login, headers={name: FORGED[name]}, ip="203.0.113.9", body={}).status == 400

    assert counted == ["ip:203.0.113.9"] * 2


@pytest.mark.parametrize("secret", SECRETS.split(","))
def test_behind_cloudfront_only_its_header_gives_the_address(world, call, counted, behind_edge, secret):
    reply = call(search_spaces, headers=FORGED | through(secret), ip="203.0.113.9")

    assert reply.status == 200
    assert counted == ["ip:192.0.2.44"]


@pytest.mark.parametrize("secret", [None, "", "wrong", "the-coming-one,the-going-one", "the-coming-on", "ä", ","])
def test_a_request_around_cloudfront_is_refused_first(world, call, counted, behind_edge, secret):
    sent = FORGED if secret is None else FORGED | through(secret)
    tried = world.sql("SELECT * FROM login_attempts")

    reply = call(login, headers=sent, ip="203.0.113.9", body={"email": "a@example.com", "password": "Secret-123"})

    assert (reply.status, reply.code) == (403, "FORBIDDEN")
    assert counted == []
    assert world.sql("SELECT * FROM login_attempts") == tried


def test_the_audit_log_has_the_address_that_cloudfront_reports(world, call, behind_edge):
    user = world.client()

    reply = call(
        login, headers=through("the-going-one", "2001:db8::7"), body={"email": user.email, "password": PASSWORD}
    )

    assert reply.status == 200
    rows = world.sql("SELECT host(ip_address) AS ip FROM sessions WHERE user_id = %(id)s", id=user.id)
    assert "2001:db8::7" in [row["ip"] for row in rows]


def test_a_socket_opens_through_cloudfront_only(world, behind_edge):
    assert Client().open(connect) == 403
    assert Client(headers={"X-Origin-Secret": "wrong", "X-Viewer-Address": "192.0.2.44"}).open(connect) == 403
    socket = Client(headers={"X-Origin-Secret": "the-coming-one", "X-Viewer-Address": "192.0.2.44"})
    assert socket.open(connect) == 200
    # Its frames have no headers, and need none: it could not have been opened otherwise.
    assert socket.say(answer_ping, "ping")["event"] == "pong"


def test_an_empty_edge_secret_is_refused(monkeypatch):
    monkeypatch.setenv("ORIGIN_SECRETS", ",a,")

    with pytest.raises(origin.AroundTheEdge):
        origin.client_address({"x-origin-secret": "", "x-viewer-address": "192.0.2.44"}, "203.0.113.9")
