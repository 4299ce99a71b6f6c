"""Somebody asks for another verification mail."""

import pytest

from functions.auth.resend_verification import resend_verification
from functions.auth.verify_email import verify_email
from functions.notifications.compose_mail import compose_mail
from tests.auth.mailbox import mails_to, token_in


@pytest.fixture
def newcomer(world):
    return world.client(email_verified=False)


def test_a_resent_verification_email_verifies_the_address(world, call, invoke, newcomer):
    reply = call(resend_verification, as_=newcomer)

    assert reply.status == 200
    assert (reply.json["id"], reply.json["email_verified"]) == (str(newcomer.id), False)
    [event] = world.event_details(newcomer.id)
    assert (event["name"], event["actor"]) == ("user.verification_requested", newcomer.id)
    assert invoke(compose_mail, event) == []
    [mail] = mails_to(newcomer.email)
    assert call(verify_email, body={"token": token_in(mail)}).json["email_verified"] is True


def test_an_earlier_verification_email_stays_valid(world, call, invoke, newcomer):
    for _ in range(2):
        call(resend_verification, as_=newcomer)
    invoke(compose_mail, *world.event_details(newcomer.id))
    first, second = mails_to(newcomer.email)

    assert token_in(first) != token_in(second)
    assert call(verify_email, body={"token": token_in(first)}).status == 200


def test_a_verified_address_gets_no_verification_email(world, call):
    client = world.client()

    reply = call(resend_verification, as_=client)

    assert (reply.status, reply.code) == (409, "EMAIL_ALREADY_VERIFIED")
    assert world.events(client.id) == []


def test_a_verification_email_is_sent_at_most_three_times_an_hour(world, call, monkeypatch, newcomer):
    monkeypatch.setenv("RATE_LIMIT_SCALE", "1")

    replies = [call(resend_verification, as_=newcomer) for _ in range(4)]

    assert [reply.status for reply in replies] == [200, 200, 200, 429]
    assert replies[0].headers["x-ratelimit-limit"] == "3"
    assert world.events(newcomer.id) == ["user.verification_requested"] * 3
