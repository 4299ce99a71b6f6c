"""The counters of a building say at every moment what its spaces say when they are counted."""

import random
from decimal import Decimal

import psycopg
import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.place_bid import place_bid
from functions.buildings.get_building import get_building
from functions.buildings.list_buildings import list_buildings
from functions.leasing.activate_contract import activate_contract
from functions.leasing.release_space import release_space
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.void_contract import void_contract
from functions.spaces.create_space import create_space
from functions.spaces.delete_space import delete_space
from functions.spaces.update_space import update_space
from shared.kit.ids import new_id
from shared.schema import migrate
from tests.call import together
from tests.leasing.deal import Deal
from tests.world import World

COUNTED = """
SELECT count(*) AS total_spaces,
       count(*) FILTER (WHERE is_leasable) AS listed_spaces,
       count(*) FILTER (WHERE is_leasable AND availability_status = 'AVAILABLE') AS available_spaces,
       coalesce(sum(gross_sqft) FILTER (WHERE is_leasable), 0) AS leasable_sqft,
       coalesce(sum(gross_sqft) FILTER (WHERE is_leasable AND availability_status = 'OCCUPIED'), 0) AS occupied_sqft
FROM spaces
WHERE building_id = %(id)s AND deleted_at IS NULL
"""
KEPT = """
SELECT total_spaces, listed_spaces, available_spaces, leasable_sqft, occupied_sqft
FROM buildings WHERE id = %(id)s
"""


@pytest.fixture
def kept(world):
    """The building's counters, which are what its spaces say."""

    def kept(building):
        [counted], [row] = world.sql(COUNTED, id=building), world.sql(KEPT, id=building)
        assert row == counted
        return tuple(row.values())

    return kept


def suite(floor, **changes):
    size = {"gross_sqft": 1000, "usable_sqft": 800}
    return {"floor_id": floor, "name": "Suite", "usage_type": "OFFICE"} | size | changes


def test_every_change_to_a_space_updates_the_buildings_counters(world, call, kept):
    owner = world.owner()
    building = world.building(owner)
    space = call(create_space, as_=owner, body=suite(world.floor(building))).json["id"]
    assert kept(building) == (1, 1, 1, 1000, 0)

    def put(**body):
        assert call(update_space, as_=owner, path={"space_id": space}, body=body).status == 200
        return kept(building)

    assert put(gross_sqft=Decimal("2000.50")) == (1, 1, 1, Decimal("2000.50"), 0)
    assert put(availability_status="MAINTENANCE") == (1, 1, 0, Decimal("2000.50"), 0)
    assert put(is_leasable=False) == (1, 0, 0, 0, 0)
    assert put(is_leasable=True, availability_status="AVAILABLE") == (1, 1, 1, Decimal("2000.50"), 0)
    assert call(delete_space, as_=owner, path={"space_id": space}).status == 204
    assert kept(building) == (0, 0, 0, 0, 0)


def test_a_deal_updates_the_buildings_counters_from_hold_to_lease(world, call, kept):
    [today] = world.sql("SELECT app.today('UTC') AS today")
    deal = Deal(world, call, start=today["today"])
    [place] = world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=deal.space)
    building = place["building_id"]
    world.space(deal.owner, building=building, gross_sqft=3000)

    assert kept(building) == (2, 2, 1, 4000, 0)
    deal.signed().run(schedule_payments)
    assert kept(building) == (2, 2, 1, 4000, 0)
    deal.run(activate_contract, times=2)
    assert kept(building) == (2, 2, 1, 4000, 1000)

    shown = call(get_building, path={"building_id": building}).json
    assert (shown["occupancy_rate"], shown["available_spaces"]) == (Decimal("0.25"), 1)
    [listed] = call(list_buildings, as_=deal.owner).json["data"]
    assert (listed["occupancy_rate"], listed["total_spaces"]) == (Decimal("0.25"), 2)


def test_an_undone_deal_reverts_the_buildings_counters(world, call, kept):
    deal = Deal(world, call)
    [place] = world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=deal.space)
    assert kept(place["building_id"]) == (1, 1, 0, 1000, 0)

    deal.run(void_contract, release_space, times=2)

    assert kept(place["building_id"]) == (1, 1, 1, 1000, 0)


def test_a_failed_change_leaves_the_buildings_counters_unchanged(world, call, kept):
    owner = world.owner()
    building = world.building(owner)
    body = suite(world.floor(building), external_id="S-1")
    assert call(create_space, as_=owner, body=body).status == 201

    assert call(create_space, as_=owner, body=body).status == 409

    assert kept(building) == (1, 1, 1, 1000, 0)


def test_a_deal_does_not_change_its_buildings_version(world, call):
    owner = world.owner()
    building, client = world.building(owner), world.client()
    space = world.space(owner, building=building)
    before = world.sql("SELECT updated_at FROM buildings WHERE id = %(id)s", id=building)

    bid = call(place_bid, as_=client, body={"space_id": space, "bid_amount": 1}).json["id"]
    assert call(approve_bid, as_=owner, path={"bid_id": bid}).status == 200

    assert world.sql("SELECT updated_at FROM buildings WHERE id = %(id)s", id=building) == before


def test_concurrent_changes_of_many_spaces_are_all_counted(world, call, kept):
    owner, client = world.owner(), world.client()
    building = world.building(owner)
    floor = world.floor(building)
    dice = random.Random(26)  # noqa: S311 (no secret: the same rounds each time)
    for _ in range(8):
        spaces = [world.space(owner, building=building) for _ in range(4)]
        place = {"space_id": spaces[0], "bid_amount": 1}
        bid = call(place_bid, as_=client, body=place).json["id"]
        size = dice.randint(900, 9000)

        replies = together(
            [
                lambda b=bid: call(approve_bid, as_=owner, path={"bid_id": b}),
                lambda s=spaces[1]: call(delete_space, as_=owner, path={"space_id": s}),
                lambda s=spaces[2], n=size: call(update_space, as_=owner, path={"space_id": s}, body={"gross_sqft": n}),
                lambda s=spaces[3]: call(update_space, as_=owner, path={"space_id": s}, body={"is_leasable": False}),
                lambda n=size: call(create_space, as_=owner, body=suite(floor, gross_sqft=n)),
            ]
        )

        assert [reply.status for reply in replies] == [200, 204, 200, 200, 201]
        kept(building)


def test_no_application_role_may_write_the_counters(database, world):
    with psycopg.connect(database) as connection:
        for change in ("UPDATE buildings SET occupied_sqft = 0", "UPDATE spaces SET building_id = building_id"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute("SET LOCAL ROLE app_user")
                connection.execute(change)


def test_spaces_older_than_the_counters_are_counted(postgres, request):
    url = postgres.create_database(f"occupancy_{new_id().hex}")
    migrate.upgrade(url, "0002")
    older = World(url)
    request.addfinalizer(older.close)
    owner = older.owner()
    empty, full = older.building(owner), older.building(owner)
    older.space(owner, building=full, status="OCCUPIED")
    older.space(owner, building=full, gross_sqft=500, usable_sqft=500)
    older.space(owner, building=full, is_leasable=False)
    older.sql("UPDATE spaces SET deleted_at = now() WHERE id = %(id)s", id=older.space(owner, building=full))

    migrate.upgrade(url, "0007")

    for building, expected in ((empty, (0, 0, 0, 0, 0)), (full, (3, 2, 1, 1500, 1000))):
        [row] = older.sql(KEPT, id=building)
        assert tuple(row.values()) == expected
        assert older.sql(COUNTED, id=building) == [row]
