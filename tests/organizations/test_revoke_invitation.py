"""An invitation is taken back."""

import pytest

from functions.organizations.revoke_invitation import revoke_invitation
from tests.call import together
from tests.organizations.invited import accept, invite


@pytest.fixture
def revoke(call):
    return lambda user, invitation: call(revoke_invitation, as_=user, path={"invitation_id": invitation["id"]})


def test_a_revoked_invitations_token_is_void(world, revoke):
    owner = world.owner()
    invitation = invite(owner)

    assert revoke(owner, invitation).status == 204

    assert accept(invitation).code == "INVALID_TOKEN"
    assert world.events(invitation["id"]) == ["invitation.created", "invitation.revoked"]
    *_, audit = world.audits(invitation["id"])
    assert (audit["before"]["status"], audit["after"]["status"]) == ("PENDING", "REVOKED")


def test_a_colleague_may_revoke_an_invitation(world, revoke):
    owner = world.owner()

    assert revoke(world.colleague(owner), invite(owner)).status == 204


def test_an_invitation_is_revoked_once(world, revoke):
    owner = world.owner()
    invitation = invite(owner)

    replies = together([lambda: revoke(owner, invitation)] * 5)

    assert sorted(reply.status for reply in replies) == [204] + [409] * 4
    assert world.events(invitation["id"]) == ["invitation.created", "invitation.revoked"]


@pytest.mark.parametrize("what", ["accepted", "expired"])
def test_an_accepted_or_expired_invitation_is_not_revoked(world, revoke, what):
    owner = world.owner()
    invitation = invite(owner)
    if what == "accepted":
        accept(invitation)
    else:
        world.sql("UPDATE invitations SET expires_at = now() WHERE id = %(id)s", id=invitation["id"])

    reply = revoke(owner, invitation)

    assert (reply.status, reply.code) == (409, "INVITATION_CLOSED")
    assert "invitation.revoked" not in world.events(invitation["id"])
