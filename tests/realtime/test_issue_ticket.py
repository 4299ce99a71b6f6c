"""A ticket opens one socket, within a minute, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.realtime.answer_ping import answer_ping
from functions.realtime.authenticate import authenticate
from functions.realtime.connect import connect
from functions.realtime.issue_ticket import issue_ticket
from functions.users.get_profile import get_profile
from tests.call import together
from tests.realtime.sockets import Client, queued


def ticket_of(call, user):
    return call(issue_ticket, as_=user, body={}).json["ticket"]


def registered(world, socket):
    return world.sql("SELECT * FROM connections WHERE connection_id = %(id)s", id=socket.id)


def test_a_ticket_is_valid_for_a_minute(world, call):
    client = world.client()

    reply = call(issue_ticket, as_=client, body={})

    assert (reply.status, set(reply.json)) == (201, {"id", "ticket", "expires_at"})
    left = datetime.fromisoformat(reply.json["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=55) < left <= timedelta(seconds=60)
    assert world.events(reply.json["id"]) == ["ticket.issued"]
    [audit] = world.audits(reply.json["id"])
    assert (audit["user_id"], set(audit["after"])) == (client.id, {"expires_at"})


def test_a_ticket_opens_an_authenticated_socket(world, call):
    client, socket = world.client(), Client()
    queued("SOCKETS_TO_CLOSE_QUEUE_URL")

    assert socket.open(connect, ticket=ticket_of(call, client)) == 200

    [row] = registered(world, socket)
    assert (row["user_id"], row["organization_id"]) == (client.id, client.organization_id)
    assert (row["session_id"], row["role"]) == (client.session_id, "CLIENT")
    assert row["authenticated_at"] is not None
    assert timedelta(0) < row["expires_at"] - datetime.now(UTC) <= timedelta(hours=2)
    assert queued("SOCKETS_TO_CLOSE_QUEUE_URL") == []
    assert socket.say(answer_ping, "ping")["event"] == "pong"
    assert socket.say(authenticate, "auth", {"token": client.token()})["event"] == "auth:ok"


def test_a_ticket_used_several_times_at_once_opens_one_socket(world, call):
    ticket = ticket_of(call, world.client())
    sockets = [Client() for _ in range(8)]

    opened = together([lambda socket=socket: socket.open(connect, ticket=ticket) for socket in sockets])

    assert sorted(opened) == [200] + [401] * 7
    assert sum(len(registered(world, socket)) for socket in sockets) == 1


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE user_tokens SET expires_at = now() WHERE user_id = %(id)s",
        "UPDATE user_tokens SET purpose = 'SECOND_FACTOR' WHERE user_id = %(id)s",
        "UPDATE sessions SET revoked_at = now() WHERE user_id = %(id)s",
        "UPDATE users SET status = 'SUSPENDED' WHERE id = %(id)s",
        "UPDATE users SET deleted_at = now() WHERE id = %(id)s",
    ],
)
def test_an_expired_ticket_opens_no_socket(world, call, end):
    client, socket = world.client(), Client()
    ticket = ticket_of(call, client)
    world.sql(end, id=client.id)

    assert socket.open(connect, ticket=ticket) == 401
    assert registered(world, socket) == []


@pytest.mark.parametrize("ticket", ["", "nonsense", "x" * 5000])
def test_an_unknown_ticket_opens_no_socket(world, ticket):
    socket = Client()

    assert socket.open(connect, ticket=ticket) == 401
    assert registered(world, socket) == []


def test_a_ticket_with_another_parameter_is_refused(world, call):
    client, socket = world.client(), Client()
    ticket = ticket_of(call, client)

    assert socket.open(connect, ticket=ticket, token=client.token()) == 400
    assert socket.open(connect, token=ticket) == 401
    assert socket.open(connect, ticket=ticket) == 200


def test_a_ticket_is_not_an_access_token(world, call):
    client = world.client()
    socket = Client()
    assert socket.open(connect) == 200

    frame = socket.say(authenticate, "auth", {"token": ticket_of(call, client)})

    assert frame["data"]["code"] == "INVALID_TOKEN"


def test_an_ended_session_gets_no_ticket(world, call):
    """API Gateway may let it in for 45 seconds."""
    client = world.client()
    assert call(get_profile, as_=client).status == 200
    world.sql("UPDATE sessions SET revoked_at = now() WHERE id = %(id)s", id=client.session_id)

    assert call(issue_ticket, as_=client).code == "SESSION_ENDED"


def test_a_ticket_is_not_stored_under_its_idempotency_key(world, call):
    client = world.client()

    first, second = (call(issue_ticket, as_=client, key="the-same").json["ticket"] for _ in range(2))

    assert first != second
    assert world.sql("SELECT * FROM idempotency_keys WHERE user_id = %(id)s", id=client.id) == []
