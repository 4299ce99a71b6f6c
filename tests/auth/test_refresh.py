"""A session goes on, or ends for safety (spec 6)."""

from typing import Any

import pytest

from functions.auth.authorize import authorize
from functions.auth.login import login
from functions.auth.refresh import refresh
from shared.auth import opaque
from shared.kit import tokens
from tests.call import together
from tests.world import PASSWORD


@pytest.fixture
def signed_in(world, call):
    """A fresh login's answer."""
    return call(login, body={"email": world.client().email, "password": PASSWORD}).json


def later(world: Any, session_id: str, seconds: int) -> None:
    """The last rotation was `seconds` ago."""
    world.sql(
        "UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => %(s)s) WHERE id = %(id)s",
        s=seconds,
        id=session_id,
    )


def session_of(answer: dict[str, Any]) -> str:
    return str(tokens.verify(answer["token"])["sid"])


def test_a_refresh_token_gives_a_new_pair(world, call, signed_in):
    reply = call(refresh, body={"refresh_token": signed_in["refresh_token"]})

    assert reply.status == 200
    assert set(reply.json) == {"token", "refresh_token", "token_type", "expires_in"}
    assert reply.json["refresh_token"] != signed_in["refresh_token"]
    assert session_of(reply.json) == session_of(signed_in)
    assert reply.cookies[0].startswith(f"refresh_token={reply.json['refresh_token']};")
    assert world.events(session_of(signed_in)) == ["session.started", "session.refreshed"]


def test_the_refresh_token_in_the_body_comes_before_header_and_cookie(call, signed_in):
    good, bad = signed_in["refresh_token"], "nothing"

    assert call(refresh, headers={"x-refresh-token": good}).status == 200
    assert call(refresh, body={"refresh_token": good}, headers={"x-refresh-token": bad}).status == 200
    assert call(refresh, body={"refresh_token": bad}, headers={"x-refresh-token": good}).status == 401


def test_the_refresh_token_in_the_cookie_is_read_last(call, signed_in):
    from tests.call import http_event

    event = http_event(refresh.operation, as_=None)
    event["cookies"] = ["theme=dark", f"refresh_token={signed_in['refresh_token']}"]

    assert refresh(event, None)["statusCode"] == 200


def test_a_repeated_refresh_within_ten_seconds_returns_the_same_token(world, call, signed_in):
    asked = {"refresh_token": signed_in["refresh_token"]}
    first = call(refresh, body=asked).json
    later(world, session_of(signed_in), 8)

    assert call(refresh, body=asked).json["refresh_token"] == first["refresh_token"]
    assert call(refresh, body={"refresh_token": first["refresh_token"]}).status == 200


def test_a_reused_refresh_token_ends_the_session(world, call, signed_in):
    asked = {"refresh_token": signed_in["refresh_token"]}
    child = call(refresh, body=asked).json
    session_id = session_of(signed_in)
    later(world, session_id, 11)

    reply = call(refresh, body=asked)

    assert (reply.status, reply.code) == (401, "REFRESH_TOKEN_REUSED")
    assert call(refresh, body={"refresh_token": child["refresh_token"]}).code == "SESSION_ENDED"
    refused = authorize({"identitySource": [f"Bearer {child['token']}"], "headers": {}}, None)
    assert refused["context"] == {"refusal": "SESSION_ENDED"}
    [row] = world.sql("SELECT revoked_at, revoked_reason FROM sessions WHERE id = %(id)s", id=session_id)
    assert row["revoked_at"] and row["revoked_reason"] == "REFRESH_TOKEN_REUSED"
    audit = world.audits(session_id)[-1]
    assert (audit["action"], audit["after"]["revoked_reason"]) == ("session.revoked", "REFRESH_TOKEN_REUSED")
    assert world.events(session_id)[-1] == "session.revoked"


def test_an_older_refresh_token_ends_the_session_even_within_the_grace_period(call, signed_in):
    parent = call(refresh, body={"refresh_token": signed_in["refresh_token"]}).json["refresh_token"]
    call(refresh, body={"refresh_token": parent})

    assert call(refresh, body={"refresh_token": signed_in["refresh_token"]}).code == "REFRESH_TOKEN_REUSED"


def test_twenty_concurrent_refreshes_leave_one_valid_token(world, call, signed_in):
    asked = {"refresh_token": signed_in["refresh_token"]}

    replies = together([lambda: call(refresh, body=asked)] * 20)

    assert {reply.status for reply in replies} == {200}
    [child] = {reply.json["refresh_token"] for reply in replies}
    session_id = session_of(signed_in)
    [kept] = world.sql("SELECT refresh_hash, previous_hash, revoked_at FROM sessions WHERE id = %(id)s", id=session_id)
    assert kept == {
        "refresh_hash": opaque.hash_of(child),
        "previous_hash": opaque.hash_of(signed_in["refresh_token"]),
        "revoked_at": None,
    }
    assert world.events(session_id) == ["session.started", "session.refreshed"]
    for reply in replies:
        shown = authorize({"identitySource": [f"Bearer {reply.json['token']}"], "headers": {}}, None)
        assert shown["context"]["user_id"] == signed_in["user"]["id"]
    assert call(refresh, body={"refresh_token": child}).status == 200


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "",
        lambda token: "x",
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: ("A" if token[0] != "A" else "B") + token[1:],
        lambda token: token + "=",
        lambda token: token + "A",
        lambda token: token.replace(token[5], "é"),
    ],
)
def test_a_refresh_token_without_our_seal_is_refused(world, call, signed_in, spoil):
    reply = call(refresh, headers={"x-refresh-token": spoil(signed_in["refresh_token"])})

    assert (reply.status, reply.code) == (401, "INVALID_TOKEN")
    assert call(refresh, body={"refresh_token": signed_in["refresh_token"]}).status == 200


def test_access_and_refresh_tokens_are_not_interchangeable(call, signed_in):
    assert call(refresh, body={"refresh_token": signed_in["token"][:500]}).code == "INVALID_TOKEN"
    refused = authorize({"identitySource": [f"Bearer {signed_in['refresh_token']}"], "headers": {}}, None)
    assert refused["context"] == {"refusal": "INVALID_TOKEN"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET status = 'SUSPENDED' WHERE id = %(user)s",
        "UPDATE users SET deleted_at = now() WHERE id = %(user)s",
        "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = %(user)s",
    ],
)
def test_a_suspended_deleted_or_expired_session_is_not_refreshed(world, call, signed_in, change):
    world.sql(change, user=signed_in["user"]["id"])

    assert call(refresh, body={"refresh_token": signed_in["refresh_token"]}).code == "SESSION_ENDED"


def test_the_database_stores_only_hashes_of_refresh_tokens(world, call, signed_in):
    child = call(refresh, body={"refresh_token": signed_in["refresh_token"]}).json["refresh_token"]

    kept = str(world.sql("SELECT * FROM sessions")) + str(world.sql("SELECT payload FROM outbox"))
    assert signed_in["refresh_token"] not in kept
    assert child not in kept
