"""S0 §3.4: its bodies sent as printed there, the answers compared field by field."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest

from functions.search.search_spaces import search_spaces
from functions.spaces.create_space import create_space
from functions.spaces.get_space import get_space
from tests.world import ADDRESS

# The source abbreviates the picture's address to https://...
NEW = """
{
  "floor_id": "%s",
  "name": "Office Suite 101",
  "gross_sqft": 1000,
  "usable_sqft": 800,
  "usage_type": "OFFICE",
  "is_leasable": true,
  "base_price_monthly": 5000,
  "currency": "USD",
  "availability_status": "AVAILABLE",
  "amenities": ["wifi", "parking"],
  "images": ["https://example.com/101.jpg"]
}
"""
SHOWN = {
    "name": "Office Suite 101",
    "gross_sqft": 1000,
    "usable_sqft": 800,
    "base_price_monthly": 5000,
    "currency": "USD",
    "availability_status": "AVAILABLE",
    "amenities": ["wifi", "parking"],
    "images": ["https://example.com/101.jpg"],
}


@pytest.fixture
def place(world):
    """An owner, its building and the first floor."""
    owner = world.owner()
    building = world.building(owner)
    floor = world.floor(building)
    world.sql("UPDATE floors SET floor_plan_url = 'https://example.com/plan.pdf' WHERE id = %(id)s", id=floor)
    return owner, building, floor


@pytest.fixture
def created(call, place):
    owner, _, floor = place
    reply = call(create_space, as_=owner, body=NEW % floor)
    assert reply.status == 201
    return reply.json


def test_creating_a_space_answers_as_in_the_source(created):
    assert UUID(created["id"])
    assert created["name"] == "Office Suite 101"
    assert created["created_at"].endswith("Z") and datetime.fromisoformat(created["created_at"])


def test_searching_spaces_answers_as_in_the_source(call, place, created):
    _, building, floor = place
    query = {
        "limit": 20,
        "building_id": building,
        "floor_id": floor,
        "min_sqft": 1000,
        "max_sqft": 1000,
        "min_price": 5000,
        "max_price": 5000,
        "amenities": "wifi,parking",
        "is_leasable": "true",
        "availability_status": "AVAILABLE",
    }

    for sort in ("price_asc", "price_desc", "sqft_asc", "sqft_desc", "relevance"):
        reply = call(search_spaces, query=query | {"sort": sort})

        assert (reply.status, set(reply.json)) == (200, {"data", "meta"})
        [found] = reply.json["data"]
        assert {name: found[name] for name in ("id", *SHOWN)} == {"id": created["id"]} | SHOWN
        assert found["floor"]["floor_number"] == 1
        assert found["floor"]["building"]["name"].startswith("Tower")
        meta = {name: reply.json["meta"][name] for name in ("cursor", "has_more", "total")}
        assert meta == {"cursor": None, "has_more": False, "total": 1}


def test_retrieving_a_space_answers_as_in_the_source(call, place, created):
    owner, building, floor = place
    neighbour = call(create_space, as_=owner, body=(NEW % floor).replace("101", "102")).json

    reply = call(get_space, path={"space_id": created["id"]})

    assert reply.status == 200
    assert {name: reply.json[name] for name in ("id", *SHOWN)} == {"id": created["id"]} | SHOWN
    assert reply.json["floor"] == {
        "id": str(floor),
        "floor_number": 1,
        "floor_plan_url": "https://example.com/plan.pdf",
    }
    shown = {name: reply.json["building"][name] for name in ("id", "address")}
    assert shown == {"id": str(building), "address": ADDRESS}
    assert neighbour["id"] in {space["id"] for space in reply.json["similar_spaces"]}
    assert 0 <= reply.json["ai_recommendation_score"] <= 1
    assert isinstance(reply.json["ai_recommendation_score"], Decimal)
