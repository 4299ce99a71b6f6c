"""Who belongs to the organization."""

from functions.organizations.list_members import list_members
from functions.organizations.remove_member import remove_member
from shared.kit.catalog import Role


def ids(reply):
    return [one["id"] for one in reply.json["data"]]


def test_members_are_listed_longest_standing_first_without_former_ones(world, call):
    owner = world.owner()
    colleagues = [world.colleague(owner, role) for role in (Role.AGENT, Role.FINANCIAL_OFFICER, Role.OWNER)]
    call(remove_member, as_=owner, path={"user_id": colleagues[0].id})

    reply = call(list_members, as_=owner)

    assert ids(reply) == [str(user.id) for user in (owner, *colleagues[1:])]
    assert [one["role"] for one in reply.json["data"]] == ["OWNER", "FINANCIAL_OFFICER", "OWNER"]


def test_staff_are_in_no_organizations_list_of_members(world, call):
    owner = world.owner()
    for role in (Role.SUPPORT, Role.SUPER_ADMIN):
        world.colleague(owner, role)

    assert ids(call(list_members, as_=owner)) == [str(owner.id)]


def test_pages_of_members_contain_each_once(world, call):
    owner = world.owner()
    for _ in range(4):
        world.colleague(owner, Role.AGENT)
    first = call(list_members, as_=owner, query={"limit": 3})
    second = call(list_members, as_=owner, query={"limit": 3, "cursor": first.json["meta"]["cursor"]})

    assert ids(first) + ids(second) == ids(call(list_members, as_=owner))
    assert (len(ids(first)), len(ids(second)), second.json["meta"]["has_more"]) == (3, 2, False)
