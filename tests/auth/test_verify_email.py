"""Somebody proves to own an e-mail address: from the registration to the mail and back."""

from typing import Any
from uuid import UUID

import pytest

from functions.auth.register import register
from functions.auth.verify_email import verify_email
from functions.notifications.compose_mail import compose_mail
from shared.auth import rules
from shared.kit.keys import derived_key
from shared.kit.request import Request, begin
from tests.auth.mailbox import mails_to, token_in
from tests.auth.test_register import body
from tests.call import together


@pytest.fixture
def registered(world, call):
    return call(register, body=body()).json["user"]


def token_of(world: Any, user: dict[str, Any]) -> str:
    [row] = world.sql("SELECT id FROM user_tokens WHERE user_id = %(id)s", id=user["id"])
    begin(Request(register.operation, "test"))
    return rules.mailed_token(derived_key(rules.VERIFICATION_KEY), UUID(str(row["id"])))


def test_the_token_from_the_email_verifies_its_address_once(world, call, invoke, registered):
    [event] = world.event_details(registered["id"])
    assert invoke(compose_mail, event) == []
    [mail] = mails_to(registered["email"])
    token = token_in(mail)

    reply = call(verify_email, body={"token": token})

    assert reply.status == 200
    assert reply.json == registered | {"email_verified": True}
    assert world.events(registered["id"]) == ["user.registered", "user.email_verified"]
    assert call(verify_email, body={"token": token}).code == "INVALID_TOKEN"


def test_a_redelivered_event_sends_no_second_verification_email(world, call, invoke, registered):
    [event] = world.event_details(registered["id"])

    assert invoke(compose_mail, event, event) == []
    assert invoke(compose_mail, event) == []

    assert len(mails_to(registered["email"])) == 1


def test_the_verification_token_is_only_in_the_email(world, call, registered):
    token = token_of(world, registered)

    tables = ["user_tokens", "users", "outbox", "audit_logs"]
    assert not [table for table in tables if token in str(world.sql(f"SELECT t::text FROM {table} t"))]


def test_a_verification_token_used_twenty_times_at_once_works_once(world, call, registered):
    token = token_of(world, registered)

    statuses = together([lambda: call(verify_email, body={"token": token}).status] * 20)

    assert sorted(statuses) == [200] + [400] * 19


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE user_tokens SET expires_at = now() WHERE user_id = %(id)s",
        "UPDATE user_tokens SET spent_at = now() WHERE user_id = %(id)s",
        "UPDATE user_tokens SET purpose = 'PASSWORD_RESET' WHERE user_id = %(id)s",
        "UPDATE users SET deleted_at = now() WHERE id = %(id)s",
    ],
)
def test_an_old_used_or_foreign_verification_token_is_refused(world, call, registered, change):
    token = token_of(world, registered)
    world.sql(change, id=registered["id"])

    reply = call(verify_email, body={"token": token})

    assert (reply.status, reply.code, reply.fields) == (400, "INVALID_TOKEN", ["token"])
    [row] = world.sql("SELECT email_verified FROM users WHERE id = %(id)s", id=registered["id"])
    assert not row["email_verified"]


@pytest.mark.parametrize("token", ["x", "01a1fd24-ecd8-70a5-a86f-c0062b56799f", "é"])
def test_an_unknown_verification_token_is_refused(call, token):
    assert call(verify_email, body={"token": token}).code == "INVALID_TOKEN"


@pytest.mark.parametrize("asked", [{}, {"token": None}, {"token": ""}, {"token": 1}, {"token": "\x00"}])
def test_a_malformed_verification_token_is_refused(call, asked):
    assert call(verify_email, body=asked).code == "VALIDATION_ERROR"


@pytest.mark.parametrize(("role", "can"), [("OWNER", "list your buildings"), ("CLIENT", "place bids on spaces")])
def test_whoever_confirms_an_address_is_welcomed(role, can, world, call, invoke):
    user = call(register, body=body(role=role)).json["user"]
    assert call(verify_email, body={"token": token_of(world, user)}).status == 200

    assert invoke(compose_mail, world.event_details(user["id"])[-1]) == []

    [mail] = mails_to(user["email"])
    assert (mail["subject"], can in mail["text"]) == ("Welcome", True)
