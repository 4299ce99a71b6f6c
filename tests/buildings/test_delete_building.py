import pytest

from functions.bids.place_bid import place_bid
from functions.bids.withdraw_bid import withdraw_bid
from functions.buildings.delete_building import delete_building
from functions.buildings.get_building import get_building
from functions.buildings.list_buildings import list_buildings
from functions.buildings.list_floors import list_floors
from functions.search.search_spaces import search_spaces
from functions.spaces.get_space import get_space
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.leasing.deal import Deal


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def building(world, owner):
    return world.building(owner, floors=2)


def delete(call, user, building, **asked):
    return call(delete_building, as_=user, path={"building_id": building}, **asked)


def test_a_building_is_deleted_with_its_floors_and_spaces(world, call, owner, building):
    spaces = [world.space(owner, building=building), world.space(owner, building=building, is_leasable=False)]

    reply = delete(call, owner, building)

    assert (reply.status, reply.body) == (204, b"")
    for table in ("floors", "spaces"):
        rows = world.sql(f"SELECT deleted_at, updated_by FROM {table} WHERE building_id = %(id)s", id=building)
        assert [row["updated_by"] for row in rows if row["deleted_at"]] == [owner.id] * 2
    [row] = world.sql("SELECT * FROM buildings WHERE id = %(id)s", id=building)
    assert row["deleted_at"] is not None
    assert (row["total_spaces"], row["listed_spaces"], row["leasable_sqft"]) == (0, 0, 0)
    assert world.events(building) == ["building.deleted"]
    assert [world.events(space) for space in spaces] == [["space.deleted"]] * 2
    assert [len(world.audits(thing)) for thing in (building, *spaces)] == [1, 1, 1]


def test_a_deleted_building_is_not_found_anywhere(world, call, owner, building):
    space = world.space(owner, building=building)
    delete(call, owner, building)

    for caller in (None, owner, world.user(Role.SUPPORT)):
        assert call(get_building, as_=caller, path={"building_id": building}).status == 404
        assert call(get_space, as_=caller, path={"space_id": space}).status == 404
        assert call(search_spaces, as_=caller, query={"building_id": building}).json["meta"]["total"] == 0
    assert call(list_buildings, as_=owner).json["data"] == []
    assert call(list_floors, as_=owner, path={"building_id": building}).status == 404
    assert delete(call, owner, building).status == 404
    assert call(place_bid, as_=world.client(), body={"space_id": space, "bid_amount": 1}).status == 404


def test_a_building_with_an_open_bid_on_a_space_cannot_be_deleted(world, call, owner, building):
    world.space(owner, building=building)
    client, space = world.client(), world.space(owner, building=building)
    bid = call(place_bid, as_=client, body={"space_id": space, "bid_amount": 1}).json["id"]

    reply = delete(call, owner, building)

    assert (reply.status, reply.code) == (409, "STILL_IN_USE")
    assert reply.json["error"]["details"] == [{"field": "bids", "code": "IN_USE", "message": "1 open"}]
    assert call(get_building, path={"building_id": building}).status == 200
    assert call(withdraw_bid, as_=client, path={"bid_id": bid}).status == 200
    assert delete(call, owner, building).status == 204


def test_a_building_with_a_live_contract_cannot_be_deleted(world, call):
    deal = Deal(world, call)
    [space] = world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=deal.space)

    reply = delete(call, deal.owner, space["building_id"])

    assert (reply.status, reply.fields) == (409, ["contracts", "bids"])


def test_deleting_another_organizations_building_is_not_found(world, call, building):
    stranger = world.owner()

    foreign, missing = delete(call, stranger, building), delete(call, stranger, other_id())

    assert (foreign.status, missing.status) == (404, 404)
    assert foreign.json["error"] == missing.json["error"]
    assert call(get_building, path={"building_id": building}).status == 200


def test_a_building_is_deleted_only_in_the_version_that_was_read(world, call, owner, building):
    etag = call(get_building, as_=owner, path={"building_id": building}).headers["etag"]

    stale = delete(call, owner, building, headers={"If-Match": '"1"'})

    assert (stale.status, stale.code) == (412, "PRECONDITION_FAILED")
    assert delete(call, owner, building, headers={"If-Match": etag}).status == 204


def test_the_external_id_of_a_deleted_building_can_be_reused(world, call, owner, building):
    world.sql("UPDATE buildings SET external_id = 'B-1' WHERE id = %(id)s", id=building)
    delete(call, owner, building)

    world.sql("UPDATE buildings SET external_id = 'B-1' WHERE id = %(id)s", id=world.building(owner))


def test_only_the_owners_side_and_administrators_may_delete_a_building(world, call, owner, building):
    for role in (Role.CLIENT, Role.SUPPORT, Role.FINANCIAL_OFFICER):
        assert delete(call, world.user(role), building).status == 403
    assert delete(call, world.colleague(owner, Role.AGENT), building).status == 204
    assert delete(call, world.user(Role.SUPER_ADMIN), world.building(owner)).status == 204


def test_a_bid_placed_during_a_deletion_never_remains_on_the_deleted_building(world, call, owner):
    clients = [world.client() for _ in range(3)]
    for _ in range(10):
        building = world.building(owner)
        spaces = [world.space(owner, building=building) for _ in clients]

        went, *bids = together(
            [lambda b=building: delete(call, owner, b)]
            + [
                lambda c=client, s=space: call(place_bid, as_=c, body={"space_id": s, "bid_amount": 1})
                for client, space in zip(clients, spaces, strict=True)
            ]
        )

        placed = [bid.status for bid in bids].count(201)
        assert {bid.status for bid in bids} <= {201, 404}
        assert went.status == (409 if placed else 204)
