from decimal import Decimal

import pytest

from functions.buildings.create_building import create_building
from functions.buildings.update_building import update_building
from shared.kit.catalog import Role
from tests.world import ADDRESS

TOWER = {
    "name": "Downtown Office Tower",
    "address": ADDRESS,
    "total_floors": 10,
    "amenities": ["parking", "elevator"],
    "latitude": Decimal("40.7128"),
    "longitude": Decimal("-74.0060"),
}


def test_an_owner_lists_a_building_with_its_floors(world, call):
    owner = world.owner()

    reply = call(create_building, as_=owner, body=TOWER)

    assert reply.status == 201
    assert [floor["floor_number"] for floor in reply.json["floors"]] == list(range(1, 11))
    assert reply.json["name"] == TOWER["name"]
    assert reply.json["address"] == ADDRESS
    assert reply.json["category"] == "COMMERCIAL"
    assert reply.json["latitude"] == Decimal("40.7128")
    assert reply.json["owner"] == {"id": str(owner.id), "name": owner.name, "email": owner.email, "phone": None}
    floors = world.sql("SELECT * FROM floors WHERE building_id = %(id)s", id=reply.json["id"])
    assert {str(row["id"]) for row in floors} == {floor["id"] for floor in reply.json["floors"]}
    assert {row["owner_organization_id"] for row in floors} == {owner.organization_id}
    assert world.events(reply.json["id"]) == ["building.created"]
    [audit] = world.audits(reply.json["id"])
    assert (audit["user_id"], audit["after"]["total_floors"]) == (owner.id, 10)


def test_a_buildings_time_zone_follows_from_its_coordinates(world, call):
    assert call(create_building, as_=world.owner(), body=TOWER).json["timezone"] == "America/New_York"
    at_sea = TOWER | {"latitude": Decimal("0"), "longitude": Decimal("-140")}
    assert call(create_building, as_=world.owner(), body=at_sea).status == 201


def test_a_given_time_zone_overrides_the_coordinates(world, call):
    reply = call(create_building, as_=world.owner(), body=TOWER | {"timezone": "Pacific/Kiritimati"})

    assert reply.json["timezone"] == "Pacific/Kiritimati"


def test_a_building_without_coordinates_uses_utc(world, call):
    nowhere = {name: TOWER[name] for name in ("name", "address", "total_floors")}

    reply = call(create_building, as_=world.owner(), body=nowhere)

    assert (reply.json["timezone"], reply.json["amenities"], reply.json["latitude"]) == ("UTC", [], None)


def test_an_agent_creates_a_building_for_its_owner(world, call):
    owner = world.owner()
    agent = world.colleague(owner, Role.AGENT)

    reply = call(create_building, as_=agent, body=TOWER)

    assert (reply.json["owner_id"], reply.json["owner"]["name"]) == (str(owner.id), owner.name)
    assert reply.json["owner_organization_id"] == str(owner.organization_id)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\x00"}, "name"),
        ({"name": 7}, "name"),
        ({"address": {"street": "1 Main St", "country": "USA"}}, "address.city"),
        ({"address": ADDRESS | {"planet": "Earth"}}, "address.planet"),
        ({"address": ADDRESS | {"country": "Atlantis"}}, "address.country"),
        ({"total_floors": 0}, "total_floors"),
        ({"total_floors": Decimal("1.5")}, "total_floors"),
        ({"total_floors": "10"}, "total_floors"),
        ({"total_floors": True}, "total_floors"),
        ({"total_floors": 10**6}, "total_floors"),
        ({"latitude": Decimal("90.1")}, "latitude"),
        ({"longitude": None}, "longitude"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"amenities": ["wifi, parking"]}, "amenities.0"),
        ({"amenities": [1]}, "amenities.0"),
        ({"amenities": "wifi"}, "amenities"),
        # Nobody assigns what is not theirs to say (quality 38).
        ({"id": "0190a4d4-0000-7000-8000-000000000000"}, "id"),
        ({"owner_id": "0190a4d4-0000-7000-8000-000000000000"}, "owner_id"),
        ({"owner_organization_id": "0190a4d4-0000-7000-8000-000000000000"}, "owner_organization_id"),
        ({"created_at": "2025-01-01T00:00:00Z"}, "created_at"),
    ],
)
def test_an_invalid_field_of_a_new_building_is_reported_by_name(world, call, change, field):
    owner = world.owner()

    reply = call(create_building, as_=owner, body=TOWER | change)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", [field])
    assert world.sql("SELECT id FROM buildings WHERE owner_id = %(id)s", id=owner.id) == []


def test_an_external_id_is_unique_among_an_organizations_buildings(world, call):
    owner, other = world.owner(), world.owner()
    building = TOWER | {"external_id": "B-1"}
    assert call(create_building, as_=owner, body=building).status == 201
    assert call(create_building, as_=other, body=building).status == 201

    reply = call(create_building, as_=owner, body=building)

    assert (reply.status, reply.code) == (409, "EXTERNAL_ID_TAKEN")


@pytest.mark.parametrize("role", [Role.CLIENT, Role.BROKER, Role.FINANCIAL_OFFICER, Role.SUPPORT])
def test_only_the_owners_side_may_create_buildings(world, call, role):
    assert call(create_building, as_=world.user(role), body=TOWER).status == 403


def test_a_repeated_idempotency_key_creates_one_building(world, call):
    owner = world.owner()

    first = call(create_building, as_=owner, body=TOWER, key="once")
    again = call(create_building, as_=owner, body=TOWER, key="once")

    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"
    assert len(world.sql("SELECT id FROM buildings WHERE owner_id = %(id)s", id=owner.id)) == 1


def test_the_code_of_a_buildings_country_is_stored_beside_its_name(world, call):
    owner = world.owner()
    building = call(create_building, as_=owner, body=TOWER).json
    change = {"address": ADDRESS | {"country": "Germany"}}
    codes = []
    for body in ({}, change):
        if body:
            assert call(update_building, as_=owner, path={"building_id": building["id"]}, body=body).status == 200
        [row] = world.sql("SELECT country_code, address FROM buildings WHERE id = %(id)s", id=building["id"])
        codes.append((row["country_code"], row["address"]["country"]))

    assert codes == [("US", "USA"), ("DE", "Germany")]
