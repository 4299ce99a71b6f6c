"""Somebody signs out: whatever the session gave is dead (quality 48)."""

import json
import os
from typing import Any

import boto3
import pytest

from functions.auth.authorize import authorize
from functions.auth.close_sockets import close_sockets
from functions.auth.login import login
from functions.auth.logout import logout
from functions.auth.refresh import refresh
from functions.notifications.compose_mail import compose_mail
from shared.kit.ids import new_id
from tests.auth.mailbox import mails_to
from tests.call import together
from tests.world import PASSWORD


def refusal_of(token: str) -> str | None:
    event = {"identitySource": [f"Bearer {token}"], "headers": {}}
    code: str | None = authorize(event, None)["context"].get("refusal")
    return code


def socket_of(world: Any, user: Any) -> str:
    """A live socket of the user's session."""
    connection_id = new_id().hex
    world.sql(
        """INSERT INTO connections (connection_id, user_id, organization_id, session_id, role, authenticated_at,
                                    expires_at)
           VALUES (%(id)s, %(user)s, %(org)s, %(session)s, %(role)s, now(), now() + interval '1 hour')""",
        id=connection_id,
        user=user.id,
        org=user.organization_id,
        session=user.session_id,
        role=user.role.value,
    )
    return connection_id


def closings() -> list[str]:
    """The sockets whose closing waits in the queue."""
    sqs, url = boto3.client("sqs"), os.environ["PUSH_QUEUE_URL"]
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return [body["connection_id"] for body in found if body["frames"] is None]


def test_logout_ends_the_session(world, call):
    client = world.client()

    reply = call(logout, as_=client, body={})

    assert reply.status == 200
    assert reply.json == {
        "id": str(client.session_id),
        "user_id": str(client.id),
        "revoked_reason": "LOGGED_OUT",
    }
    assert world.events(client.session_id) == ["session.revoked"]
    [audit] = world.audits(client.session_id)
    assert (audit["user_id"], audit["after"]["revoked_reason"]) == (client.id, "LOGGED_OUT")


def test_logout_voids_access_token_refresh_token_and_cookie(world, call):
    client = world.client()
    signed_in = call(login, body={"email": client.email, "password": PASSWORD}).json
    [row] = world.sql("SELECT id FROM sessions WHERE user_id = %(id)s ORDER BY created_at DESC LIMIT 1", id=client.id)
    here = type(client)(**{**vars(client), "session_id": row["id"]})
    assert refusal_of(signed_in["token"]) is None

    reply = call(logout, as_=here)

    assert refusal_of(signed_in["token"]) == "SESSION_ENDED"
    assert call(refresh, body={"refresh_token": signed_in["refresh_token"]}).code == "SESSION_ENDED"
    [cookie] = reply.cookies
    assert cookie.startswith("refresh_token=; Max-Age=0; Path=/api/v1/auth;")
    assert {"HttpOnly", "Secure", "SameSite=Strict"} <= set(cookie.split("; "))


def test_logout_leaves_other_sessions_alone(world, call):
    client = world.client()
    elsewhere = call(login, body={"email": client.email, "password": PASSWORD}).json

    call(logout, as_=client)

    assert refusal_of(elsewhere["token"]) is None
    assert call(refresh, body={"refresh_token": elsewhere["refresh_token"]}).status == 200


def test_a_second_logout_changes_nothing(world, call):
    client = world.client()

    replies = together([lambda: call(logout, as_=client)] * 5)

    assert sorted(reply.status for reply in replies) == [200] + [401] * 4
    assert {reply.code for reply in replies if reply.status == 401} == {"SESSION_ENDED"}
    assert world.events(client.session_id) == ["session.revoked"]


def test_logout_closes_the_sessions_sockets_and_no_others(world, call, invoke):
    client = world.client()
    colleague = world.colleague(client)
    here, other = socket_of(world, client), socket_of(world, colleague)
    [row] = world.sql(
        """INSERT INTO sessions (id, user_id, refresh_hash, expires_at)
           VALUES (gen_random_uuid(), %(user)s, gen_random_uuid()::text, now() + interval '1 day') RETURNING id""",
        user=client.id,
    )
    elsewhere = socket_of(world, type(client)(**{**vars(client), "session_id": row["id"]}))
    closings()

    call(logout, as_=client)
    heard = world.sql("SELECT * FROM app.connection_caller(%(id)s)", id=here)
    [event] = world.event_details(client.session_id)
    assert invoke(close_sockets, event, event) == []

    assert heard == []
    assert closings() == [here]
    kept = world.sql(
        "SELECT connection_id FROM connections WHERE connection_id = ANY(%(ids)s)", ids=[here, other, elsewhere]
    )
    assert {row["connection_id"] for row in kept} == {other, elsewhere}


def test_logout_sends_no_email(world, call, invoke):
    client = world.client()
    call(logout, as_=client)
    [event] = world.event_details(client.session_id)

    assert invoke(compose_mail, event) == []

    assert mails_to(client.email) == []


@pytest.mark.parametrize("asked", [{"token": "x"}, {"session_id": str(new_id())}])
def test_logout_takes_no_fields(world, call, asked):
    client = world.client()

    assert call(logout, as_=client, body=asked).status == 400
    assert world.events(client.session_id) == []
