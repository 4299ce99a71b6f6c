"""Somebody is asked into an organization, by mail alone."""

from datetime import timedelta
from typing import Any

import pytest

from functions.auth.register import register
from functions.notifications.compose_mail import compose_mail
from functions.organizations.invite_member import invite_member
from functions.users.update_profile import update_profile
from shared.kit.catalog import Role
from tests.auth.mailbox import mails_to, token_in
from tests.organizations.invited import accept, address, invite, mail_of
from tests.world import PASSWORD

MAY_INVITE = {
    Role.OWNER: {"OWNER", "AGENT", "FINANCIAL_OFFICER"},
    Role.CLIENT: {"CLIENT", "FINANCIAL_OFFICER"},
    Role.BROKER: {"BROKER", "FINANCIAL_OFFICER"},
}
"""Whom an owner may invite: AGENT (works for an owner's organization), FINANCIAL_OFFICER, or the inviter's own role."""


def ask(call: Any, inviter: Any, **body: Any) -> Any:
    return call(invite_member, as_=inviter, body={"email": address(), "role": "FINANCIAL_OFFICER"} | body)


def rows(world: Any, organization_id: Any) -> list[dict[str, Any]]:
    sql = "SELECT * FROM invitations WHERE organization_id = %(id)s ORDER BY id"
    return list(world.sql(sql, id=organization_id))


def test_an_invitation_is_valid_for_a_week_and_audited(world, call):
    owner, email = world.owner(), address()

    reply = ask(call, owner, email=email, role="AGENT")

    assert reply.status == 201
    [row] = rows(world, owner.organization_id)
    assert row["expires_at"] - row["created_at"] == timedelta(days=7)
    told = {name: reply.json[name] for name in ("email", "role", "status", "invited_by")}
    assert told == {"email": email, "role": "AGENT", "status": "PENDING", "invited_by": str(owner.id)}
    assert "token" not in reply.body.decode()
    assert world.events(row["id"]) == ["invitation.created"]
    [audit] = world.audits(row["id"])
    assert (audit["user_id"], audit["after"]) == (owner.id, {"role": "AGENT", "status": "PENDING"})


def test_the_invitation_token_is_only_in_the_email(world):
    owner = world.owner(name="Zoë <b>Owner</b>")

    invitation = invite(owner)

    for table in ("invitations", "outbox", "audit_logs", "inbox"):
        assert invitation["token"] not in str(world.sql(f"SELECT t::text FROM {table} t"))


def test_the_invitation_email_names_inviter_and_role_in_text_and_html(world, call):
    owner = world.owner(name="Zoë\r\n<b>Owner</b>")
    mail = mail_of(ask(call, owner, role="AGENT").json)

    [organization] = world.sql("SELECT legal_name FROM organizations WHERE id = %(id)s", id=owner.organization_id)
    assert mail["subject"] == f"Join {organization['legal_name']} on the leasing platform"
    assert "Zoë <b>Owner</b> invites you" in mail["text"] and "within 7 days" in mail["text"]
    assert "Your role: agent" in mail["text"]
    assert "Zoë &lt;b&gt;Owner&lt;/b&gt; invites you" in mail["html"] and "<b>" not in mail["html"]
    assert f"/accept-invitation?token={token_in(mail)}" in mail["text"]


def test_an_invitation_is_sent_to_users_who_turned_off_email(world, call):
    guest = world.client()
    assert call(update_profile, as_=guest, body={"notification_preferences": {"email": False}}).status == 200

    assert mail_of(ask(call, world.owner(), email=guest.email).json)["to"] == guest.email


@pytest.mark.parametrize("inviter", MAY_INVITE)
@pytest.mark.parametrize("role", [*Role, "TENANT", "agent", "", None])
def test_each_role_invites_only_the_roles_that_it_may(world, call, inviter, role):
    user = world.user(inviter)

    reply = ask(call, user, role=role)

    if role in MAY_INVITE[inviter]:
        assert (reply.status, reply.json["role"]) == (201, role)
    else:
        assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", ["role"])
        assert rows(world, user.organization_id) == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.FINANCIAL_OFFICER, Role.SUPPORT])
def test_a_role_that_manages_nothing_invites_nobody(world, call, role):
    assert ask(call, world.user(role)).code == "FORBIDDEN"


def test_a_second_invitation_of_an_address_voids_the_first(world, call):
    owner, email = world.owner(), address()
    first, second = invite(owner, email=email), invite(owner, "FINANCIAL_OFFICER", email=email.upper())

    assert accept(first).code == "INVALID_TOKEN"
    assert accept(second).json["user"]["role"] == "FINANCIAL_OFFICER"


def test_of_two_organizations_that_invite_the_same_person_one_gets_them(world):
    email, owners = address(), (world.owner(), world.owner())
    first, second = (invite(owner, email=email) for owner in owners)

    assert accept(second).json["user"]["organization_id"] == str(owners[1].organization_id)
    assert accept(first).code == "EMAIL_TAKEN"


def test_an_invitation_does_not_reveal_whether_an_address_is_registered(world, call):
    known, unknown = (ask(call, world.owner(), email=email) for email in (world.client().email, address()))

    assert (known.status, set(known.json)) == (unknown.status, set(unknown.json)) == (201, set(known.json))
    assert known.json["status"] == unknown.json["status"]
    assert mail_of(known.json)["text"].count("\n") == mail_of(unknown.json)["text"].count("\n")


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a@example.com\r\nBcc: b@example.com", None, 1])
def test_an_invalid_address_is_refused_for_an_invitation(world, call, email):
    reply = ask(call, world.owner(), email=email)

    assert (reply.status, reply.fields) == (400, ["email"])


@pytest.mark.parametrize("field", ["organization_id", "invited_by", "status", "expires_at", "token", "id"])
def test_an_invitation_refuses_fields_that_the_platform_sets(world, call, field):
    owner = world.owner()

    reply = ask(call, owner, **{field: str(world.owner().organization_id)})

    assert (reply.status, reply.fields) == (400, [field])
    assert rows(world, owner.organization_id) == []


def test_a_mailbox_gets_few_invitations_however_many_invite(world, call, monkeypatch):
    monkeypatch.setenv("RATE_LIMIT_SCALE", "1")
    email = address()

    replies = [ask(call, world.owner(), email=spelled) for spelled in (email, email.upper(), email, email)]

    assert [reply.status for reply in replies] == [201, 201, 201, 429]
    assert int(replies[-1].headers["retry-after"]) > 3000


def test_a_user_sends_at_most_twenty_invitations_an_hour(world, call, monkeypatch):
    monkeypatch.setenv("RATE_LIMIT_SCALE", "1")
    owner = world.owner()

    assert [ask(call, owner).status for _ in range(21)] == [201] * 20 + [429]


def test_a_void_invitation_is_not_emailed(world, call, invoke):
    owner, email = world.owner(), address()
    first = ask(call, owner, email=email).json
    ask(call, owner, email=email)

    assert invoke(compose_mail, *world.event_details(first["id"])) == []

    assert mails_to(email) == []


def test_a_user_who_has_registered_meanwhile_keeps_their_account(world, call):
    invitation = invite(world.owner())
    body = {"email": invitation["email"], "password": PASSWORD, "name": "Ada", "role": "CLIENT"}
    registered = call(register, body=body).json["user"]

    reply = accept(invitation)

    assert (reply.status, reply.code) == (409, "EMAIL_TAKEN")
    [user] = world.sql("SELECT id::text, role FROM users WHERE email = %(email)s", email=invitation["email"])
    assert user == {"id": registered["id"], "role": "CLIENT"}
