import json
from decimal import Decimal

import pytest

from functions.buildings.get_building import get_building
from shared.kit.catalog import Role
from tests.call import other_id


@pytest.fixture
def tower(world):
    """An owner's tower: 3,000 sqft of offices for lease, 1,000 of them taken, and a corridor."""
    owner = world.owner()
    building = world.building(owner, floors=2)
    world.space(owner, building=building, name="A", status="OCCUPIED")
    world.space(owner, building=building, name="B")
    world.space(owner, building=building, name="C", status="MAINTENANCE", floor_id=world.floor(building, 2))
    world.space(owner, building=building, name="Corridor", usage_type="CORRIDOR", is_leasable=False, price=None)
    return owner, building


def names(reply):
    return [[space["name"] for space in floor["spaces"]] for floor in reply.json["floors"]]


def test_the_public_sees_listed_spaces_and_no_owner(world, call, tower):
    owner, building = tower

    reply = call(get_building, path={"building_id": building})

    assert reply.status == 200
    assert names(reply) == [["A", "B"], ["C"]]
    assert (reply.json["total_spaces"], reply.json["available_spaces"]) == (3, 1)
    assert reply.json["occupancy_rate"] == Decimal("0.3333")
    for secret in (str(owner.id), owner.email, owner.name, str(owner.organization_id), "Corridor"):
        assert secret not in reply.body.decode()


def test_the_owners_side_sees_the_whole_building(world, call, tower):
    owner, building = tower

    for caller in (owner, world.colleague(owner, Role.AGENT), world.user(Role.SUPPORT), world.user(Role.SUPER_ADMIN)):
        reply = call(get_building, as_=caller, path={"building_id": building})

        assert names(reply) == [["A", "B", "Corridor"], ["C"]]
        assert (reply.json["total_spaces"], reply.json["available_spaces"]) == (4, 1)
        assert reply.json["occupancy_rate"] == Decimal("0.3333")
        assert reply.json["owner"] == {
            "id": str(owner.id),
            "name": owner.name,
            "email": owner.email,
            "phone": None,
        }


def test_others_see_a_building_as_the_public_does(world, call, tower):
    owner, building = tower
    public = call(get_building, path={"building_id": building})

    for caller in (world.owner(), world.client(), world.colleague(owner, Role.FINANCIAL_OFFICER)):
        assert call(get_building, as_=caller, path={"building_id": building}).body == public.body


def test_a_floor_has_all_documented_fields(world, call, tower):
    _, building = tower
    world.sql(
        "UPDATE floors SET total_sqft = 10000, common_area_sqft = 2000 WHERE id = %(id)s",
        id=world.floor(building, 1),
    )

    [measured, unmeasured] = call(get_building, path={"building_id": building}).json["floors"]

    assert (measured["total_sqft"], measured["common_area_sqft"], measured["net_leasable_sqft"]) == (10000, 2000, 8000)
    assert unmeasured["net_leasable_sqft"] is None
    assert measured["spaces"][0]["amenities"] == ["wifi", "parking"]


def test_an_empty_building_has_an_occupancy_of_zero(world, call):
    reply = call(get_building, path={"building_id": world.building()})

    assert (reply.json["occupancy_rate"], reply.json["total_spaces"]) == (0, 0)


def test_a_deleted_or_unknown_building_is_not_found(world, call, tower):
    _, building = tower
    world.sql("UPDATE buildings SET deleted_at = now() WHERE id = %(id)s", id=building)

    gone = call(get_building, path={"building_id": building})
    never = call(get_building, path={"building_id": other_id()})

    assert (gone.status, never.status) == (404, 404)
    assert gone.json["error"] == never.json["error"]
    assert call(get_building, path={"building_id": "tower"}).status == 404


def test_an_invalid_token_is_refused_even_where_none_is_required(world, call, tower):
    reply = call(get_building, path={"building_id": tower[1]}, headers={"authorization": "Bearer nonsense"})

    assert (reply.status, reply.code) == (401, "INVALID_TOKEN")


def test_unknown_parameters_of_get_building_are_refused(call, tower):
    reply = call(get_building, path={"building_id": tower[1]}, query={"expand": "all"})

    assert (reply.status, reply.fields) == (400, ["expand"])
    assert json.loads(reply.body)["meta"]["request_id"]
