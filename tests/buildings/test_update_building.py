from decimal import Decimal

import pytest

from functions.buildings.get_building import get_building
from functions.buildings.update_building import update_building
from functions.spaces.create_space import create_space
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.world import ADDRESS


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def building(world, owner):
    return world.building(owner, floors=3)


@pytest.fixture
def put(call, owner, building):
    """`put(name="Tower")`: the owner's PUT of the building."""

    def put(*, as_=owner, headers=None, key=None, **body):
        return call(update_building, as_=as_, path={"building_id": building}, body=body, headers=headers, key=key)

    return put


def stored(world, building):
    [row] = world.sql("SELECT * FROM buildings WHERE id = %(id)s", id=building)
    return row


def numbers(reply):
    return [floor["floor_number"] for floor in reply.json["floors"]]


def test_only_the_given_fields_of_a_building_are_changed(world, call, put, owner, building):
    before = call(get_building, as_=owner, path={"building_id": building}).json

    reply = put(name="Updated Name")

    assert reply.status == 200
    assert reply.json["updated_at"] > before["updated_at"]
    assert reply.json == before | {"name": "Updated Name", "updated_at": reply.json["updated_at"]}
    assert call(get_building, as_=owner, path={"building_id": building}).json == reply.json
    assert stored(world, building)["updated_by"] == owner.id
    assert world.events(building) == ["building.updated"]
    [audit] = world.audits(building)
    assert (audit["before"]["name"], audit["after"]["name"]) == (before["name"], "Updated Name")


def test_null_clears_an_optional_field_of_a_building(world, put, building):
    full = {"latitude": 10, "longitude": 20, "external_id": "B-1", "amenities": ["gym"]}
    assert put(**full).json["external_id"] == "B-1"

    cleared = put(**dict.fromkeys(full))

    assert cleared.status == 200
    assert {name: cleared.json[name] for name in full} == {
        "latitude": None,
        "longitude": None,
        "external_id": None,
        "amenities": [],
    }


def test_an_update_without_changes_emits_no_building_event(world, put, building):
    before = stored(world, building)

    assert put().status == put(name=before["name"], total_floors=3, address=ADDRESS).status == 200

    assert stored(world, building) == before
    assert world.events(building) == []


def test_coordinates_are_given_both_or_not_at_all(put):
    assert put(latitude=Decimal("40.7128")).fields == ["longitude"]
    assert put(latitude=Decimal("40.7128"), longitude=Decimal("-74.006")).status == 200
    assert put(latitude=41).json["latitude"] == 41
    assert put(longitude=None).fields == ["longitude"]


def test_new_coordinates_do_not_change_the_time_zone(put):
    assert put(latitude=Decimal("40.7128"), longitude=Decimal("-74.006")).json["timezone"] == "UTC"
    assert put(timezone="America/New_York").json["timezone"] == "America/New_York"


def test_more_floors_are_added_on_top(put):
    reply = put(total_floors=5)

    assert (reply.json["total_floors"], numbers(reply)) == (5, [1, 2, 3, 4, 5])


def test_empty_floors_are_removed_from_the_top_and_added_again_as_new(world, put, building):
    gone = str(world.floor(building, 3))

    assert numbers(put(total_floors=1)) == [1]
    again = put(total_floors=3)

    assert numbers(again) == [1, 2, 3]
    assert gone not in {floor["id"] for floor in again.json["floors"]}


def test_floors_with_spaces_cannot_be_removed_and_are_named(world, put, owner, building):
    space = world.space(owner, building=building, floor_id=world.floor(building, 2))
    world.space(owner, building=building, floor_id=world.floor(building, 3))

    reply = put(total_floors=1, name="Other")

    assert (reply.status, reply.code) == (409, "FLOORS_NOT_EMPTY")
    assert reply.json["error"]["details"] == [
        {"field": "total_floors", "code": "IN_USE", "message": "floor 2 has spaces"},
        {"field": "total_floors", "code": "IN_USE", "message": "floor 3 has spaces"},
    ]
    assert stored(world, building)["name"] != "Other"
    world.sql("UPDATE spaces SET deleted_at = now() WHERE id = %(id)s", id=space)
    assert [detail["message"] for detail in put(total_floors=1).json["error"]["details"]] == ["floor 3 has spaces"]
    assert put(total_floors=3).status == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"address": None}, "address"),
        ({"address": {"city": "New York", "country": "USA"}}, "address.street"),
        ({"total_floors": 0}, "total_floors"),
        ({"total_floors": None}, "total_floors"),
        ({"total_floors": 301}, "total_floors"),
        ({"timezone": None}, "timezone"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"category": None}, "category"),
        ({"amenities": ["a,b"]}, "amenities.0"),
        ({"latitude": 91}, "latitude"),
        # Nobody assigns what is not theirs to say (quality 38).
        ({"id": "0190a4d4-0000-7000-8000-000000000000"}, "id"),
        ({"owner_id": "0190a4d4-0000-7000-8000-000000000000"}, "owner_id"),
        ({"owner_organization_id": "0190a4d4-0000-7000-8000-000000000000"}, "owner_organization_id"),
        ({"occupancy_rate": 1}, "occupancy_rate"),
        ({"total_spaces": 1}, "total_spaces"),
        ({"floors": []}, "floors"),
        ({"status": "DELETED"}, "status"),
        ({"deleted_at": None}, "deleted_at"),
        ({"updated_at": "2025-01-01T00:00:00Z"}, "updated_at"),
    ],
)
def test_an_invalid_field_of_a_building_is_named_and_changes_nothing(world, put, building, change, field):
    before = stored(world, building)

    reply = put(**{"category": "RETAIL"} | change)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", [field])
    assert stored(world, building) == before


def test_an_update_cannot_take_another_buildings_external_id(world, put, owner):
    world.sql("UPDATE buildings SET external_id = 'B-1' WHERE id = %(id)s", id=world.building(owner))

    assert (put(external_id="B-1").status, put(external_id="B-1").code) == (409, "EXTERNAL_ID_TAKEN")
    assert put(external_id="B-2").status == 200


def test_updating_another_organizations_building_is_not_found(world, call, put, building):
    before = stored(world, building)
    missing = call(update_building, as_=world.owner(), path={"building_id": other_id()}, body={"name": "Mine"})

    for stranger in (world.owner(), world.user(Role.AGENT)):
        foreign = put(as_=stranger, name="Mine")
        assert (foreign.status, foreign.json["error"]) == (missing.status, missing.json["error"])
    assert missing.status == 404
    assert stored(world, building) == before


def test_only_the_owners_side_and_administrators_may_update_a_building(world, put, owner):
    assert put(as_=world.colleague(owner, Role.AGENT), name="By the agent").status == 200
    assert put(as_=world.user(Role.SUPER_ADMIN), name="By us").json["owner_id"] == str(owner.id)
    for role in (Role.CLIENT, Role.BROKER, Role.SUPPORT, Role.FINANCIAL_OFFICER):
        assert put(as_=world.user(role), name="No").status == 403


def test_the_etag_of_a_building_is_accepted_as_if_match(call, put, owner, building):
    read = call(get_building, as_=owner, path={"building_id": building}).headers["etag"]

    first = put(name="First", headers={"If-Match": read})
    late = put(name="Late", headers={"If-Match": read})
    second = put(name="Second", headers={"if-match": first.headers["etag"]})

    assert (first.status, second.status) == (200, 200)
    assert (late.status, late.code) == (412, "PRECONDITION_FAILED")
    assert second.json["name"] == "Second"
    assert call(get_building, as_=owner, path={"building_id": building}).headers["etag"] == second.headers["etag"]


def test_an_etag_changes_with_the_answer_and_its_version_only_with_the_building(world, call, put, owner, building):
    def read(caller):
        return call(get_building, as_=caller, path={"building_id": building}).headers["etag"]

    public, own = read(None), read(owner)
    world.space(owner, building=building)
    fuller = read(owner)

    assert not own.startswith("W/")
    assert len({public, own, fuller}) == 3
    # Neither whose answer it was nor who leases there meanwhile is in the way of the change.
    assert put(name="First", headers={"If-Match": public}).status == 200


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ("*", 200),
        ("{etag}", 200),
        ("W/{etag}", 200),
        ('"other", {etag}', 200),
        ('"other"', 412),
        ('W/"0123456789abcdef"', 412),
        ("nonsense", 412),
        ("", 412),
        ('""', 412),
    ],
)
def test_a_building_is_updated_only_if_if_match_names_its_current_version(
    world, call, put, owner, building, tag, status
):
    etag = call(get_building, as_=owner, path={"building_id": building}).headers["etag"]

    reply = put(name="Changed", headers={"If-Match": tag.format(etag=etag)})

    assert reply.status == status
    assert (stored(world, building)["name"] == "Changed") is (status == 200)


def test_a_stale_version_is_reported_before_other_conflicts(world, put, owner, building):
    world.space(owner, building=building, floor_id=world.floor(building, 3))

    assert put(total_floors=1, headers={"If-Match": '"0"'}).status == 412
    assert put(as_=world.owner(), name="Mine", headers={"If-Match": '"0"'}).status == 404


def test_of_two_concurrent_updates_of_one_version_of_a_building_one_succeeds(world, call, put, owner, building):
    for number in range(10):
        etag = call(get_building, as_=owner, path={"building_id": building}).headers["etag"]
        headers = {"If-Match": etag}
        names = (f"First {number}", f"Second {number}")

        replies = together([lambda n=name, h=headers: put(name=n, headers=h) for name in names])

        assert sorted(reply.status for reply in replies) == [200, 412]
        [won] = [reply.json["name"] for reply in replies if reply.status == 200]
        assert stored(world, building)["name"] == won
        assert len(world.events(building)) == number + 1


def test_no_space_is_created_on_a_floor_that_is_being_removed(world, call, put, owner):
    suite = {"name": "Suite", "gross_sqft": 10, "usable_sqft": 10, "usage_type": "OFFICE"}
    for _ in range(10):
        building = world.building(owner, floors=2)
        top = {"floor_id": world.floor(building, 2)}

        lowered, added = together(
            [
                lambda b=building: call(update_building, as_=owner, path={"building_id": b}, body={"total_floors": 1}),
                lambda t=top: call(create_space, as_=owner, body=suite | t),
            ]
        )

        assert (lowered.status, added.status) in {(200, 404), (409, 201)}


def test_a_repeated_idempotency_key_updates_a_building_once(world, put, building):
    first, again = put(total_floors=4, key="once"), put(total_floors=4, key="once")

    assert first.body == again.body
    assert world.events(building) == ["building.updated"]
