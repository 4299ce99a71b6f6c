"""Spaces that people like: marked once, seen by themselves alone, and part of how well others suit them."""

from decimal import Decimal

import pytest

from functions.bids.place_bid import place_bid
from functions.favorites.add_favorite import add_favorite
from functions.favorites.list_favorites import list_favorites
from functions.favorites.remove_favorite import remove_favorite
from functions.spaces.get_space import get_space
from functions.users.delete_account import delete_account
from tests.call import ids_in, other_id


@pytest.fixture
def client(world):
    return world.client()


@pytest.fixture
def owner(world):
    return world.owner()


def favorites(call, person, **query):
    reply = call(list_favorites, as_=person, query=query)
    assert reply.status == 200
    return [space["id"] for space in reply.json["data"]]


def test_a_favorite_is_added_once_and_removed(world, call, client, owner):
    space = world.space(owner)
    path = {"space_id": space}

    first = call(add_favorite, as_=client, path=path)
    again = call(add_favorite, as_=client, path=path)

    assert (first.status, first.json["space_id"], first.json["user_id"]) == (200, str(space), str(client.id))
    assert (again.status, again.json) == (200, first.json)
    assert favorites(call, client) == [str(space)]
    assert favorites(call, world.colleague(client)) == []
    assert world.events(actor=client) == ["favorite.added"]

    assert call(remove_favorite, as_=client, path=path).status == 204
    assert call(remove_favorite, as_=client, path=path).status == 404
    assert favorites(call, client) == []
    assert world.events(actor=client) == ["favorite.added", "favorite.removed"]


def test_a_hidden_space_cannot_be_added_to_favorites(world, call, client, owner):
    hidden = world.space(owner, is_leasable=False)

    assert call(add_favorite, as_=client, path={"space_id": hidden}).status == 404
    assert call(add_favorite, as_=client, path={"space_id": other_id()}).status == 404
    assert call(add_favorite, as_=owner, path={"space_id": hidden}).status == 200


def test_favorites_are_listed_newest_first_page_by_page(world, call, client, owner):
    building = world.building(owner)
    spaces = [str(world.space(owner, building=building)) for _ in range(5)]
    for space in spaces:
        call(add_favorite, as_=client, path={"space_id": space})

    assert ids_in(list_favorites, as_=client, query={"limit": 2}) == spaces[::-1]


def test_an_unlisted_favorite_is_hidden_and_can_be_removed(world, call, client, owner):
    space = world.space(owner)
    call(add_favorite, as_=client, path={"space_id": space})
    world.sql("UPDATE spaces SET is_leasable = false WHERE id = %(id)s", id=space)

    assert favorites(call, client) == []
    assert call(remove_favorite, as_=client, path={"space_id": space}).status == 204


def test_favorites_are_deleted_with_their_user(world, call, client, owner):
    call(add_favorite, as_=client, path={"space_id": world.space(owner)})

    assert call(delete_account, as_=client).status == 204

    assert world.sql("SELECT FROM favorites WHERE user_id = %(id)s", id=client.id) == []


def test_the_recommendation_score_compares_a_space_with_the_callers_favorites_and_bids(world, call, client, owner):
    """0.30 area, 0.25 price per sqft, 0.20 distance, 0.15 amenities, 0.10 floor: docs/decisions/0020."""
    building = world.building(owner, floors=1)
    space = world.space(owner, building=building)
    world.space(owner, building=building)
    path = {"space_id": space}

    def score(person):
        answer = call(get_space, as_=person, path=path).json
        return answer["ai_recommendation_score"], answer["score_factors"]["area"]

    # Beside what the market has, for whoever likes nothing yet.
    of_the_market = score(None)
    assert score(client) == of_the_market

    half = world.space(owner, building=building, gross_sqft=500, usable_sqft=400, price=Decimal(2500))
    call(add_favorite, as_=client, path={"space_id": half})
    assert score(client) == (Decimal("0.85"), Decimal("0.5"))
    assert score(world.colleague(client)) == score(None)

    # A bid counts as a favorite does; what it itself is does not count for it.
    call(add_favorite, as_=client, path=path)
    fifth = world.space(owner, building=building, gross_sqft=200, usable_sqft=100, price=Decimal(1000))
    assert call(place_bid, as_=client, body={"space_id": fifth, "bid_amount": 900}).status == 201
    assert score(client) == ((Decimal("0.85") + Decimal("0.76")) / 2, Decimal("0.35"))

    call(remove_favorite, as_=client, path={"space_id": half})
    assert score(client) == (Decimal("0.76"), Decimal("0.2"))
