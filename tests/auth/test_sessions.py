"""A person sees where it is signed in, and ends one session without ending the others."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from functions.auth.close_sockets import close_sockets
from functions.auth.end_session import end_session
from functions.auth.list_sessions import list_sessions
from functions.auth.login import login
from functions.auth.logout import logout
from functions.auth.refresh import refresh
from shared.kit import tokens
from tests.auth.test_logout import closings, refusal_of, socket_of
from tests.call import ids_in, other_id, together
from tests.world import PASSWORD


def sign_in(call: Any, user: Any, **asked: Any) -> tuple[Any, dict[str, Any]]:
    """The user in a session of its own, and the tokens of that."""
    pair = call(login, body={"email": user.email, "password": PASSWORD}, **asked).json
    return replace(user, session_id=UUID(tokens.verify(pair["token"])["sid"])), pair


def listed(call: Any, user: Any, **query: Any) -> list[dict[str, Any]]:
    return list(call(list_sessions, as_=user, query=query).json["data"])


def test_a_user_lists_their_own_sessions_newest_first(world, call):
    client = world.client()
    world.client()
    phone, _ = sign_in(call, client, ip="198.51.100.9", headers={"user-agent": "A phone"})

    here, first = listed(call, phone)

    assert (here["id"], here["is_current"]) == (str(phone.session_id), True)
    assert (here["ip_address"], here["user_agent"]) == ("198.51.100.9", "A phone")
    assert here["created_at"] == here["last_used_at"] < here["expires_at"]
    assert (first["id"], first["is_current"]) == (str(client.session_id), False)
    assert set(here) == {
        "id", "ip_address", "user_agent", "is_current", "created_at", "last_used_at", "expires_at",
    }  # fmt: skip


def test_a_refresh_updates_the_last_use_of_a_session(world, call):
    phone, pair = sign_in(call, world.client())
    call(refresh, body={"refresh_token": pair["refresh_token"]})

    here = listed(call, phone)[0]

    assert here["last_used_at"] > here["created_at"]


def test_pages_of_sessions_contain_each_session_once(world, call):
    client = world.client()
    for _ in range(4):
        sign_in(call, client)
    seen = ids_in(list_sessions, as_=client, query={"limit": 2})

    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("end", ["revoked_at = now()", "expires_at = now() - interval '1 second'"])
def test_an_ended_session_is_neither_listed_nor_ended_again(world, call, end):
    client = world.client()
    phone, _ = sign_in(call, client)
    world.sql(f"UPDATE sessions SET {end} WHERE id = %(id)s", id=phone.session_id)

    assert [session["id"] for session in listed(call, client)] == [str(client.session_id)]
    assert call(end_session, as_=client, path={"session_id": phone.session_id}).status == 404
    assert world.events(phone.session_id) == ["session.started"]


def test_ending_a_session_voids_its_tokens_and_sockets_and_no_others(world, call, invoke):
    client = world.client()
    phone, pair = sign_in(call, client)
    lost, kept = socket_of(world, phone), socket_of(world, client)
    closings()

    reply = call(end_session, as_=client, path={"session_id": phone.session_id})
    *_, event = world.event_details(phone.session_id)
    assert invoke(close_sockets, event) == []

    assert (reply.status, reply.body) == (204, b"")
    assert refusal_of(pair["token"]) == "SESSION_ENDED"
    assert call(refresh, body={"refresh_token": pair["refresh_token"]}).code == "SESSION_ENDED"
    assert closings() == [lost]
    assert world.sql("SELECT connection_id FROM connections WHERE user_id = %(id)s", id=client.id) == [
        {"connection_id": kept}
    ]
    assert refusal_of(client.token()) is None
    assert world.events(phone.session_id) == ["session.started", "session.revoked"]
    audit = world.audits(phone.session_id)[-1]
    assert (audit["user_id"], audit["after"]["revoked_reason"]) == (client.id, "ENDED_ELSEWHERE")


def test_a_user_can_end_the_current_session(world, call):
    client = world.client()

    assert call(end_session, as_=client, path={"session_id": client.session_id}).status == 204

    assert refusal_of(client.token()) == "SESSION_ENDED"
    [audit] = world.audits(client.session_id)
    assert audit["after"]["revoked_reason"] == "LOGGED_OUT"


def test_other_users_sessions_are_not_found(world, call):
    client = world.client()
    colleague = world.colleague(client)

    foreign = call(end_session, as_=colleague, path={"session_id": client.session_id})
    missing = call(end_session, as_=colleague, path={"session_id": other_id()})

    assert (foreign.status, missing.status) == (404, 404)
    assert foreign.json["error"] == missing.json["error"]
    assert refusal_of(client.token()) is None
    assert [session["id"] for session in listed(call, colleague)] == [str(colleague.session_id)]


def test_a_session_ends_once(world, call):
    client = world.client()
    phone, _ = sign_in(call, client)

    def end() -> int:
        return int(call(end_session, as_=client, path={"session_id": phone.session_id}).status)

    assert sorted(together([end] * 4)) == [204, 404, 404, 404]
    assert world.events(phone.session_id) == ["session.started", "session.revoked"]


def test_a_signed_out_user_cannot_list_sessions(world, call):
    """API Gateway may let it in for 45 seconds."""
    client = world.client()
    call(logout, as_=client)

    assert listed(call, client) == []
