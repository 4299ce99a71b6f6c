"""Passwords of every length at registration, reset and change: taken whole or refused as documented (quality 52)."""

import json
from typing import Any

import pytest

from functions.auth.confirm_password_reset import confirm_password_reset
from functions.auth.login import login
from functions.auth.register import register
from functions.auth.request_password_reset import request_password_reset
from shared.auth import passwords, rules
from shared.kit.ids import new_id
from shared.kit.keys import derived_key
from shared.kit.request import Request, begin
from tests.auth.test_register import body
from tools.describe import openapi

TAKEN = {
    "8 bytes": "Abcdefg1",
    "72 bytes": "A1" + "b" * 70,
    "emoji, 71 bytes": "Aa1" + "😀" * 17,
}
REFUSED = {
    "7 bytes": "Abcdef1",
    "73 bytes": "A1" + "b" * 71,
    "256 bytes": "A1" + "b" * 254,
    "NUL inside": "Abcdefg1\x00more",
    "NUL at the end": "Abcdefg1\x00",
    "emoji, 75 bytes": "Aa1" + "😀" * 18,
}


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", 4)


def opens(call: Any, email: str, password: str) -> int:
    return int(call(login, body={"email": email, "password": password}).status)


def hash_at(world: Any, email: str) -> str | None:
    rows = world.sql("SELECT password_hash FROM users WHERE email = %(email)s", email=email)
    return str(rows[0]["password_hash"]) if rows else None


@pytest.fixture
def entry(request, world, call):
    """The entry point: an address, and how to bring a password to it there."""
    if request.param == "register":
        email = f"{new_id().hex}@example.com"
        return email, lambda password: call(register, body=body(email=email, password=password))
    person = world.client()
    call(request_password_reset, body={"email": person.email})
    [row] = world.sql("SELECT id FROM user_tokens WHERE user_id = %(id)s", id=person.id)
    begin(Request(request_password_reset.operation, "test"))
    token = rules.mailed_token(derived_key(rules.RESET_KEY), row["id"])
    return person.email, lambda password: call(confirm_password_reset, body={"token": token, "new_password": password})


both_entries = pytest.mark.parametrize("entry", ["register", "reset"], indirect=True)


@both_entries
@pytest.mark.parametrize("length", TAKEN)
def test_every_byte_of_an_accepted_password_counts(world, call, entry, length):
    email, bring = entry
    password = TAKEN[length]

    assert bring(password).status in (200, 201)

    assert passwords.is_password(password, hash_at(world, email))
    assert opens(call, email, password) == 200
    assert opens(call, email, password[:-1]) == 401
    assert opens(call, email, password[:-1] + "x") == 401
    assert opens(call, email, password + "x") in (400, 401)


@both_entries
@pytest.mark.parametrize("length", REFUSED)
def test_a_password_that_is_too_long_is_refused_and_not_stored(world, entry, length):
    email, bring = entry
    before = hash_at(world, email)

    reply = bring(REFUSED[length])

    assert (reply.status, reply.code) == (400, "VALIDATION_ERROR")
    assert {field.rpartition("_")[2] for field in reply.fields} == {"password"}
    assert hash_at(world, email) == before


@pytest.mark.parametrize("length", REFUSED)
def test_login_does_not_truncate_passwords(world, call, length):
    person = world.client()
    cut = REFUSED[length].encode().split(b"\x00")[0][:72].decode(errors="ignore")
    world.sql(
        "UPDATE users SET password_hash = %(hash)s WHERE id = %(id)s", hash=passwords.hash_password(cut), id=person.id
    )

    status = opens(call, person.email, REFUSED[length])

    # Seven bytes are a password like another, to somebody who signs in.
    assert status == (200 if length == "7 bytes" else 400)


@pytest.mark.parametrize(
    ("model", "field"), [("Registration", "password"), ("Credentials", "password"), ("NewPassword", "new_password")]
)
def test_the_password_limit_is_documented(model, field):
    described = json.loads(openapi.DOCUMENT.read_text())["components"]["schemas"][model]["properties"][field]

    assert described["maxLength"] == 72
    assert "72 bytes of UTF-8" in described["description"] and "NUL" in described["description"]
