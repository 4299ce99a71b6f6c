import pytest

from functions.bids.place_bid import place_bid
from functions.bids.reject_bid import reject_bid
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.search.search_spaces import search_spaces
from functions.spaces.delete_space import delete_space
from functions.spaces.get_space import get_space
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.leasing.deal import Deal


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def space(world, owner):
    return world.space(owner)


def delete(call, user, space, **asked):
    return call(delete_space, as_=user, path={"space_id": space}, **asked)


def test_a_deleted_space_is_not_found_anywhere(world, call, owner, space):
    [place] = world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=space)

    reply = delete(call, owner, space)

    assert (reply.status, reply.body) == (204, b"")
    for caller in (None, owner, world.user(Role.SUPPORT)):
        assert call(get_space, as_=caller, path={"space_id": space}).status == 404
        assert call(search_spaces, as_=caller, query=place).json["meta"]["total"] == 0
    assert delete(call, owner, space).status == 404
    [row] = world.sql("SELECT deleted_at, updated_by FROM spaces WHERE id = %(id)s", id=space)
    assert (row["deleted_at"] is not None, row["updated_by"]) == (True, owner.id)
    assert world.events(space) == ["space.deleted"]
    assert [audit["action"] for audit in world.audits(space)] == ["space.deleted", "delete_space.refused"]


def test_a_space_with_an_open_bid_cannot_be_deleted(world, call, owner, space):
    bid = call(place_bid, as_=world.client(), body={"space_id": space, "bid_amount": 1}).json["id"]

    reply = delete(call, owner, space)

    assert (reply.status, reply.code) == (409, "STILL_IN_USE")
    assert reply.json["error"]["details"] == [{"field": "bids", "code": "IN_USE", "message": "1 open"}]
    assert call(get_space, path={"space_id": space}).status == 200
    assert call(reject_bid, as_=owner, path={"bid_id": bid}, body={}).status == 200
    assert delete(call, owner, space).status == 204


def test_a_space_with_a_live_contract_or_unpaid_payment_cannot_be_deleted(world, call):
    deal = Deal(world, call)
    assert delete(call, deal.owner, deal.space).fields == ["contracts", "bids"]

    deal.signed().run(schedule_payments, activate_contract)
    assert delete(call, deal.owner, deal.space).fields == ["contracts", "payments"]

    world.sql("UPDATE contracts SET status = 'EXPIRED' WHERE id = %(id)s", id=deal.contract)
    refused = delete(call, deal.owner, deal.space).json["error"]["details"]
    assert refused == [{"field": "payments", "code": "IN_USE", "message": "12 unpaid"}]

    world.sql("UPDATE payments SET status = 'PAID' WHERE contract_id = %(id)s", id=deal.contract)
    assert delete(call, deal.owner, deal.space).status == 204


def test_deleting_another_organizations_space_is_not_found(world, call, owner, space):
    stranger, unlisted = world.owner(), world.space(owner, is_leasable=False)
    missing = delete(call, stranger, other_id())

    for theirs in (space, unlisted):
        foreign = delete(call, stranger, theirs)
        assert (foreign.status, foreign.json["error"]) == (404, missing.json["error"])
        assert call(get_space, as_=owner, path={"space_id": theirs}).status == 200


def test_a_space_is_deleted_only_in_the_version_that_was_read(world, call, owner, space):
    etag = call(get_space, as_=owner, path={"space_id": space}).headers["etag"]

    assert delete(call, owner, space, headers={"If-Match": '"1"'}).status == 412
    assert delete(call, owner, space, headers={"If-Match": etag}).status == 204


def test_only_the_owners_side_and_administrators_may_delete_a_space(world, call, owner, space):
    for role in (Role.CLIENT, Role.SUPPORT, Role.FINANCIAL_OFFICER):
        assert delete(call, world.user(role), space).status == 403
    assert delete(call, world.colleague(owner, Role.AGENT), space).status == 204
    assert delete(call, world.user(Role.SUPER_ADMIN), world.space(owner)).status == 204


def test_a_concurrent_bid_and_deletion_of_its_space_are_serialized(world, call, owner):
    client = world.client()
    for _ in range(15):
        space = world.space(owner)

        gone, placed = together(
            [
                lambda s=space: delete(call, owner, s),
                lambda s=space: call(place_bid, as_=client, body={"space_id": s, "bid_amount": 1}),
            ]
        )

        assert (gone.status, placed.status) in {(204, 404), (409, 201)}
        [row] = world.sql(
            """SELECT s.deleted_at IS NULL AS stands, count(b.id) AS bids
               FROM spaces s LEFT JOIN bids b ON b.space_id = s.id WHERE s.id = %(id)s GROUP BY s.id""",
            id=space,
        )
        assert row == {"stands": placed.status == 201, "bids": int(placed.status == 201)}
