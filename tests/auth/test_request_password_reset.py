"""Somebody has forgotten a password (quality 47, 49, 51)."""

from typing import Any

import psycopg
import pytest

from functions.auth.request_password_reset import request_password_reset
from functions.notifications.compose_mail import compose_mail
from shared.kit.ids import new_id
from tests.auth import valkey
from tests.auth.mailbox import mails_to, token_in
from tests.call import together


def unknown() -> str:
    return f"{new_id().hex}@example.com"


def event_of(world: Any, correlation_id: str) -> dict[str, Any]:
    [row] = world.sql("SELECT object_id FROM outbox WHERE correlation_id = %(id)s", id=correlation_id)
    [event] = world.event_details(row["object_id"])
    return dict(event)


@pytest.fixture
def ask(world, call):
    """Ask for the address; the answer, and the event it caused."""

    def request(email: str) -> tuple[Any, dict[str, Any]]:
        correlation_id = new_id().hex
        reply = call(request_password_reset, body={"email": email}, headers={"x-correlation-id": correlation_id})
        return reply, event_of(world, correlation_id)

    return request


def test_a_password_reset_request_is_answered_as_s0_prints_it(ask, world):
    reply, _ = ask(world.client().email)

    assert (reply.status, reply.json) == (200, {"message": "Password reset link sent to email"})


def test_a_password_reset_email_is_sent_whatever_the_case_of_the_address(world, ask, invoke):
    client = world.client()
    _, event = ask(client.email.upper())

    assert invoke(compose_mail, event, event) == []

    [mail] = mails_to(client.email)
    assert "one hour" in mail["text"]
    assert f"http://localhost:3000/reset-password?token={token_in(mail)}" in mail["text"]


def test_the_password_reset_token_is_only_in_the_email(world, ask, invoke):
    client = world.client()
    _, event = ask(client.email)
    invoke(compose_mail, event)
    token = token_in(mails_to(client.email)[0])

    tables = ["user_tokens", "users", "outbox", "audit_logs", "inbox", "rate_windows"]
    assert not [table for table in tables if token in str(world.sql(f"SELECT t::text FROM {table} t"))]


def test_a_password_reset_token_is_valid_for_one_hour(world, ask):
    client = world.client()
    ask(client.email)

    [row] = world.sql(
        "SELECT purpose, expires_at - created_at AS lifetime, spent_at FROM user_tokens WHERE user_id = %(id)s",
        id=client.id,
    )
    assert (row["purpose"], row["lifetime"].total_seconds(), row["spent_at"]) == ("PASSWORD_RESET", 3600, None)


def test_known_and_unknown_addresses_get_the_same_answer_after_the_same_statements(world, call, monkeypatch):
    told, work = [], []
    known, execute = world.client().email, psycopg.Connection.execute

    def counted(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        work[-1].append(query)
        return execute(self, query, *args, **kwargs)

    with monkeypatch.context() as changed:
        changed.setattr(psycopg.Connection, "execute", counted)
        for email in (known, unknown()):
            work.append([])
            reply = call(request_password_reset, body={"email": email}, headers={"x-correlation-id": "same"})
            headers = {name: value for name, value in reply.headers.items() if name != "x-ratelimit-reset"}
            told.append((reply.status, reply.body, reply.cookies, headers))

    assert told[0] == told[1]
    assert work[0] == work[1]
    assert len(work[0]) > 5


def test_no_email_is_sent_to_an_unknown_address(world, ask, invoke):
    email = unknown()
    _, event = ask(email)

    assert event["data"] == {"user_id": None}
    assert invoke(compose_mail, event) == []
    assert mails_to(email) == []
    assert email not in str(world.sql("SELECT t::text FROM rate_windows t")) + str(event)


@pytest.mark.parametrize("change", ["status = 'SUSPENDED'", "deleted_at = now()"])
def test_a_suspended_or_deleted_user_gets_no_password_reset(world, ask, change):
    client = world.client()
    world.sql(f"UPDATE users SET {change} WHERE id = %(id)s", id=client.id)

    reply, event = ask(client.email)

    assert (reply.status, event["data"]) == (200, {"user_id": None})
    assert not world.sql("SELECT id FROM user_tokens WHERE user_id = %(id)s", id=client.id)


def test_concurrent_password_reset_requests_leave_one_valid_token(world, call):
    client = world.client()

    together([lambda: call(request_password_reset, body={"email": client.email})] * 10)

    rows = world.sql("SELECT spent_at FROM user_tokens WHERE user_id = %(id)s", id=client.id)
    assert [len(rows), sum(row["spent_at"] is None for row in rows)] == [10, 1]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("valkey_is_down", [True, False])
def test_an_address_gets_at_most_three_reset_emails_an_hour_even_without_valkey(
    world, call, monkeypatch, known, valkey_is_down
):
    email = world.client().email if known else unknown()
    monkeypatch.setenv("RATE_LIMIT_SCALE", "1")

    def ask(ip: str) -> Any:
        return call(request_password_reset, body={"email": email}, ip=ip)

    def four() -> list[Any]:
        return [ask(f"203.0.113.{number}") for number in range(4)]

    if valkey_is_down:
        with valkey.down(monkeypatch):
            replies = four()
    else:
        replies = four()

    assert [reply.status for reply in replies] == [200, 200, 200, 429]
    assert [reply.headers["x-ratelimit-remaining"] for reply in replies] == ["2", "1", "0", "0"]
    assert {reply.headers["x-ratelimit-limit"] for reply in replies} == {"3"}
    refused = replies[3]
    assert refused.code == "RATE_LIMIT_EXCEEDED"
    assert 3590 <= refused.json["error"]["retry_after"] <= 3600
    assert refused.headers["retry-after"] == str(refused.json["error"]["retry_after"])
    assert call(request_password_reset, body={"email": unknown()}).status == 200


def test_the_window_of_password_reset_requests_slides(world, call, monkeypatch):
    monkeypatch.setenv("RATE_LIMIT_SCALE", "1")
    email = unknown()
    for _ in range(3):
        call(request_password_reset, body={"email": email})
    world.sql(
        """UPDATE rate_windows SET moments[1] = moments[1] - interval '1 hour'
           WHERE moments[1] > now() - interval '10 seconds' AND cardinality(moments) = 3"""
    )

    assert [call(request_password_reset, body={"email": email}).status for _ in range(2)] == [200, 429]


def test_twenty_concurrent_password_reset_requests_are_counted_exactly(world, call, monkeypatch):
    monkeypatch.setenv("RATE_LIMIT_SCALE", "1")
    client = world.client()

    statuses = together([lambda: call(request_password_reset, body={"email": client.email}).status] * 20)

    assert sorted(statuses) == [200] * 3 + [429] * 17


@pytest.mark.parametrize("asked", [{}, {"email": None}, {"email": 1}, {"email": "x" * 255}, {"email": "a\x00"}])
def test_an_invalid_address_is_refused_at_password_reset(call, asked):
    reply = call(request_password_reset, body=asked)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", ["email"])


def test_password_reset_events_and_audit_rows_reveal_no_account(world, ask):
    client = world.client()
    _, event = ask(client.email)

    [audit] = world.audits(event["object_id"])
    assert client.email not in str(audit) + str(event)
    assert audit["after"] == {"user_id": str(client.id)}
