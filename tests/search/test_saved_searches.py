"""Searches that people keep. Whom they tell is in tests/notifications/test_tell_searchers.py."""

import pytest

from functions.search.delete_saved_search import delete_saved_search
from functions.search.list_saved_searches import list_saved_searches
from functions.search.save_search import save_search
from functions.users.delete_account import delete_account
from shared.search import saved_searches
from tests.call import together

CRITERIA = {
    "q": "harbour suite",
    "near": "52.52,13.405",
    "radius_km": 5,
    "city": "Berlin",
    "usage_type": "OFFICE",
    "currency": "EUR",
    "available_from": "2027-01-01",
    "min_sqft": 500,
    "max_price": 4000,
    "amenities": ["wifi"],
}


@pytest.fixture
def client(world):
    return world.client()


def save(call, person, name="Near work", **criteria):
    return call(save_search, as_=person, body={"name": name, "criteria": criteria or CRITERIA})


def names(call, person, **query):
    return [search["name"] for search in call(list_saved_searches, as_=person, query=query).json["data"]]


def test_a_saved_search_keeps_its_criteria_until_it_is_deleted(world, call, client):
    saved = save(call, client)

    assert (saved.status, saved.json["name"], saved.json["criteria"]) == (201, "Near work", CRITERIA)
    assert call(list_saved_searches, as_=client).json["data"] == [saved.json]
    assert names(call, world.colleague(client)) == []

    path = {"saved_search_id": saved.json["id"]}
    assert call(delete_saved_search, as_=world.colleague(client), path=path).status == 404
    assert call(delete_saved_search, as_=client, path=path).status == 204
    assert call(delete_saved_search, as_=client, path=path).status == 404
    assert names(call, client) == []
    assert world.events(saved.json["id"]) == ["saved_search.added", "saved_search.deleted"]


def test_saved_searches_are_listed_newest_first_page_by_page(call, client):
    for number in range(3):
        save(call, client, name=str(number))

    first = call(list_saved_searches, as_=client, query={"limit": 2}).json
    rest = call(list_saved_searches, as_=client, query={"limit": 2, "cursor": first["meta"]["cursor"]}).json

    assert [search["name"] for search in first["data"] + rest["data"]] == ["2", "1", "0"]


def test_no_user_can_save_more_searches_than_the_limit(call, client, monkeypatch):
    monkeypatch.setattr(saved_searches, "MOST_SEARCHES", 2)

    replies = together([lambda: save(call, client)] * 4)

    assert sorted(reply.status for reply in replies) == [201, 201, 409, 409]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "criteria": {}}, "criteria"),
        ({"name": "x", "criteria": {"q": None}}, "criteria"),
        ({"name": "", "criteria": {"q": "x"}}, "name"),
        ({"name": "x"}, "criteria"),
        ({"name": "x", "criteria": {"q": "x" * 500}}, "criteria.q"),
        ({"name": "x", "criteria": {"radius_km": 5}}, "criteria.radius_km"),
        ({"name": "x", "criteria": {"near": "1"}}, "criteria.near"),
        ({"name": "x", "criteria": {"min_price": "5"}}, "criteria.min_price"),
        ({"name": "x", "criteria": {"is_leasable": False}}, "criteria.is_leasable"),
        ({"name": "x", "criteria": {"sort": "price_asc"}}, "criteria.sort"),
    ],
)
def test_an_invalid_criterion_of_a_saved_search_is_reported_by_name(call, client, body, field):
    reply = call(save_search, as_=client, body=body)

    assert (reply.status, reply.fields) == (400, [field])


def test_saved_searches_are_deleted_with_their_user(world, call, client):
    save(call, client)

    assert call(delete_account, as_=client).status == 204

    assert world.sql("SELECT FROM saved_searches WHERE user_id = %(id)s", id=client.id) == []
