"""S0 §3.3: its bodies sent as printed there, the answers compared field by field."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest

from functions.buildings.create_building import create_building
from functions.buildings.get_building import get_building
from functions.buildings.list_buildings import list_buildings
from functions.buildings.list_floors import list_floors
from functions.buildings.update_building import update_building
from functions.buildings.update_floor import update_floor

NEW = """
{
  "name": "Downtown Office Tower",
  "address": {
    "street": "123 Main St",
    "city": "New York",
    "state": "NY",
    "country": "USA",
    "postal_code": "10001"
  },
  "total_floors": 10,
  "amenities": ["parking", "elevator"],
  "latitude": 40.7128,
  "longitude": -74.0060
}
"""
# The source abbreviates the address to {...}.
CHANGED = """
{
  "name": "Updated Name",
  "address": {
    "street": "123 Main St",
    "city": "New York",
    "state": "NY",
    "country": "USA",
    "postal_code": "10001"
  },
  "total_floors": 12,
  "amenities": ["parking", "elevator", "gym"]
}
"""
ADDRESS = {"street": "123 Main St", "city": "New York", "state": "NY", "country": "USA", "postal_code": "10001"}


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def created(call, owner):
    reply = call(create_building, as_=owner, body=NEW)
    assert reply.status == 201
    return reply.json


def is_moment(text):
    return text.endswith("Z") and datetime.fromisoformat(text).tzinfo is not None


def test_creating_a_building_answers_as_in_the_source(created):
    assert UUID(created["id"])
    assert (created["name"], created["total_floors"]) == ("Downtown Office Tower", 10)
    assert [floor["floor_number"] for floor in created["floors"]] == list(range(1, 11))
    assert all(UUID(floor["id"]) for floor in created["floors"])
    assert is_moment(created["created_at"])


def test_listing_buildings_answers_as_in_the_source(call, owner, created):
    reply = call(list_buildings, as_=owner, query={"owner_id": owner.id, "limit": 20})

    assert (reply.status, set(reply.json)) == (200, {"data", "meta"})
    [shown] = reply.json["data"]
    asked = ("id", "name", "address", "total_floors", "amenities", "occupancy_rate", "created_at")
    assert {name: shown[name] for name in asked} == {
        "id": created["id"],
        "name": "Downtown Office Tower",
        "address": ADDRESS,
        "total_floors": 10,
        "amenities": ["parking", "elevator"],
        "occupancy_rate": 0,
        "created_at": created["created_at"],
    }
    assert reply.json["meta"] == {"cursor": None, "has_more": False}


@pytest.mark.parametrize("public", [False, True])
def test_retrieving_a_building_answers_as_in_the_source(world, call, owner, created, public):
    """The source's own numbers: 10 floors, 50 spaces of which 12 are available, three quarters of the area let."""
    first = created["floors"][0]["id"]
    measured = {"total_sqft": 10000, "common_area_sqft": 2000}
    assert call(update_floor, as_=owner, path={"floor_id": first}, body=measured).status == 200
    building = UUID(created["id"])
    for number in range(50):
        # 38 are let, and 12 larger ones are free: 0.75 of the area, not of the count (spec 26).
        status, size = ("OCCUPIED", 600) if number < 38 else ("AVAILABLE", Decimal("633.33"))
        place = {"floor_id": UUID(created["floors"][number // 5]["id"]), "building": building}
        world.space(owner, status=status, gross_sqft=size, usable_sqft=500, name=f"Suite {number:02}", **place)

    reply = call(get_building, as_=None if public else owner, path={"building_id": created["id"]})

    assert reply.status == 200
    asked = ("id", "name", "address", "total_floors", "occupancy_rate", "total_spaces", "available_spaces")
    assert {name: reply.json[name] for name in asked} == {
        "id": created["id"],
        "name": "Downtown Office Tower",
        "address": ADDRESS,
        "total_floors": 10,
        "occupancy_rate": Decimal("0.75"),
        "total_spaces": 50,
        "available_spaces": 12,
    }
    floor = reply.json["floors"][0]
    assert {name: floor[name] for name in ("id", "floor_number", "total_sqft", "common_area_sqft")} == {
        "id": first,
        "floor_number": 1,
        "total_sqft": 10000,
        "common_area_sqft": 2000,
    }
    assert floor["net_leasable_sqft"] == 8000
    assert [space["name"] for space in floor["spaces"]] == [f"Suite {number:02}" for number in range(5)]


def test_updating_a_building_answers_as_in_the_source(call, owner, created):
    reply = call(update_building, as_=owner, path={"building_id": created["id"]}, body=CHANGED)

    assert reply.status == 200
    assert (reply.json["id"], reply.json["name"]) == (created["id"], "Updated Name")
    assert is_moment(reply.json["updated_at"]) and reply.json["updated_at"] > created["updated_at"]
    # Side-effect: adjusts floor records if total_floors changed.
    listed = call(list_floors, as_=owner, path={"building_id": created["id"]}).json["data"]
    assert [floor["floor_number"] for floor in listed] == list(range(1, 13))
    assert [floor["id"] for floor in listed][:10] == [floor["id"] for floor in created["floors"]]
    shown = call(get_building, path={"building_id": created["id"]}).json
    assert (shown["total_floors"], shown["amenities"]) == (12, ["parking", "elevator", "gym"])
