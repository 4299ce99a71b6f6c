from decimal import Decimal

import pytest

from functions.buildings.list_buildings import list_buildings
from shared.kit.catalog import Role
from tests.call import other_id, pages


def ids(reply):
    return [building["id"] for building in reply.json["data"]]


def test_an_owner_lists_its_own_buildings_newest_first(world, call):
    owner, stranger = world.owner(), world.owner()
    made = [str(world.building(owner)) for _ in range(3)]
    world.building(stranger)

    reply = call(list_buildings, as_=owner)

    assert reply.status == 200
    assert ids(reply) == made[::-1]
    assert reply.json["meta"] == {"cursor": None, "has_more": False}
    assert ids(call(list_buildings, as_=world.colleague(owner, Role.AGENT))) == made[::-1]


def test_the_list_of_buildings_shows_their_occupancy(world, call):
    owner = world.owner()
    building = world.building(owner)
    world.space(owner, building=building, gross_sqft=3000, status="OCCUPIED")
    world.space(owner, building=building)
    world.space(owner, building=building, is_leasable=False)

    [shown] = call(list_buildings, as_=owner).json["data"]

    assert shown["occupancy_rate"] == Decimal("0.75")
    assert (shown["total_spaces"], shown["available_spaces"]) == (3, 1)


def test_pages_of_buildings_stay_stable_during_inserts(world, call):
    owner = world.owner()
    made = [str(world.building(owner)) for _ in range(5)]

    seen = []
    for page in pages(list_buildings, as_=owner, query={"limit": 2}):
        seen += [building["id"] for building in page["data"]]
        world.building(owner)

    assert seen == made[::-1]


def test_administrators_filter_all_buildings_by_owner(world, call):
    owner = world.owner()
    building = world.building(owner)

    for role in (Role.SUPER_ADMIN, Role.SUPPORT):
        assert ids(call(list_buildings, as_=world.user(role), query={"owner_id": owner.id})) == [str(building)]
    assert ids(call(list_buildings, as_=world.owner(), query={"owner_id": owner.id})) == []
    assert ids(call(list_buildings, as_=owner, query={"owner_id": other_id()})) == []


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"cursor": "x"}, {"owner_id": "x"}, {"page": "2"}]
)
def test_an_invalid_parameter_of_the_list_of_buildings_is_reported_by_name(world, call, query):
    reply = call(list_buildings, as_=world.owner(), query=query)

    assert (reply.status, reply.fields) == (400, list(query))


def test_a_cursor_of_buildings_is_valid_only_with_its_filters(world, call):
    owner = world.owner()
    for _ in range(2):
        world.building(owner)
    cursor = call(list_buildings, as_=owner, query={"limit": 1}).json["meta"]["cursor"]

    reply = call(list_buildings, as_=owner, query={"limit": 1, "cursor": cursor, "owner_id": owner.id})

    assert (reply.status, reply.fields) == (400, ["cursor"])


def test_a_client_may_not_list_buildings(world, call):
    assert call(list_buildings, as_=world.client()).status == 403
    assert call(list_buildings).status == 401
