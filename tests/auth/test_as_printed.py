"""The example bodies of S0 §3.2: sent as printed there, the answers compared field by field."""

import hashlib
import json
from typing import Any

import pytest

from functions.auth.confirm_password_reset import confirm_password_reset
from functions.auth.login import login
from functions.auth.refresh import refresh
from functions.auth.register import register
from functions.auth.request_password_reset import request_password_reset
from functions.notifications.compose_mail import compose_mail
from shared.auth import passwords
from tests.auth.mailbox import mails_to, token_in
from tests.printed import assert_like

EMAIL = "user@example.com"
SIGNED_IN = """{
  "token": "eyJ...",
  "refresh_token": "...",
  "user": {
    "id": "uuid",
    "email": "user@example.com",
    "name": "John Doe",
    "role": "CLIENT",
    "email_verified": false
  }
}"""


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", 4)


@pytest.fixture
def registered(world, call):
    """`POST /auth/register` as printed: the person that the other examples go on with."""
    world.sql("UPDATE users SET email = id::text || '@gone.example' WHERE lower(email) = %(email)s", email=EMAIL)
    world.sql("DELETE FROM login_attempts WHERE email_hash = %(hash)s", hash=hashlib.sha256(EMAIL.encode()).hexdigest())
    asked = """{
      "email": "user@example.com",
      "password": "SecurePass123!",
      "name": "John Doe",
      "role": "CLIENT",
      "phone": "+1234567890"
    }"""
    reply = call(register, body=asked)
    assert reply.status == 201
    return reply.json


def sign_in(call: Any, password: str | None = None) -> Any:
    asked = """{
      "email": "user@example.com",
      "password": "SecurePass123!"
    }"""
    return call(login, body=asked.replace("SecurePass123!", password) if password else asked)


def test_register(world, registered):
    assert_like(json.loads(SIGNED_IN), registered)
    [row] = world.sql("SELECT email, name, phone, role FROM users WHERE id = %(id)s", id=registered["user"]["id"])
    assert row == {"email": EMAIL, "name": "John Doe", "phone": "+1234567890", "role": "CLIENT"}


def test_login(call, registered):
    reply = sign_in(call)

    assert reply.status == 200
    assert_like(json.loads(SIGNED_IN), reply.json)
    assert reply.json["user"] == registered["user"]


def test_after_five_failures_an_account_is_locked_for_fifteen_minutes(call, registered):
    failed = [sign_in(call, "Wrong-Horse-7").status for _ in range(5)]
    reply = sign_in(call)

    assert failed == [401] * 5
    assert (reply.status, reply.code) == (401, "ACCOUNT_LOCKED")
    assert 14 * 60 < reply.json["error"]["retry_after"] <= 15 * 60


def test_refresh(call, registered):
    asked = '{"refresh_token": "refresh_token_here"}'.replace("refresh_token_here", registered["refresh_token"])

    reply = call(refresh, body=asked)

    assert reply.status == 200
    assert_like(json.loads('{"token": "eyJ...", "refresh_token": "..."}'), reply.json)
    assert reply.json["refresh_token"] != registered["refresh_token"]
    assert reply.json["token"] != registered["token"]


def test_password_reset_and_its_confirmation(world, call, invoke, registered):
    reply = call(request_password_reset, body='{"email": "user@example.com"}')

    assert (reply.status, reply.json) == (200, json.loads('{"message": "Password reset link sent to email"}'))

    [row] = world.sql(
        "SELECT id FROM user_tokens WHERE user_id = %(id)s AND purpose = 'PASSWORD_RESET'", id=registered["user"]["id"]
    )
    assert invoke(compose_mail, *world.event_details(row["id"])) == []
    token = token_in(mails_to(EMAIL)[-1])
    asked = '{"token": "reset_token", "new_password": "NewSecurePass123!"}'.replace("reset_token", token)

    reply = call(confirm_password_reset, body=asked)

    assert (reply.status, reply.json) == (200, json.loads('{"message": "Password reset successful"}'))
    assert (sign_in(call).status, sign_in(call, "NewSecurePass123!").status) == (401, 200)


@pytest.mark.parametrize(
    ("field", "value", "broken"),
    [
        ("email", "not an address", 1),
        ("password", "Short1", 1),
        ("password", "no-upper-case-1", 1),
        ("password", "NO-LOWER-CASE-1", 1),
        ("password", "No-Number-Here", 1),
        ("role", "TENANT", 1),
    ],
)
def test_registers_printed_validation(world, call, field, value, broken):
    asked = {"email": "printed@example.com", "password": "SecurePass123!", "name": "John Doe", "role": "CLIENT"}

    reply = call(register, body=asked | {field: value})

    assert (reply.status, reply.fields) == (400, [field] * broken)
    assert world.sql("SELECT id FROM users WHERE email = 'printed@example.com'") == []
