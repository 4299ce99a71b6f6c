from decimal import Decimal

import pytest

from functions.buildings.get_building import get_building
from functions.buildings.list_floors import list_floors
from functions.buildings.update_floor import update_floor
from shared.kit.catalog import Role
from tests.call import other_id, together

MEASURED = {
    "total_sqft": 10000,
    "common_area_sqft": 2000,
    "amenities": ["kitchen"],
    "floor_plan_url": "https://example.com/plan.pdf",
}


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def building(world, owner):
    return world.building(owner, floors=2)


@pytest.fixture
def floor(world, building):
    return world.floor(building)


@pytest.fixture
def put(call, owner, floor):
    """`put(total_sqft=10)`: the owner's PUT of the first floor."""

    def put(*, as_=owner, headers=None, at=floor, **body):
        return call(update_floor, as_=as_, path={"floor_id": at}, body=body, headers=headers)

    return put


def stored(world, floor):
    [row] = world.sql("SELECT * FROM floors WHERE id = %(id)s", id=floor)
    return row


def test_an_owner_sets_a_floors_areas(world, call, put, owner, building, floor):
    reply = put(**MEASURED)

    assert reply.status == 200
    assert {name: reply.json[name] for name in MEASURED} == MEASURED
    assert (reply.json["net_leasable_sqft"], reply.json["floor_number"]) == (8000, 1)
    shown = call(get_building, path={"building_id": building}).json["floors"][0]
    assert {name: reply.json[name] for name in shown} == shown
    assert stored(world, floor)["updated_by"] == owner.id
    assert world.events(floor) == ["floor.updated"]
    [audit] = world.audits(floor)
    assert (audit["before"]["total_sqft"], audit["after"]["net_leasable_sqft"]) == (None, 8000)


def test_only_the_given_fields_of_a_floor_are_changed_and_null_clears(put):
    put(**MEASURED)

    assert put(common_area_sqft=1000).json["net_leasable_sqft"] == 9000
    cleared = put(**dict.fromkeys(MEASURED)).json
    assert [cleared[name] for name in MEASURED] == [None, 0, [], None]
    assert cleared["net_leasable_sqft"] is None


def test_an_update_without_changes_emits_no_floor_event(world, put, floor):
    put(**MEASURED)
    before = stored(world, floor)

    assert put().status == put(**MEASURED).status == 200

    assert stored(world, floor) == before
    assert world.events(floor) == ["floor.updated"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"common_area_sqft": 10001}, "common_area_sqft"),
        ({"total_sqft": 1999}, "common_area_sqft"),
        ({"total_sqft": 0}, "total_sqft"),
        ({"total_sqft": Decimal("0.001")}, "total_sqft"),
        ({"total_sqft": 10**8}, "total_sqft"),
        ({"total_sqft": "100"}, "total_sqft"),
        ({"common_area_sqft": -1}, "common_area_sqft"),
        ({"amenities": [""]}, "amenities.0"),
        ({"floor_plan_url": "javascript:alert(1)"}, "floor_plan_url"),
        ({"floor_plan_url": "https://example.com/" + "x" * 500}, "floor_plan_url"),
        # Generated, or not theirs to say (quality 38).
        ({"net_leasable_sqft": 1}, "net_leasable_sqft"),
        ({"floor_number": 7}, "floor_number"),
        ({"building_id": "0190a4d4-0000-7000-8000-000000000000"}, "building_id"),
        ({"owner_organization_id": "0190a4d4-0000-7000-8000-000000000000"}, "owner_organization_id"),
        ({"id": "0190a4d4-0000-7000-8000-000000000000"}, "id"),
    ],
)
def test_an_invalid_field_of_a_floor_is_named_and_changes_nothing(world, put, floor, change, field):
    put(**MEASURED)
    before = stored(world, floor)

    reply = put(**change)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", [field])
    assert stored(world, floor) == before


def test_updating_another_organizations_or_a_removed_floor_is_not_found(world, put, owner, building):
    missing = put(at=other_id(), total_sqft=1)
    world.sql("UPDATE floors SET deleted_at = now() WHERE id = %(id)s", id=world.floor(building, 2))

    for reply in (put(as_=world.owner(), total_sqft=1), put(at=world.floor(building, 2), total_sqft=1)):
        assert (reply.status, reply.json["error"]) == (404, missing.json["error"])


def test_only_the_owners_side_and_administrators_may_update_a_floor(world, put, owner):
    assert put(as_=world.colleague(owner, Role.AGENT), total_sqft=1).status == 200
    assert put(as_=world.user(Role.SUPER_ADMIN), total_sqft=2).status == 200
    for role in (Role.CLIENT, Role.SUPPORT, Role.FINANCIAL_OFFICER):
        assert put(as_=world.user(role), total_sqft=3).status == 403


def test_a_floor_is_updated_only_in_the_version_that_was_read(world, call, put, owner, building):
    def listed():
        return call(list_floors, as_=owner, path={"building_id": building})

    before = listed()
    other = world.floor(building, 2)

    done = put(total_sqft=1, headers={"If-Match": before.headers["etag"]})
    late = put(total_sqft=2, headers={"If-Match": before.headers["etag"]})
    by_its_own = put(total_sqft=3, headers={"If-Match": done.headers["etag"]})
    beside = put(at=other, total_sqft=4, headers={"If-Match": before.json["data"][1]["etag"]})

    assert [reply.status for reply in (done, late, by_its_own, beside)] == [200, 412, 200, 200]
    assert put(total_sqft=5, headers={"If-Match": by_its_own.json["etag"]}).status == 200
    assert put(total_sqft=6, headers={"If-Match": before.json["data"][0]["etag"]}).status == 412
    assert [floor["total_sqft"] for floor in listed().json["data"]] == [5, 4]


@pytest.mark.parametrize("by", ["list", "floor"])
def test_of_two_concurrent_updates_of_one_version_of_a_floor_one_succeeds(world, call, put, owner, building, floor, by):
    for _ in range(10):
        read = call(list_floors, as_=owner, path={"building_id": building})
        headers = {"If-Match": read.headers["etag"] if by == "list" else read.json["data"][0]["etag"]}
        last = read.json["data"][0]["total_sqft"] or 0

        replies = together([lambda n=n, h=headers: put(total_sqft=n, headers=h) for n in (last + 1, last + 2)])

        assert sorted(reply.status for reply in replies) == [200, 412]
        [won] = [reply.json["total_sqft"] for reply in replies if reply.status == 200]
        assert stored(world, floor)["total_sqft"] == won
