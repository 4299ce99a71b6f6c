from decimal import Decimal

import pytest

from functions.spaces.get_space import get_space
from shared.kit.catalog import Role
from tests.call import other_id
from tests.world import ADDRESS


def test_a_space_is_shown_with_its_floor_and_building(world, call):
    space = world.space()

    reply = call(get_space, path={"space_id": space})

    assert reply.status == 200
    assert reply.json["id"] == str(space)
    assert (reply.json["gross_sqft"], reply.json["base_price_monthly"]) == (1000, 5000)
    assert reply.json["floor"]["floor_number"] == 1
    assert reply.json["building"]["address"] == ADDRESS
    for secret in ("owner_id", "owner_organization_id", "external_id", "held_by_contract_id"):
        assert secret not in reply.json


def test_an_unlisted_space_is_found_only_by_its_owners_side(world, call):
    owner = world.owner()
    space = world.space(owner, is_leasable=False)

    for caller in (owner, world.colleague(owner, Role.AGENT), world.user(Role.SUPPORT)):
        reply = call(get_space, as_=caller, path={"space_id": space})
        assert (reply.status, reply.json["owner_id"]) == (200, str(owner.id))
    missing = call(get_space, path={"space_id": other_id()})
    for caller in (None, world.owner(), world.client(), world.colleague(owner, Role.FINANCIAL_OFFICER)):
        reply = call(get_space, as_=caller, path={"space_id": space})
        assert (reply.status, reply.json["error"]) == (404, missing.json["error"])


@pytest.fixture
def market(world):
    """A space and its alternatives, in a currency that no other test uses."""
    owner = world.owner()
    building = world.building(owner, floors=2)

    def offer(**changes):
        return world.space(owner, **{"building": building, "currency": "XPF", **changes})

    return offer


def test_similar_spaces_are_sorted_by_similarity(world, call, market):
    world.sql("DELETE FROM spaces WHERE currency = 'XPF'")
    space = market()
    twin = market()
    bigger = market(gross_sqft=1250)
    elsewhere = market(building=None)
    for hidden in ({"is_leasable": False}, {"status": "RESERVED"}, {"usage_type": "STORAGE"}, {"currency": "VUV"}):
        market(**hidden)

    reply = call(get_space, path={"space_id": space})

    similar = reply.json["similar_spaces"]
    assert [like["id"] for like in similar] == [str(twin), str(bigger), str(elsewhere)]
    # Area 0.8 and price 0.8 of the same, all else equal: 0.30 * 0.8 + 0.25 * 0.8 + 0.45.
    assert [like["similarity"] for like in similar] == [1, Decimal("0.89"), Decimal("0.8")]
    assert reply.json["ai_recommendation_score"] == Decimal("0.8967")
    factors = reply.json["score_factors"]
    assert factors["area"] == Decimal("0.9333")
    assert factors["distance"] == Decimal("0.6667")
    assert set(factors) == {"area", "price_per_sqft", "floor", "distance", "amenities"}


def test_five_similar_spaces_are_shown_in_a_stable_order(call, market):
    space = market()
    for _ in range(6):
        market(price=None, amenities="[]")

    first, second = (call(get_space, path={"space_id": space}) for _ in range(2))

    assert len(first.json["similar_spaces"]) == 5
    assert first.body == second.body


def test_without_similar_spaces_the_recommendation_score_is_zero(world, call):
    world.sql("DELETE FROM spaces WHERE currency = 'DJF'")

    reply = call(get_space, path={"space_id": world.space(currency="DJF")})

    assert (reply.json["similar_spaces"], reply.json["ai_recommendation_score"]) == ([], 0)
