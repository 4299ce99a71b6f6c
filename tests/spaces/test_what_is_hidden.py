"""What a caller may not see shows nowhere: not as an id, not as a field, not in an order, a count or a cursor."""

from decimal import Decimal

import pytest

from functions.buildings.create_building import create_building
from functions.buildings.delete_building import delete_building
from functions.buildings.get_building import get_building
from functions.buildings.list_buildings import list_buildings
from functions.buildings.list_floors import list_floors
from functions.buildings.update_building import update_building
from functions.buildings.update_floor import update_floor
from functions.search.search_spaces import search_spaces
from functions.spaces.create_space import create_space
from functions.spaces.delete_space import delete_space
from functions.spaces.get_space import get_space
from functions.spaces.update_space import update_space
from shared.buildings import queries as building_queries
from shared.kit.catalog import Role
from shared.spaces import queries as space_queries
from tests.call import other_id

SUITE = {"name": "Suite", "gross_sqft": 10, "usable_sqft": 10, "usage_type": "OFFICE"}
OWNERS_ONLY = {"owner", "owner_id", "owner_organization_id", "external_id", "floor_id", "building_id"}


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def ids(world, owner):
    """An owner's building, its floor, and two of its spaces: a listed one and one that is not."""
    building = world.building(owner)
    return {
        "building_id": building,
        "floor_id": world.floor(building),
        "space_id": world.space(owner, building=building, name="Listed"),
        "hidden_id": world.space(owner, building=building, name="Hidden", is_leasable=False, external_id="SECRET-1"),
    }


@pytest.mark.parametrize(
    ("operation", "name", "body"),
    [
        (update_building, "building_id", {"name": "Mine"}),
        (delete_building, "building_id", None),
        (list_floors, "building_id", None),
        (update_floor, "floor_id", {"total_sqft": 1}),
        (update_space, "space_id", {"name": "Mine"}),
        (delete_space, "space_id", None),
        (update_space, "hidden_id", {"name": "Mine"}),
        (delete_space, "hidden_id", None),
        (get_space, "hidden_id", None),
    ],
)
@pytest.mark.parametrize("role", [Role.OWNER, Role.AGENT])
def test_another_organizations_id_in_the_path_is_not_found(world, call, ids, operation, name, body, role):
    stranger, placeholder = world.user(role), name.replace("hidden", "space")

    foreign = call(operation, as_=stranger, path={placeholder: ids[name]}, body=body)
    missing = call(operation, as_=stranger, path={placeholder: other_id()}, body=body)

    assert (foreign.status, missing.status) == (404, 404)
    assert foreign.json["error"] == missing.json["error"]


def test_another_organizations_id_in_the_body_is_not_found(world, call, ids):
    stranger = world.owner()

    foreign = call(create_space, as_=stranger, body=SUITE | {"floor_id": ids["floor_id"]})
    missing = call(create_space, as_=stranger, body=SUITE | {"floor_id": other_id()})

    assert (foreign.status, foreign.json["error"]) == (404, missing.json["error"])


def test_another_organizations_id_in_the_query_finds_what_an_unknown_id_finds(world, call, owner, ids):
    stranger = world.owner()

    def found(user, **query):
        reply = call(search_spaces, as_=user, query=query)
        return [space["id"] for space in reply.json["data"]], reply.json["meta"]["total"]

    assert found(stranger, building_id=ids["building_id"], is_leasable="false") == ([], 0)
    assert found(owner, building_id=ids["building_id"], is_leasable="false") == ([str(ids["hidden_id"])], 1)
    assert call(list_buildings, as_=stranger, query={"owner_id": owner.id}).json["data"] == []


def test_another_organizations_cursor_reveals_nothing(world, call, owner):
    stranger = world.owner()
    for user in (owner, owner, stranger, stranger):
        world.building(user)
    cursor = call(list_buildings, as_=owner, query={"limit": 1}).json["meta"]["cursor"]

    shown = call(list_buildings, as_=stranger, query={"limit": 100, "cursor": cursor}).json["data"]

    assert {building["owner_id"] for building in shown} <= {str(stranger.id)}


@pytest.mark.parametrize("lock", ["_LOCK_BUILDING", "_LOCK_FLOOR"])
def test_row_level_security_alone_stops_changes_to_other_organizations_buildings(world, call, ids, monkeypatch, lock):
    open_wide = getattr(building_queries, lock).replace(building_queries._IS_OWN, "true")
    monkeypatch.setattr(building_queries, lock, open_wide)
    asked = {
        "_LOCK_BUILDING": (update_building, {"building_id": ids["building_id"]}, {"name": "Mine"}),
        "_LOCK_FLOOR": (update_floor, {"floor_id": ids["floor_id"]}, {"total_sqft": 1}),
    }
    operation, path, body = asked[lock]

    assert call(operation, as_=world.owner(), path=path, body=body).status == 404


def test_row_level_security_alone_stops_changes_to_other_organizations_spaces(world, call, owner, ids, monkeypatch):
    own = "(s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)"
    assert own in space_queries._LOCK_OWN
    monkeypatch.setattr(space_queries, "_LOCK_OWN", space_queries._LOCK_OWN.replace(own, "true"))
    path = {"space_id": ids["space_id"]}

    assert call(update_space, as_=world.owner(), path=path, body={"name": "Mine"}).status == 404
    assert call(delete_space, as_=world.client(), path=path).status == 403
    assert call(update_space, as_=owner, path=path, body={"name": "Mine"}).status == 200


def test_outsiders_get_no_fields_that_only_the_owners_side_may_see(world, call, owner, ids):
    """Quality 39, for both words: what only the owner's side may know is in nobody else's answer."""
    space = {"space_id": ids["space_id"]}
    building = {"building_id": ids["building_id"]}
    outsiders = [None, world.owner(), world.client(), world.user(Role.BROKER), world.user(Role.CONTRACTOR)]
    outsiders += [world.colleague(owner, Role.FINANCIAL_OFFICER)]
    for caller in outsiders:
        for reply in (
            call(get_building, as_=caller, path=building),
            call(get_space, as_=caller, path=space),
            call(search_spaces, as_=caller, query=building),
        ):
            assert reply.status == 200
            text = reply.body.decode()
            for secret in (str(owner.id), owner.email, owner.name, str(owner.organization_id), "Hidden", "SECRET-1"):
                assert secret not in text
        assert OWNERS_ONLY.isdisjoint(call(get_building, as_=caller, path=building).json)
        assert OWNERS_ONLY.isdisjoint(call(get_space, as_=caller, path=space).json)

    for insider in (owner, world.colleague(owner, Role.AGENT), world.user(Role.SUPPORT)):
        assert {"owner", "owner_id", "external_id"} <= set(call(get_building, as_=insider, path=building).json)
        assert {"owner_id", "external_id", "floor_id"} <= set(call(get_space, as_=insider, path=space).json)
        assert "held_by_contract_id" not in call(get_space, as_=insider, path=space).json
    changed = call(update_space, as_=owner, path=space, body={"name": "Other"}).json
    assert {"held_by_contract_id", "price_minor", "deleted_at", "created_by", "is_own"}.isdisjoint(changed)
    changed = call(update_building, as_=owner, path=building, body={"name": "Other"}).json
    assert {"is_own", "listed_spaces", "occupied_sqft", "leasable_sqft", "deleted_at"}.isdisjoint(changed)


def answers(call, building):
    """Everything that the public reads of a building, without the moment of reading."""
    query = {"building_id": building, "limit": 2, "sort": "price_asc"}
    first = call(search_spaces, query=query).json
    second = call(search_spaces, query=query | {"cursor": first["meta"]["cursor"]}).json
    detail = call(get_building, path={"building_id": building})
    return first, second, detail.json, detail.headers["etag"]


def test_hidden_rows_affect_no_order_count_or_cursor(world, call, owner):
    """Quality 40: cheaper, larger, newer, deleted; the public's pages stay the same to the last byte."""
    building = world.building(owner, floors=2)
    for number in range(4):
        world.space(owner, building=building, price=Decimal(1000 + number))
    before = answers(call, building)

    for price in (1, 1001, 1002, 9999):
        world.space(owner, building=building, price=Decimal(price), is_leasable=False, gross_sqft=9000)
        gone = world.space(owner, building=building, price=Decimal(price))
        assert call(delete_space, as_=owner, path={"space_id": gone}).status == 204

    assert answers(call, building) == before
    assert before[0]["meta"]["total"] == before[2]["total_spaces"] == 4


def test_a_deleted_building_does_not_affect_lists(world, call, owner):
    kept = [str(world.building(owner)) for _ in range(3)]
    for _ in range(3):
        gone = call(create_building, as_=owner, body={"name": "Gone", "address": ADDRESS, "total_floors": 1}).json
        assert call(delete_building, as_=owner, path={"building_id": gone["id"]}).status == 204

    page = call(list_buildings, as_=owner, query={"limit": 3}).json

    assert [building["id"] for building in page["data"]] == kept[::-1]
    assert page["meta"] == {"cursor": None, "has_more": False}


ADDRESS = {"street": "123 Main St", "city": "New York", "country": "USA"}
