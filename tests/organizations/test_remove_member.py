"""Somebody leaves an organization: at once, everywhere, and nothing is left without a person."""

import json
from typing import Any

import pytest

from functions.auth.authorize import authorize
from functions.auth.close_sockets import close_sockets
from functions.auth.login import login
from functions.auth.refresh import refresh
from functions.bids.approve_bid import approve_bid
from functions.bids.place_bid import place_bid
from functions.buildings.get_building import get_building
from functions.notifications.notify_people import notify_people
from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.list_invitations import list_invitations
from functions.organizations.list_mandates import list_mandates
from functions.organizations.remove_member import remove_member
from shared.kit.catalog import Role
from tests.auth.test_logout import closings, socket_of
from tests.call import together
from tests.organizations.invited import accept, invite
from tests.world import PASSWORD


@pytest.fixture
def remove(call):
    """`remove(owner, agent)`: the owner removes the agent."""
    return lambda user, member, **more: call(remove_member, as_=user, path={"user_id": member.id}, **more)


def refusal_of(token: str) -> str | None:
    code: str | None = authorize({"identitySource": [f"Bearer {token}"], "headers": {}}, None)["context"].get("refusal")
    return code


def has_left(world: Any, user: Any) -> bool:
    [row] = world.sql("SELECT deleted_at FROM users WHERE id = %(id)s", id=user.id)
    return row["deleted_at"] is not None


def removal(world: Any, user: Any) -> dict[str, Any]:
    [event] = [event for event in world.event_details(user.id) if event["name"] == "member.removed"]
    return dict(event)


def test_a_removed_members_sessions_and_tokens_are_void(world, call, remove):
    owner = world.owner()
    agent = world.colleague(owner, Role.AGENT)
    here, elsewhere = agent.token(), call(login, body={"email": agent.email, "password": PASSWORD}).json
    assert refusal_of(here) is refusal_of(elsewhere["token"]) is None

    assert remove(owner, agent).status == 204

    assert refusal_of(here) == refusal_of(elsewhere["token"]) == "SESSION_ENDED"
    assert call(refresh, body={"refresh_token": elsewhere["refresh_token"]}).code == "SESSION_ENDED"
    assert call(login, body={"email": agent.email, "password": PASSWORD}).code == "INVALID_CREDENTIALS"
    reasons = world.sql("SELECT DISTINCT revoked_reason FROM sessions WHERE user_id = %(id)s", id=agent.id)
    assert reasons == [{"revoked_reason": "REMOVED_FROM_ORGANIZATION"}]


def test_a_removed_members_sockets_are_closed_and_no_others(world, remove, invoke):
    owner = world.owner()
    agent = world.colleague(owner, Role.AGENT)
    its, ours = socket_of(world, agent), socket_of(world, owner)
    closings()

    remove(owner, agent)

    assert world.sql("SELECT * FROM app.connection_caller(%(id)s)", id=its) == []
    assert removal(world, agent)["name"] in close_sockets.operation.hears
    assert invoke(close_sockets, removal(world, agent), removal(world, agent)) == []
    assert closings() == [its]
    assert world.sql("SELECT connection_id FROM connections WHERE connection_id = %(id)s", id=ours)


def test_the_removal_is_audited_without_personal_data(world, remove):
    owner = world.owner()
    agent = world.colleague(owner, Role.AGENT)

    remove(owner, agent)

    [audit] = [row for row in world.audits(agent.id) if row["action"] == "member.removed"]
    assert (audit["user_id"], audit["after"]) == (owner.id, {"role": "AGENT"})
    event = removal(world, agent)
    assert event["data"] == {"role": "AGENT", "user_id": str(agent.id), "sessions_ended": 1}
    assert agent.email not in json.dumps(event["data"]) + json.dumps(audit["after"])


def test_a_removed_members_obligations_go_to_the_remover(world, call, remove, invoke):
    owner, client, bidding = world.owner(), world.client(), world.client()
    leaver = world.colleague(owner)
    space = world.space(leaver)
    [building] = world.sql("SELECT building_id AS id FROM spaces WHERE id = %(id)s", id=space)
    bid = call(place_bid, as_=bidding, body={"space_id": space, "bid_amount": 4000}).json
    assert bid["owner_id"] == str(leaver.id)
    path = {"building_id": building["id"]}
    assert call(get_building, as_=owner, path=path).json["owner_id"] == str(leaver.id)

    assert remove(owner, leaver).status == 204

    assert call(get_building, as_=owner, path=path).json["owner_id"] == str(owner.id)
    [row] = world.sql("SELECT owner_id FROM bids WHERE id = %(id)s", id=bid["id"])
    assert row["owner_id"] == owner.id
    later = call(place_bid, as_=client, body={"space_id": space, "bid_amount": 5000}).json
    assert later["owner_id"] == str(owner.id)
    assert invoke(notify_people, *world.event_details(later["id"])) == []
    told = world.sql("SELECT user_id FROM notifications WHERE metadata ->> 'bid_id' = %(id)s", id=later["id"])
    assert [row["user_id"] for row in told] == [owner.id]


def test_a_removed_clients_open_bids_go_to_the_remover(world, call, remove):
    owner, client = world.owner(), world.client()
    leaver = world.colleague(client)
    bid = call(place_bid, as_=leaver, body={"space_id": world.space(owner), "bid_amount": 4000}).json["id"]

    remove(client, leaver)
    contract = call(approve_bid, as_=owner, path={"bid_id": bid}, body={}).json["contract_id"]

    [row] = world.sql("SELECT client_id, client_party FROM contracts WHERE id = %(id)s", id=contract)
    assert row["client_id"] == client.id
    assert (row["client_party"]["name"], row["client_party"]["email"]) == (client.name, client.email)


def test_decided_bids_keep_the_removed_members_name(world, call, remove):
    owner, client = world.owner(), world.client()
    leaver = world.colleague(client)
    bid = call(place_bid, as_=leaver, body={"space_id": world.space(owner), "bid_amount": 4000}).json["id"]
    call(approve_bid, as_=owner, path={"bid_id": bid}, body={})

    remove(client, leaver)

    for table, column in (("bids", "id"), ("contracts", "bid_id")):
        [row] = world.sql(f"SELECT client_id, client_party FROM {table} WHERE {column} = %(id)s", id=bid)
        assert (row["client_id"], row["client_party"]["name"]) == (leaver.id, leaver.name)
    assert world.sql("SELECT author_id FROM bid_versions WHERE bid_id = %(id)s", id=bid) == [{"author_id": leaver.id}]


def test_a_removed_members_granted_mandates_remain_and_held_ones_end(world, call, remove):
    client, broker = world.client(), world.user(Role.BROKER)
    leaver, gone = world.colleague(client), world.colleague(broker)
    for somebody in (broker, gone):
        assert call(grant_mandate, as_=leaver, body={"broker_id": somebody.id}).status == 201

    remove(client, leaver)
    remove(broker, gone)

    listed = call(list_mandates, as_=client).json["data"]
    assert {one["broker_id"]: one["status"] for one in listed} == {str(broker.id): "ACTIVE", str(gone.id): "REVOKED"}
    assert {(one["client"]["id"], one["client"]["name"]) for one in listed} == {(str(client.id), client.name)}
    body = {"space_id": world.space(), "bid_amount": 1, "on_behalf_of": client.organization_id}
    assert call(place_bid, as_=broker, body=body).json["client_id"] == str(client.id)


def test_a_removed_members_invitations_are_void(world, call, remove):
    owner = world.owner()
    leaver = world.colleague(owner)
    invitation, other = invite(leaver), invite(owner)

    remove(owner, leaver)

    assert accept(invitation).code == "INVALID_TOKEN"
    listed = {one["id"]: one["status"] for one in call(list_invitations, as_=owner).json["data"]}
    assert listed == {invitation["id"]: "REVOKED", other["id"]: "PENDING"}


def test_a_member_cannot_remove_themselves(world, remove):
    owner = world.owner()
    world.colleague(owner)

    assert remove(owner, owner).code == "REMOVING_ONESELF"
    assert not has_left(world, owner)


@pytest.mark.parametrize("role", [Role.OWNER, Role.CLIENT, Role.BROKER])
def test_the_last_member_who_manages_the_organization_stays(world, remove, role, rounds):
    """Everybody removes everybody else at the same moment: one stays, and nobody's answer is a 5xx."""
    for _ in range(rounds):
        first = world.user(role)
        people = [first, *(world.colleague(first) for _ in range(3))]

        replies = together(
            [lambda a=a, b=b: remove(a, b) for a in people for b in people if a is not b]  # type: ignore[misc]
        )

        assert {reply.status for reply in replies} <= {204, 401, 404}
        assert [has_left(world, user) for user in people].count(False) == 1


def test_a_super_admin_cannot_remove_the_last_manager(world, remove):
    """A SUPER_ADMIN may everything, but for leaving an organization to nobody."""
    admin = world.user(Role.SUPER_ADMIN)
    owner = world.colleague(admin, Role.OWNER)
    agent = world.colleague(admin, Role.AGENT)

    assert remove(admin, owner).code == "LAST_ADMINISTRATOR"
    assert remove(admin, agent).status == 204
    assert not has_left(world, owner)


def test_a_suspended_colleague_does_not_count_as_a_manager(world, remove):
    admin = world.user(Role.SUPER_ADMIN)
    owner = world.colleague(admin, Role.OWNER)
    other = world.colleague(admin, Role.OWNER)
    world.sql("UPDATE users SET status = 'SUSPENDED' WHERE id = %(id)s", id=other.id)

    assert remove(admin, owner).code == "LAST_ADMINISTRATOR"


def test_a_member_removed_twice_at_once_is_removed_once(world, remove):
    owner = world.owner()
    agent = world.colleague(owner, Role.AGENT)

    replies = together([lambda: remove(owner, agent)] * 5)

    assert sorted(reply.status for reply in replies) == [204] + [404] * 4
    assert world.events(agent.id) == ["member.removed"]


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.SUPER_ADMIN])
def test_staff_cannot_be_removed_from_organizations(world, remove, role):
    owner = world.owner()
    staff = world.colleague(owner, role)

    assert remove(owner, staff).status == 404
    assert not has_left(world, staff)


def test_a_just_removed_member_with_a_cached_authorization_removes_nobody(world, remove):
    owner = world.owner()
    leaver, agent = world.colleague(owner), world.colleague(owner, Role.AGENT)
    remove(owner, leaver)

    reply = remove(leaver, agent)

    assert (reply.status, reply.code) == (401, "SESSION_ENDED")
    assert not has_left(world, agent)


def test_the_database_refuses_to_remove_a_stranger(world, database):
    """Row-level security is not asked in this function: it asks itself."""
    import psycopg

    owner, stranger = world.owner(), world.owner()
    with psycopg.connect(database) as connection:
        connection.execute("SET ROLE app_user")
        values = [str(owner.id), str(owner.organization_id), "OWNER"]
        connection.execute("SELECT app.set_ctx(%s::uuid, %s::uuid, %s)", values)
        assert connection.execute("SELECT app.remove_member(%s, 'x')", [stranger.id]).fetchone() == (0,)

    assert not has_left(world, stranger)
    assert refusal_of(stranger.token()) is None
