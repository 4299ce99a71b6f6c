"""Quality 36 and S0 §5: answers are kept for a while, per organization and role, never a moment too long."""

import ast
from pathlib import Path

import psycopg
import pytest

from functions.auth.login import login
from functions.bids.approve_bid import approve_bid
from functions.bids.place_bid import place_bid
from functions.buildings.get_building import get_building
from functions.buildings.list_buildings import list_buildings
from functions.buildings.update_building import update_building
from functions.contracts.create_contract import create_contract
from functions.contracts.send_contract import send_contract
from functions.leasing.release_space import release_space
from functions.leasing.void_contract import void_contract
from functions.search.search_spaces import search_spaces
from functions.spaces.get_space import get_space
from functions.spaces.update_space import update_space
from functions.system.end_cached import end_cached
from functions.users.get_profile import get_profile
from functions.users.update_profile import update_profile
from shared.buildings.access import INVENTORY_CHANGES
from shared.kit import cache, catalog, metrics, unit, valkey
from shared.kit.catalog import Cached, Role
from tests.call import call, invoke
from tests.world import PASSWORD

ROOT = Path(__file__).parents[2]


@pytest.fixture
def unseen(database):
    """Changes rows without anybody's knowing: who shows the old row afterwards had it cached."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection.execute


@pytest.fixture
def listed(world):
    """A space in a building, its owner, and how it is found."""

    class Listed:
        owner = world.owner()
        space = world.space(owner)
        building = world.sql("SELECT building_id AS id FROM spaces WHERE id = %(id)s", id=space)[0]["id"]

        def detail(self, as_=None):
            return call(get_space, as_=as_, path={"space_id": self.space})

        def found(self, as_=None):
            return call(search_spaces, as_=as_, query={"building_id": self.building}).json["data"]

        def house(self, as_=None):
            return call(get_building, as_=as_, path={"building_id": self.building}).json

        def houses(self, as_):
            return call(list_buildings, as_=as_).json["data"]

        def change(self, **changes):
            return call(update_space, as_=self.owner, path={"space_id": self.space}, body=changes)

    return Listed()


def test_a_cached_answer_is_returned_with_its_etag(listed, unseen):
    first = listed.detail()
    unseen("UPDATE spaces SET name = 'Unseen' WHERE id = %s", [listed.space])

    second = listed.detail()

    assert (second.body, second.headers["etag"]) == (first.body, first.headers["etag"])
    assert second.headers["x-correlation-id"] != first.headers["x-correlation-id"]
    assert int(second.headers["x-ratelimit-remaining"]) < int(first.headers["x-ratelimit-remaining"])
    assert listed.found()[0]["name"] == "Unseen"


def test_the_etag_of_a_cached_answer_is_the_version_that_if_match_means(listed):
    listed.detail(listed.owner)
    tag = listed.detail(listed.owner).headers["etag"]
    asked = {"as_": listed.owner, "path": {"space_id": listed.space}, "headers": {"if-match": tag}}

    assert call(update_space, body={"name": "One"}, **asked).status == 200
    assert call(update_space, body={"name": "Two"}, **asked).status == 412


def test_a_read_after_a_write_sees_its_effect(listed):
    for number in range(20):
        listed.detail(), listed.found(), listed.house(listed.owner), listed.houses(listed.owner)
        name = f"Suite {number}"
        listed.change(name=name)
        call(update_building, as_=listed.owner, path={"building_id": listed.building}, body={"name": name})

        detail = listed.detail().json
        assert (detail["name"], detail["building"]["name"], listed.found()[0]["name"]) == (name, name, name)
        assert [house["name"] for house in listed.houses(listed.owner)] == [name]
        assert listed.house(listed.owner)["floors"][0]["spaces"][0]["name"] == name


def test_an_approval_and_its_undo_are_visible_at_once(world, listed):
    bid = call(place_bid, as_=world.client(), body={"space_id": listed.space, "bid_amount": 4500}).json["id"]
    assert listed.detail().json["availability_status"] == "AVAILABLE"

    contract = call(approve_bid, as_=listed.owner, path={"bid_id": bid}, body={}).json["contract_id"]
    assert listed.detail().json["availability_status"] == "RESERVED"

    for step in (void_contract, release_space):
        step({"contract_id": contract}, None)
    assert listed.detail().json["availability_status"] == "AVAILABLE"


def test_a_bid_that_changes_no_listing_invalidates_nothing(world, listed, unseen):
    client = world.client()
    listed.detail()
    unseen("UPDATE spaces SET name = 'Unseen' WHERE id = %s", [listed.space])

    call(place_bid, as_=client, body={"space_id": listed.space, "bid_amount": 4500})

    assert listed.detail().json["name"] != "Unseen"


def test_a_bid_invalidates_only_its_clients_recommendations(world, listed, unseen):
    client, other, liked = world.client(), world.client(), world.space()
    names = [listed.detail(user).json["name"] for user in (client, other)]
    unseen("UPDATE spaces SET name = 'Unseen' WHERE id = %s", [listed.space])

    call(place_bid, as_=client, body={"space_id": liked, "bid_amount": 4500})

    assert [listed.detail(user).json["name"] for user in (client, other)] == ["Unseen", names[1]]


def test_a_sent_lease_invalidates_answers_that_list_its_space(world, listed):
    body = {"space_id": listed.space, "client_id": world.client().id, "bid_amount": 4500}
    drawn = call(create_contract, as_=listed.owner, body=body).json["id"]
    assert listed.detail().json["availability_status"] == "AVAILABLE"

    assert call(send_contract, as_=listed.owner, path={"contract_id": drawn}, body={}).status == 200

    assert listed.detail().json["availability_status"] == "RESERVED"


def test_no_answer_is_cached_across_organizations_or_roles(world, listed):
    listed.change(is_leasable=False)
    insiders = [listed.owner, world.colleague(listed.owner, Role.AGENT), world.user(Role.SUPPORT)]
    outsiders = [None, world.owner(), world.client(), world.colleague(listed.owner, Role.FINANCIAL_OFFICER)]

    for _ in range(2):
        assert [listed.detail(user).status for user in insiders] == [200] * 3
        assert [listed.detail(user).status for user in outsiders] == [404] * 4
        assert [len(listed.found(user)) for user in outsiders] == [0] * 4
        assert ["owner_id" in listed.house(user) for user in outsiders] == [False] * 4
        assert ["owner_id" in listed.house(user) for user in insiders] == [True] * 3


def test_answers_to_staff_are_never_cached(world, listed, unseen):
    readers = [world.user(Role.SUPPORT), world.user(Role.SUPER_ADMIN)]
    before = [listed.detail(reader).json["name"] for reader in readers]
    unseen("UPDATE spaces SET name = 'Unseen' WHERE id = %s", [listed.space])

    assert [listed.detail(reader).json["name"] for reader in readers] == ["Unseen"] * 2 != before


def test_different_queries_have_different_cached_answers(world, listed):
    world.space(listed.owner, building=listed.building)
    asked = [{"limit": 1}, {"limit": 2}, {"limit": 2, "sort": "price_desc"}]

    counts = [
        len(call(search_spaces, query={"building_id": listed.building, **query}).json["data"])
        for query in asked + asked
    ]

    assert counts == [1, 2, 2] * 2
    assert call(search_spaces, query={"building_id": listed.building, "limit": 0}).status == 400


def test_a_profile_change_and_a_login_invalidate_the_cached_profile(world, unseen):
    user, other = world.client(), world.client()
    for one in (user, other):
        call(get_profile, as_=one)
        unseen("UPDATE users SET bio = 'Unseen' WHERE id = %s", [one.id])
    assert call(get_profile, as_=user).json["bio"] is None

    assert call(login, body={"email": user.email, "password": PASSWORD}).status == 200
    assert call(get_profile, as_=user).json["bio"] == "Unseen"
    assert call(get_profile, as_=user).json["last_login_at"] is not None
    call(update_profile, as_=user, body={"bio": "Seen"})

    assert call(get_profile, as_=user).json["bio"] == "Seen"
    assert call(get_profile, as_=other).json["bio"] is None


def test_each_answer_about_the_inventory_ends_with_each_of_its_changes():
    """Who copies a list of events from a neighbour forgets the one that deletes a floor."""
    kept = [each for each in catalog.requested(catalog.load()) if each.cached and each.name != "get_profile"]

    assert {each.name for each in kept} >= {"get_space", "search_spaces", "get_building", "list_buildings"}
    for each in kept:
        assert set(INVENTORY_CHANGES) <= set(each.cached.ended_by), f"{each.name}: see shared/buildings/access.py"


def test_an_answer_that_a_change_overtook_is_never_returned(listed, monkeypatch):
    write = cache.Place.write

    def change_first(place, *answer):
        monkeypatch.setattr(cache.Place, "write", write)
        listed.change(name="Changed")
        place.write(*answer)

    monkeypatch.setattr(cache.Place, "write", change_first)
    assert listed.detail().json["name"] != "Changed"

    assert listed.detail().json["name"] == "Changed"


def test_after_a_crash_the_event_invalidates_the_answers(world, listed, monkeypatch):
    before = listed.detail().json["name"]

    def dies(names):
        raise valkey.ValkeyDown

    with monkeypatch.context() as changed:
        changed.setattr(unit, "end_answers", dies)
        assert listed.change(name="Changed").status == 200
    assert listed.detail().json["name"] == before

    told = [event for event in world.event_details(listed.space) if event["name"] == "space.updated"]
    assert invoke(end_cached, *told) == []
    assert listed.detail().json["name"] == "Changed"


def test_while_valkey_is_down_the_event_is_redelivered(world, listed, monkeypatch):
    listed.change(name="Changed")
    told = [event for event in world.event_details(listed.space) if event["name"] == "space.updated"]

    with monkeypatch.context() as changed:
        changed.setattr(valkey._state, "closed_until", float("inf"), raising=False)
        assert invoke(end_cached, *told) == ["message-0"]

    assert invoke(end_cached, *told) == []


def test_cache_hits_and_misses_are_counted(listed, monkeypatch):
    counted = []
    monkeypatch.setattr(metrics, "count", lambda name, value=1, *unit, **by: counted.append((name, value, by)))

    listed.detail(), listed.detail()

    hits = [(value, by) for name, value, by in counted if name == "CacheHits"]
    assert hits == [(0, {"pattern": "space"}), (1, {"pattern": "space"})]
    assert [by for name, _, by in counted if name == "CacheReads"] == [{"pattern": "space"}] * 2


def test_a_very_large_answer_is_not_cached(environment):
    place = cache.Place(Cached("space", 60, ()), "space:large", ("generation:everything",))

    for text, kept in (("x" * 300_000, False), ("x", True)):
        place.read()
        place.write('"tag"', text)
        assert (place.read() is not None) is kept


def emitted():
    """Every event that the code tells."""
    for folder in ("functions", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "emit":
                    yield from (one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant))


def test_the_consumer_handles_every_event_that_invalidates_an_answer():
    ends = {
        name.partition(":")[0]
        for operation in catalog.requested(catalog.load())
        if operation.cached
        for name in operation.cached.ended_by
    }
    told = {event for event in emitted() if ends & set(cache.names_of(event, None, {}))}

    assert ends <= {name for event in told for name in cache.names_of(event, None, {})}, "an event that nobody tells"
    assert set(end_cached.operation.hears) == told
