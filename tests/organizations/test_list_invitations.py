"""Who was asked, and what became of it: for those who look after the organization."""

import pytest

from functions.organizations.invite_member import invite_member
from functions.organizations.list_invitations import list_invitations
from functions.organizations.revoke_invitation import revoke_invitation
from tests.call import pages
from tests.organizations.invited import accept, address, invite


def test_invitations_are_listed_newest_first_with_their_status(world, call):
    owner = world.owner()
    accepted, revoked, expired, pending = (invite(owner) for _ in range(4))
    accept(accepted)
    call(revoke_invitation, as_=owner, path={"invitation_id": revoked["id"]})
    world.sql("UPDATE invitations SET expires_at = now() WHERE id = %(id)s", id=expired["id"])

    listed = call(list_invitations, as_=owner).json["data"]

    assert [one["id"] for one in listed] == [one["id"] for one in (pending, expired, revoked, accepted)]
    assert [one["status"] for one in listed] == ["PENDING", "EXPIRED", "REVOKED", "ACCEPTED"]


def test_colleagues_see_the_same_invitations_and_others_none(world, call):
    owner = world.owner()
    invite(owner)

    lists = [call(list_invitations, as_=user).json["data"] for user in (owner, world.colleague(owner), world.owner())]

    assert lists[0] == lists[1] and len(lists[0]) == 1
    assert lists[2] == []


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_of_invitations_contain_each_once(world, call, limit):
    owner = world.owner()
    for _ in range(5):
        call(invite_member, as_=owner, body={"email": address(), "role": "AGENT"})
    found = [one for page in pages(list_invitations, as_=owner, query={"limit": limit}) for one in page["data"]]

    assert found == call(list_invitations, as_=owner).json["data"]
    assert len(found) == 5
