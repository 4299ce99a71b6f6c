from decimal import Decimal

import pytest

from functions.search.search_spaces import search_spaces
from shared.kit.catalog import Role
from shared.search import queries
from tests.call import other_id, pages


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def building(world, owner):
    return world.building(owner, floors=2)


@pytest.fixture
def found(call, building):
    """The names that a search in the building finds."""

    def search(as_=None, **query):
        reply = call(search_spaces, as_=as_, query={"building_id": building, **query})
        assert reply.status == 200, reply.json
        assert reply.json["meta"]["total"] == len(reply.json["data"])
        return [space["name"] for space in reply.json["data"]]

    return search


def test_a_search_result_has_the_documented_fields(world, call, owner, building):
    space = world.space(owner, building=building, images='["https://example.com/1.jpg"]')

    reply = call(search_spaces, query={"building_id": building})

    [found] = reply.json["data"]
    assert found["id"] == str(space)
    assert (found["gross_sqft"], found["usable_sqft"], found["base_price_monthly"]) == (1000, 800, 5000)
    assert (found["currency"], found["availability_status"]) == ("USD", "AVAILABLE")
    assert (found["amenities"], found["images"]) == (["wifi", "parking"], ["https://example.com/1.jpg"])
    assert found["floor"]["floor_number"] == 1
    assert found["floor"]["building"]["name"].startswith("Tower")
    assert reply.json["meta"] == {"cursor": None, "has_more": False, "total": 1, "total_is_estimate": False}


def test_a_search_finds_spaces_that_match_all_filters(world, owner, building, found):
    def space(name, **changes):
        world.space(owner, building=building, name=name, **changes)

    space("small", gross_sqft=Decimal("500.50"), usable_sqft=400, price=Decimal("2000.00"))
    space("large", gross_sqft=2000, price=Decimal("9000.00"), floor_id=world.floor(building, 2))
    space("taken", status="OCCUPIED", amenities='["wifi", "gym"]')
    space("on request", price=None)

    assert found(max_sqft="500.49") == []
    assert found(max_sqft="500.5") == ["small"]
    assert found(min_sqft=2000) == ["large"]
    assert found(min_price=2000, max_price="8999.99", sort="price_asc") == ["small", "taken"]
    assert found(floor_id=world.floor(building, 2)) == ["large"]
    assert found(availability_status="OCCUPIED") == ["taken"]
    assert found(amenities="gym, wifi") == ["taken"]
    assert found(amenities="gym,parking") == []
    assert found(max_price=9000, min_sqft=1000, availability_status="AVAILABLE") == ["large"]


def test_each_sort_order_of_a_search_sorts(world, owner, building, found):
    for name, price, sqft in (("b", 200, 1100), ("none", None, 1300), ("a", 100, 1200), ("c", 200, 1000)):
        world.space(owner, building=building, name=name, price=price, gross_sqft=sqft)

    assert found(sort="price_asc") == ["a", "b", "c", "none"]
    assert found(sort="price_desc") == ["c", "b", "a", "none"]
    assert found(sort="sqft_asc") == ["c", "b", "a", "none"]
    assert found(sort="sqft_desc") == ["none", "a", "b", "c"]
    assert found(sort="relevance") == found() == ["c", "a", "none", "b"]


@pytest.mark.parametrize("sort", ["price_asc", "price_desc", "sqft_asc", "sqft_desc", "relevance"])
def test_pages_of_search_results_stay_stable_during_inserts(world, call, owner, building, sort):
    for price in (100, 200, 200, 200, 300, None, None, None):
        world.space(owner, building=building, price=price, is_leasable=price != 300)
    # The owner's own unlisted space is sorted among the listed ones.
    query = {"building_id": building, "sort": sort}
    whole = [space["id"] for space in call(search_spaces, as_=owner, query=query).json["data"]]
    assert len(whole) == 8

    for limit in (1, 2, 3, 8):
        found = list(pages(search_spaces, as_=owner, query=query | {"limit": limit}))
        assert [space["id"] for page in found for space in page["data"]] == whole
        assert all(len(page["data"]) <= limit for page in found)

    first = call(search_spaces, as_=owner, query=query | {"limit": 4}).json
    world.space(owner, building=building, price=1, gross_sqft=1, usable_sqft=1)
    world.space(owner, building=building, price=900, gross_sqft=9000)
    at = {"limit": 100, "cursor": first["meta"]["cursor"]}
    rest = call(search_spaces, as_=owner, query=query | at).json
    seen = [space["id"] for space in first["data"] + rest["data"]]
    assert len(set(seen)) == len(seen)
    assert set(whole) <= set(seen)


def test_the_owners_side_also_finds_its_unlisted_spaces(world, owner, building, found):
    world.space(owner, building=building, name="listed")
    world.space(owner, building=building, name="unlisted", is_leasable=False)

    for caller in (owner, world.colleague(owner, Role.AGENT), world.user(Role.SUPPORT), world.user(Role.SUPER_ADMIN)):
        assert found(as_=caller) == ["unlisted", "listed"]
        assert found(as_=caller, is_leasable="true") == ["listed"]
        assert found(as_=caller, is_leasable="false") == ["unlisted"]


def test_hidden_spaces_affect_neither_order_nor_count_nor_cursor_of_a_search(world, call, owner, building):
    """Quality 40: what a caller may not see must not show in what it sees."""
    for price in (100, 200, 300):
        world.space(owner, building=building, price=price)
    strangers = (None, world.owner(), world.client(), world.colleague(owner, Role.FINANCIAL_OFFICER))

    def answers():
        return [
            call(search_spaces, as_=caller, query={"building_id": building, "sort": sort, "limit": limit}).body
            for caller in strangers
            for sort in ("price_asc", "relevance")
            for limit in (2, 100)
        ]

    before = answers()
    for price in (50, 150, 250, None):
        world.space(owner, building=building, price=price, is_leasable=False)
    world.sql("UPDATE spaces SET deleted_at = now() WHERE id = %(id)s", id=world.space(owner, building=building))

    assert answers() == before
    for caller in strangers:
        query = {"building_id": building, "is_leasable": "false"}
        assert call(search_spaces, as_=caller, query=query).json["data"] == []


def test_an_owner_finds_spaces_listed_by_others(world, owner, building, found):
    world.space(owner, building=building, name="listed")

    assert found(as_=world.owner()) == ["listed"]


def test_a_large_total_of_search_results_is_an_estimate(world, call, owner, building, monkeypatch):
    monkeypatch.setattr(queries, "COUNTED", 2)
    for _ in range(3):
        world.space(owner, building=building)

    meta = call(search_spaces, query={"building_id": building}).json["meta"]

    assert meta["total_is_estimate"] is True
    assert meta["total"] >= 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "１"}, "limit"),
        ({"cursor": "AAAA"}, "cursor"),
        ({"building_id": "x"}, "building_id"),
        ({"min_price": "-1"}, "min_price"),
        ({"min_price": "1e2"}, "min_price"),
        ({"max_price": "0.001"}, "max_price"),
        ({"max_price": "NaN"}, "max_price"),
        ({"min_sqft": "1_000"}, "min_sqft"),
        ({"max_sqft": " 5 "}, "max_sqft"),
        ({"is_leasable": "1"}, "is_leasable"),
        ({"availability_status": "available"}, "availability_status"),
        ({"amenities": "wifi,,gym"}, "amenities"),
        ({"amenities": "wi\x00fi"}, "amenities"),
        ({"sort": "price"}, "sort"),
        ({"q": ""}, "q"),
    ],
)
def test_an_invalid_parameter_of_a_search_is_reported_by_name(call, query, field):
    reply = call(search_spaces, query=query)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", [field])


def test_a_cursor_of_a_search_is_valid_only_with_its_sort(world, call, owner, building):
    for _ in range(2):
        world.space(owner, building=building)
    asked = {"building_id": building, "limit": 1}
    cursor = call(search_spaces, query=asked).json["meta"]["cursor"]

    assert call(search_spaces, query=asked | {"cursor": cursor}).status == 200
    for other in ({"sort": "price_asc"}, {"is_leasable": "true"}, {"building_id": other_id()}):
        assert call(search_spaces, query=asked | {"cursor": cursor} | other).fields == ["cursor"]


def test_quotes_and_special_characters_in_a_search_are_plain_text(found):
    for nasty in ("'; DROP TABLE spaces; --", '"]}', "%", "\\"):
        assert found(amenities=nasty) == []
