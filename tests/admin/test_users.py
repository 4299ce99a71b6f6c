"""The platform's own people find users, give them roles, shut them out and let them in again."""

from functools import partial

import pytest

from functions.admin.change_role import change_role
from functions.admin.list_users import list_users
from functions.admin.restore_user import restore_user
from functions.admin.suspend_user import suspend_user
from functions.auth.authorize import authorize
from functions.auth.login import login
from functions.users.get_profile import get_profile
from shared.kit.catalog import Role
from tests.call import ids_in, other_id, together
from tests.world import PASSWORD


@pytest.fixture
def admin(world):
    return world.user(Role.SUPER_ADMIN)


def in_through_the_door(user):
    """What the authorizer says of the user's token now."""
    token = f"Bearer {user.token()}"
    return authorize({"identitySource": [token], "headers": {"authorization": token}}, None)["context"]


def listed(call, admin, **query):
    return [row["id"] for row in call(list_users, as_=admin, query=query).json["data"]]


def test_users_are_found_by_name_address_or_organization(world, call, admin):
    owner, client = world.owner(), world.client()
    world.sql("UPDATE users SET name = 'Ada 100%% Sure' WHERE id = %(id)s", id=client.id)

    assert listed(call, admin, q=owner.email.upper()) == [str(owner.id)]
    assert listed(call, admin, q="100% s") == [str(client.id)]
    assert listed(call, admin, q="100_") == []
    assert listed(call, admin, organization_id=owner.organization_id) == [str(owner.id)]
    assert listed(call, admin, organization_id=owner.organization_id, role="CLIENT") == []
    [row] = call(list_users, as_=admin, query={"q": client.email}).json["data"]
    assert (row["role"], row["status"], row["organization_id"]) == ("CLIENT", "ACTIVE", str(client.organization_id))


def test_pages_of_users_contain_each_once(world, call, admin):
    owner = world.owner()
    everybody = [str(owner.id), *(str(world.colleague(owner, Role.AGENT).id) for _ in range(4))][::-1]
    query = {"organization_id": owner.organization_id, "limit": 2}

    assert ids_in(list_users, as_=admin, query=query) == everybody


def test_a_changed_role_applies_to_the_next_request(world, call, admin):
    user = world.client()

    reply = call(change_role, as_=admin, path={"user_id": user.id}, body={"role": "SUPPORT"})

    assert (reply.status, reply.json["role"]) == (200, "SUPPORT")
    assert in_through_the_door(user)["role"] == "SUPPORT"
    assert world.events(user.id) == ["user.role_changed"]
    [row] = world.audits(user.id)
    assert (row["before"], row["after"], row["user_id"]) == (
        {"role": "CLIENT", "status": "ACTIVE"},
        {"role": "SUPPORT", "status": "ACTIVE"},
        admin.id,
    )


def test_setting_the_same_role_again_changes_nothing(world, call, admin):
    user = world.client()

    assert call(change_role, as_=admin, path={"user_id": user.id}, body={"role": "CLIENT"}).status == 200
    assert world.events(user.id) == []


@pytest.mark.parametrize("role", ["ADMIN", "", None, 1])
def test_an_unknown_role_is_refused(world, call, admin, role):
    reply = call(change_role, as_=admin, path={"user_id": world.client().id}, body={"role": role})

    assert (reply.status, reply.fields) == (400, ["role"])


def test_the_last_user_who_manages_an_organization_keeps_their_role(world, call, admin):
    owner = world.owner()
    world.space(owner)

    refused = call(change_role, as_=admin, path={"user_id": owner.id}, body={"role": "AGENT"})
    world.colleague(owner)
    changed = call(change_role, as_=admin, path={"user_id": owner.id}, body={"role": "AGENT"})

    assert (refused.status, refused.code) == (409, "NOBODY_LEFT")
    assert changed.status == 200


def test_an_administrator_cannot_change_suspend_or_restore_themselves(world, call, admin):
    for operation, body in ((change_role, {"role": "OWNER"}), (suspend_user, {}), (restore_user, {})):
        assert call(operation, as_=admin, path={"user_id": admin.id}, body=body).status == 409
    assert in_through_the_door(admin)["role"] == "SUPER_ADMIN"


def test_of_two_administrators_who_demote_each_other_one_remains(world, call, rounds):
    for _ in range(rounds):
        pair = world.user(Role.SUPER_ADMIN), world.user(Role.SUPER_ADMIN)

        replies = together(
            [
                partial(call, change_role, as_=one, path={"user_id": other.id}, body={"role": "SUPPORT"})
                for one, other in (pair, pair[::-1])
            ]
        )

        assert sorted(reply.status for reply in replies) == [200, 401]
        rows = [row for user in pair for row in world.sql("SELECT role FROM users WHERE id = %(id)s", id=user.id)]
        assert sorted(row["role"] for row in rows) == ["SUPER_ADMIN", "SUPPORT"]


def test_a_suspended_user_loses_all_access(world, call, admin):
    user = world.client()

    reply = call(suspend_user, as_=admin, path={"user_id": user.id}, body={"reason": "Sent forged invoices"})

    assert (reply.status, reply.json["status"]) == (200, "SUSPENDED")
    assert in_through_the_door(user) == {"refusal": "SESSION_ENDED"}
    signing_in = call(login, as_=None, body={"email": user.email, "password": PASSWORD})
    assert (signing_in.status, signing_in.code) == (401, "INVALID_CREDENTIALS")
    assert world.sql("SELECT text FROM support_notes WHERE user_id = %(id)s", id=user.id) == [
        {"text": "Sent forged invoices"}
    ]
    [row] = world.audits(user.id)
    assert "forged" not in str(row)


def test_a_restored_user_signs_in_again(world, call, admin):
    user = world.client()
    call(suspend_user, as_=admin, path={"user_id": user.id}, body={})

    reply = call(restore_user, as_=admin, path={"user_id": user.id})

    assert (reply.status, reply.json["status"]) == (200, "ACTIVE")
    assert in_through_the_door(user) == {"refusal": "SESSION_ENDED"}
    assert call(login, as_=None, body={"email": user.email, "password": PASSWORD}).status == 200


def test_suspending_or_restoring_twice_is_refused(world, call, admin):
    user = world.client()

    assert call(restore_user, as_=admin, path={"user_id": user.id}).status == 409
    call(suspend_user, as_=admin, path={"user_id": user.id}, body={})
    assert call(suspend_user, as_=admin, path={"user_id": user.id}, body={}).status == 409


def test_an_unknown_user_is_not_found(world, call, admin):
    for operation, body in ((change_role, {"role": "OWNER"}), (suspend_user, {}), (restore_user, {})):
        assert call(operation, as_=admin, path={"user_id": other_id()}, body=body).status == 404


def test_a_cached_profile_shows_the_new_role(world, call, admin):
    user = world.client()
    assert call(get_profile, as_=user).json["role"] == "CLIENT"

    call(change_role, as_=admin, path={"user_id": user.id}, body={"role": "BROKER"})

    assert call(get_profile, as_=user).json["role"] == "BROKER"
