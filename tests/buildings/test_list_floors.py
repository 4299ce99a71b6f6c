import pytest

from functions.buildings.list_floors import list_floors
from shared.kit.catalog import Role
from tests.call import other_id, pages


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def building(world, owner):
    return world.building(owner, floors=3)


def floors(call, user, building, **query):
    return call(list_floors, as_=user, path={"building_id": building}, query=query)


def test_floors_are_listed_from_the_lowest_up_with_all_their_spaces(world, call, owner, building):
    world.space(owner, building=building, name="A")
    world.space(owner, building=building, name="Corridor", is_leasable=False, usage_type="CORRIDOR")
    world.sql("UPDATE floors SET total_sqft = 100 WHERE id = %(id)s", id=world.floor(building, 2))

    reply = floors(call, owner, building)

    assert reply.status == 200
    assert [floor["floor_number"] for floor in reply.json["data"]] == [1, 2, 3]
    assert [[space["name"] for space in floor["spaces"]] for floor in reply.json["data"]] == [["A", "Corridor"], [], []]
    assert [floor["net_leasable_sqft"] for floor in reply.json["data"]] == [None, 100, None]
    assert {floor["building_id"] for floor in reply.json["data"]} == {str(building)}
    assert reply.json["meta"] == {"cursor": None, "has_more": False}
    assert not reply.headers["etag"].startswith("W/")


def test_pages_of_floors_have_no_gaps_or_repeats(world, call, owner):
    building = world.building(owner, floors=5)

    found = pages(list_floors, as_=owner, path={"building_id": building}, query={"limit": 2})

    assert [floor["floor_number"] for page in found for floor in page["data"]] == [1, 2, 3, 4, 5]


def test_a_page_of_removed_floors_is_empty(world, call, owner, building):
    cursor = floors(call, owner, building, limit=1).json["meta"]["cursor"]
    world.sql("UPDATE floors SET deleted_at = now() WHERE building_id = %(id)s AND floor_number > 1", id=building)

    reply = floors(call, owner, building, limit=1, cursor=cursor)

    assert (reply.status, reply.json["data"]) == (200, [])


def test_only_the_owners_side_may_list_floors(world, call, owner, building):
    for user in (world.colleague(owner, Role.AGENT), world.user(Role.SUPPORT), world.user(Role.SUPER_ADMIN)):
        assert floors(call, user, building).status == 200
    for role in (Role.CLIENT, Role.BROKER, Role.FINANCIAL_OFFICER):
        assert floors(call, world.user(role), building).status == 403
    foreign, missing = floors(call, world.owner(), building), floors(call, world.owner(), other_id())
    assert (foreign.status, missing.status) == (404, 404)
    assert foreign.json["error"] == missing.json["error"]


@pytest.mark.parametrize("query", [{"limit": 0}, {"cursor": "x"}, {"floor": 1}])
def test_an_invalid_parameter_of_the_list_of_floors_is_reported_by_name(call, owner, building, query):
    assert floors(call, owner, building, **query).fields == list(query)
