"""Somebody who was asked opens an account in the organization, once."""

from datetime import timedelta
from typing import Any

import pytest

from functions.auth.accept_invitation import accept_invitation
from functions.auth.authorize import authorize
from functions.auth.login import login
from functions.auth.refresh import refresh
from functions.organizations.list_members import list_members
from functions.organizations.remove_member import remove_member
from functions.organizations.revoke_invitation import revoke_invitation
from shared.auth import opaque
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.call import together
from tests.organizations.invited import accept, invite
from tests.world import PASSWORD


def members(world: Any, owner: Any) -> list[dict[str, Any]]:
    sql = "SELECT id, email, role, email_verified FROM users WHERE organization_id = %(id)s AND id <> %(owner)s"
    return list(world.sql(sql, id=owner.organization_id, owner=owner.id))


def test_accepting_an_invitation_signs_in_a_verified_member(world, call):
    owner = world.owner()
    invitation = invite(owner)

    reply = accept(invitation)

    assert reply.status == 201
    assert set(reply.json) == {"outcome", "token", "refresh_token", "token_type", "expires_in", "user"}
    assert reply.json["user"] == {
        "id": reply.json["user"]["id"],
        "email": invitation["email"],
        "name": "Ada Agent",
        "role": "AGENT",
        "email_verified": True,
        "organization_id": str(owner.organization_id),
    }
    [cookie] = reply.cookies
    assert cookie.startswith(f"refresh_token={reply.json['refresh_token']};")
    context = authorize({"identitySource": [f"Bearer {reply.json['token']}"], "headers": {}}, None)["context"]
    assert (context["role"], context["organization_id"]) == ("AGENT", str(owner.organization_id))
    assert call(login, body={"email": invitation["email"], "password": PASSWORD}).status == 200
    assert call(refresh, body={"refresh_token": reply.json["refresh_token"]}).status == 200
    assert invitation["email"] in [one["email"] for one in call(list_members, as_=owner).json["data"]]


def test_the_audit_log_names_the_new_member(world):
    owner = world.owner()
    invitation = invite(owner)
    user_id = accept(invitation).json["user"]["id"]

    assert world.events(invitation["id"]) == ["invitation.created", "invitation.accepted"]
    assert world.events(user_id) == ["user.joined"]
    *_, accepted = world.audits(invitation["id"])
    assert (str(accepted["user_id"]), accepted["organization_id"]) == (user_id, owner.organization_id)
    assert accepted["after"] == {"role": "AGENT", "status": "ACCEPTED"}


def test_an_invitation_token_used_twenty_times_at_once_creates_one_account(world):
    owner = world.owner()
    invitation = invite(owner)

    replies = together([lambda: accept(invitation)] * 20)

    assert sorted(reply.status for reply in replies) == [201] + [400] * 19
    assert {reply.code for reply in replies if reply.status == 400} == {"INVALID_TOKEN"}
    [member] = members(world, owner)
    assert member["email"] == invitation["email"]
    assert world.sql("SELECT id FROM sessions WHERE user_id = %(id)s", id=member["id"])


def test_an_invitation_accepted_and_revoked_at_once_is_either_one_or_the_other(world, call, rounds):
    for _ in range(rounds):
        owner = world.owner()
        invitation = invite(owner)
        path = {"invitation_id": invitation["id"]}

        accepted, revoked = together(
            [lambda: accept(invitation), lambda: call(revoke_invitation, as_=owner, path=path)]  # noqa: B023
        )

        assert (accepted.status, revoked.status) in ((201, 409), (400, 204))
        assert len(members(world, owner)) == (accepted.status == 201)


@pytest.mark.parametrize("what", ["spent", "revoked", "expired", "inviter removed", "inviter suspended", "demoted"])
def test_a_void_invitation_token_creates_no_account(world, call, what):
    first = world.owner()
    owner = world.colleague(first)
    invitation = invite(owner)
    match what:
        case "spent":
            assert accept(invitation).status == 201
        case "revoked":
            assert call(revoke_invitation, as_=owner, path={"invitation_id": invitation["id"]}).status == 204
        case "expired":
            world.sql("UPDATE invitations SET expires_at = now() WHERE id = %(id)s", id=invitation["id"])
        case "inviter removed":
            assert call(remove_member, as_=first, path={"user_id": owner.id}).status == 204
        case "inviter suspended":
            world.sql("UPDATE users SET status = 'SUSPENDED' WHERE id = %(id)s", id=owner.id)
        case "demoted":
            world.sql("UPDATE users SET role = 'AGENT' WHERE id = %(id)s", id=owner.id)
    before = members(world, first)

    reply = accept(invitation, name="Somebody Else")

    assert (reply.status, reply.code, reply.fields) == (400, "INVALID_TOKEN", ["token"])
    assert members(world, first) == before


@pytest.mark.parametrize("token", ["", "x", "x" * 501, None, 1, opaque.hash_of("x")])
def test_a_forged_invitation_token_is_refused(call, token):
    reply = call(accept_invitation, body={"token": token, "name": "Ada", "password": PASSWORD})

    assert (reply.status, reply.fields) == (400, ["token"])


def test_the_stored_hash_of_an_invitation_token_is_not_a_token(world):
    invitation = invite(world.owner())
    [row] = world.sql("SELECT token_hash FROM invitations WHERE id = %(id)s", id=invitation["id"])

    assert accept(invitation, token=row["token_hash"]).code == "INVALID_TOKEN"


@pytest.mark.parametrize("field", ["role", "email", "organization_id", "email_verified", "id"])
def test_an_invitee_cannot_choose_role_or_organization(world, field):
    owner = world.owner()
    invitation = invite(owner)

    reply = accept(invitation, **{field: "SUPER_ADMIN"})

    assert (reply.status, reply.fields) == (400, [field])
    assert members(world, owner) == []


@pytest.mark.parametrize("password", ["short1A", "nouppercase1", "A1" + "b" * 71, "Aa1\x00bcdef"])
def test_an_invalid_password_does_not_use_up_the_invitation(world, password):
    invitation = invite(world.owner())

    refused = accept(invitation, password=password)

    assert (refused.status, set(refused.fields)) == (400, {"password"})
    assert accept(invitation).status == 201


def test_a_taken_address_does_not_use_up_the_invitation(world):
    invitation = invite(world.owner())
    taken = world.client(email=invitation["email"].upper())

    assert accept(invitation).code == "EMAIL_TAKEN"
    world.sql("UPDATE users SET email = %(new)s WHERE id = %(id)s", new=f"{new_id().hex}@example.com", id=taken.id)
    assert accept(invitation).status == 201


def test_an_invitation_can_be_accepted_after_six_days(world):
    invitation = invite(world.owner())
    sql = "UPDATE invitations SET expires_at = expires_at - %(age)s WHERE id = %(id)s"
    world.sql(sql, age=timedelta(days=6, hours=23), id=invitation["id"])

    assert accept(invitation).status == 201


def test_a_removed_member_comes_back_with_a_new_account(world, call):
    owner = world.owner()
    first = accept(invitation := invite(owner)).json["user"]
    assert call(remove_member, as_=owner, path={"user_id": first["id"]}).status == 204

    second = accept(invite(owner, "FINANCIAL_OFFICER", email=invitation["email"])).json["user"]

    assert second["id"] != first["id"]
    assert second["role"] == Role.FINANCIAL_OFFICER
    assert call(login, body={"email": invitation["email"], "password": PASSWORD}).json["user"]["id"] == second["id"]
