from decimal import Decimal

import pytest

from functions.spaces.create_space import create_space
from shared.kit.catalog import Role
from tests.call import other_id

SUITE = {
    "name": "Office Suite 101",
    "gross_sqft": 1000,
    "usable_sqft": 800,
    "usage_type": "OFFICE",
    "is_leasable": True,
    "base_price_monthly": 5000,
    "currency": "USD",
    "availability_status": "AVAILABLE",
    "amenities": ["wifi", "parking"],
    "images": ["https://example.com/101.jpg"],
}


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def floor(world, owner):
    return world.floor(world.building(owner))


def test_an_owner_creates_a_space_on_a_floor(world, call, owner, floor):
    reply = call(create_space, as_=owner, body=SUITE | {"floor_id": floor})

    assert reply.status == 201
    assert {name: reply.json[name] for name in SUITE} == SUITE
    assert reply.json["floor"]["floor_number"] == 1
    assert reply.json["created_at"].endswith("Z")
    [row] = world.sql("SELECT * FROM spaces WHERE id = %(id)s", id=reply.json["id"])
    assert (row["base_price_monthly"], row["price_minor"]) == (Decimal("5000.00"), 500000)
    assert (row["owner_organization_id"], row["created_by"]) == (owner.organization_id, owner.id)
    assert world.events(reply.json["id"]) == ["space.created"]
    [audit] = world.audits(reply.json["id"])
    assert audit["after"]["base_price_monthly"] == 5000


def test_omitted_fields_of_a_new_space_have_their_defaults(call, owner, floor):
    least = {name: SUITE[name] for name in ("name", "gross_sqft", "usable_sqft", "usage_type")}

    reply = call(create_space, as_=owner, body=least | {"floor_id": floor})

    assert reply.status == 201
    defaults = ("is_leasable", "base_price_monthly", "currency", "availability_status", "amenities", "images")
    assert [reply.json[name] for name in defaults] == [True, None, "USD", "AVAILABLE", [], []]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"usable_sqft": 1001}, "usable_sqft"),
        ({"usable_sqft": -1}, "usable_sqft"),
        ({"gross_sqft": 0}, "gross_sqft"),
        ({"gross_sqft": Decimal("0.001")}, "gross_sqft"),
        ({"gross_sqft": 10**9}, "gross_sqft"),
        ({"gross_sqft": "1000"}, "gross_sqft"),
        ({"usage_type": "PENTHOUSE"}, "usage_type"),
        ({"is_leasable": "yes"}, "is_leasable"),
        ({"is_leasable": 1}, "is_leasable"),
        ({"base_price_monthly": -1}, "base_price_monthly"),
        ({"base_price_monthly": Decimal("0.001")}, "base_price_monthly"),
        ({"base_price_monthly": 10**12}, "base_price_monthly"),
        ({"base_price_monthly": "5000"}, "base_price_monthly"),
        ({"base_price_monthly": True}, "base_price_monthly"),
        ({"base_price_monthly": Decimal("5000.5"), "currency": "JPY"}, "base_price_monthly"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "KWD"}, "currency"),
        ({"currency": "DOLLAR"}, "currency"),
        ({"availability_status": "RESERVED"}, "availability_status"),
        ({"availability_status": "OCCUPIED"}, "availability_status"),
        ({"amenities": ["wifi", ""]}, "amenities.1"),
        ({"images": ["javascript:alert(1)"]}, "images.0"),
        ({"floor_id": "first"}, "floor_id"),
        ({"name": None}, "name"),
        # Nobody assigns what is not theirs to say (quality 38).
        ({"id": "0190a4d4-0000-7000-8000-000000000000"}, "id"),
        ({"owner_organization_id": "0190a4d4-0000-7000-8000-000000000000"}, "owner_organization_id"),
        ({"held_by_contract_id": None}, "held_by_contract_id"),
        ({"price_minor": 1}, "price_minor"),
    ],
)
def test_an_invalid_field_of_a_new_space_is_reported_by_name(world, call, owner, floor, change, field):
    reply = call(create_space, as_=owner, body=SUITE | {"floor_id": floor} | change)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", [field])
    assert world.sql("SELECT id FROM spaces WHERE floor_id = %(id)s", id=floor) == []


def test_creating_a_space_on_another_organizations_floor_is_not_found(world, call, floor):
    stranger = world.owner()

    foreign = call(create_space, as_=stranger, body=SUITE | {"floor_id": floor})
    missing = call(create_space, as_=stranger, body=SUITE | {"floor_id": other_id()})

    assert (foreign.status, missing.status) == (404, 404)
    assert foreign.json["error"] == missing.json["error"]
    assert world.sql("SELECT id FROM spaces WHERE floor_id = %(id)s", id=floor) == []


def test_creating_a_space_in_a_deleted_building_is_not_found(world, call, owner, floor):
    world.sql("UPDATE buildings SET deleted_at = now() WHERE owner_id = %(id)s", id=owner.id)

    assert call(create_space, as_=owner, body=SUITE | {"floor_id": floor}).status == 404


def test_an_administrator_creates_a_space_for_the_buildings_owner(world, call, owner, floor):
    reply = call(create_space, as_=world.user(Role.SUPER_ADMIN), body=SUITE | {"floor_id": floor})

    assert reply.status == 201
    assert reply.json["owner_organization_id"] == str(owner.organization_id)


def test_an_external_id_is_unique_among_an_organizations_spaces(call, owner, floor):
    body = SUITE | {"floor_id": floor, "external_id": "S-1"}
    assert call(create_space, as_=owner, body=body).status == 201

    reply = call(create_space, as_=owner, body=body)

    assert (reply.status, reply.code) == (409, "EXTERNAL_ID_TAKEN")


@pytest.mark.parametrize("role", [Role.CLIENT, Role.BROKER, Role.FINANCIAL_OFFICER, Role.SUPPORT])
def test_only_the_owners_side_may_create_spaces(world, call, floor, role):
    assert call(create_space, as_=world.user(role), body=SUITE | {"floor_id": floor}).status == 403
