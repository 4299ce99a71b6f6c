"""A client lets a broker act for it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.list_mandates import list_mandates
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.organizations.mandated import Mandated


@pytest.fixture
def grant(call):
    return lambda client, broker_id, **more: call(grant_mandate, as_=client, body={"broker_id": broker_id} | more)


def today() -> Any:
    return datetime.now(UTC).date()


def test_a_granted_mandate_names_both_parties(world, grant):
    client, broker = world.client(), world.user(Role.BROKER)

    reply = grant(client, broker.id, until=today())

    assert (reply.status, reply.json["status"], reply.json["until"]) == (201, "ACTIVE", str(today()))
    assert reply.json["client_organization_id"] == str(client.organization_id)
    assert (reply.json["client"]["name"], reply.json["broker"]["name"]) == (client.name, broker.name)
    assert world.events(reply.json["id"]) == ["mandate.granted"]
    [audit] = world.audits(reply.json["id"])
    assert audit["user_id"] == client.id
    assert audit["after"] == {
        "status": "ACTIVE",
        "client_organization_id": str(client.organization_id),
        "broker_id": str(broker.id),
        "until": str(today()),
    }


def test_a_broker_has_one_mandate_of_a_client_at_a_time(world, grant):
    client, broker = world.client(), world.user(Role.BROKER)

    replies = together([lambda: grant(client, broker.id)] * 10)

    assert sorted(reply.status for reply in replies) == [201] + [409] * 9
    assert {reply.code for reply in replies if reply.status == 409} == {"MANDATE_STANDS"}
    assert grant(world.colleague(client), broker.id).code == "MANDATE_STANDS"
    assert grant(world.client(), broker.id).status == 201


@pytest.mark.parametrize("who", ["client", "owner", "agent", "removed", "suspended", "nobody"])
def test_a_mandate_for_a_user_who_is_not_a_broker_is_not_found(world, grant, who):
    broker = world.user(Role.BROKER)
    ids = {
        "client": lambda: world.client().id,
        "owner": lambda: world.owner().id,
        "agent": lambda: world.user(Role.AGENT).id,
        "nobody": other_id,
    }
    if who in ("removed", "suspended"):
        change = "deleted_at = now()" if who == "removed" else "status = 'SUSPENDED'"
        world.sql(f"UPDATE users SET {change} WHERE id = %(id)s", id=broker.id)
    client = world.client()

    reply = grant(client, ids.get(who, lambda: broker.id)())

    assert (reply.status, reply.json["error"]) == (404, grant(client, other_id()).json["error"])
    assert not world.sql("SELECT id FROM mandates WHERE client_id = %(id)s", id=client.id)


def test_a_mandate_with_a_past_last_day_is_refused(world, grant):
    client, broker = world.client(), world.user(Role.BROKER)

    reply = grant(client, broker.id, until=today() - timedelta(days=1))

    assert (reply.status, reply.fields) == (400, ["until"])
    assert grant(client, broker.id, until=None).json["until"] is None


def test_an_expired_mandate_can_be_granted_again(world, call, grant):
    parties = Mandated(world, until=today() + timedelta(days=3))
    with world.clock_moved(3):
        assert parties.place().status == 201
    with world.clock_moved(4):
        assert parties.place(bid_amount=1).status == 404
        again = grant(parties.client, parties.broker.id)
        assert again.status == 201
        listed = call(list_mandates, as_=parties.client).json["data"]
        assert [(one["id"], one["status"]) for one in listed] == [
            (again.json["id"], "ACTIVE"),
            (parties.mandate["id"], "EXPIRED"),
        ]


@pytest.mark.parametrize("field", ["client_organization_id", "client_id", "status", "revoked_at", "on_behalf_of"])
def test_a_mandate_cannot_name_another_client(world, grant, field):
    reply = grant(world.client(), world.user(Role.BROKER).id, **{field: str(world.client().organization_id)})

    assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CLIENT, Role.SUPER_ADMIN)])
def test_only_clients_grant_mandates(world, grant, role):
    assert grant(world.user(role), world.user(Role.BROKER).id).code == "FORBIDDEN"
