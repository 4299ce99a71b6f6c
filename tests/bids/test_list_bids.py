import pytest

from functions.bids.list_bids import list_bids
from tests.bids.test_approve_bid import bid_on
from tests.call import ids_in


def test_each_side_lists_only_its_own_bids(world, call):
    owner, client = world.owner(), world.client()
    bid = bid_on(call, world.space(owner), client)
    bid_on(call, world.space(), world.client())

    for side in (owner, client):
        listed = call(list_bids, as_=side).json["data"]
        assert [one["id"] for one in listed] == [bid]
        assert listed[0]["space"]["name"].startswith("Suite")


def test_pages_of_bids_have_no_gaps_or_repeats(world, call):
    owner, client = world.owner(), world.client()
    placed = [bid_on(call, world.space(owner), client) for _ in range(5)]

    assert ids_in(list_bids, as_=owner, query={"limit": 2}) == placed[::-1]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"status": "NO"}, {"colour": "red"}])
def test_an_invalid_filter_is_reported_by_name(world, call, query):
    reply = call(list_bids, as_=world.owner(), query=query)

    assert (reply.status, reply.fields) == (400, list(query))


def test_a_cursor_of_another_list_is_refused(world, call):
    owner, client = world.owner(), world.client()
    for _ in range(2):
        bid_on(call, world.space(owner), client)
    cursor = call(list_bids, as_=owner, query={"limit": 1}).json["meta"]["cursor"]

    for query in ({"cursor": cursor, "status": "PENDING"}, {"cursor": cursor[:-2] + "xx"}, {"cursor": "é"}):
        assert call(list_bids, as_=owner, query=query).fields == ["cursor"]
