"""Whoever keeps a search hears of what is new in it, once, and of nothing else."""

import pytest

from functions.notifications.tell_searchers import tell_searchers
from functions.realtime.connect import connect
from functions.search.save_search import save_search
from functions.spaces.create_space import create_space
from functions.spaces.update_space import update_space
from tests.realtime.sockets import Client, frames

SUITE = {"name": "Harbour suite", "gross_sqft": 1000, "usable_sqft": 800, "usage_type": "OFFICE",
         "base_price_monthly": 5000, "amenities": ["terrace"]}  # fmt: skip


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def building(world, owner):
    building = world.building(owner)
    world.sql("UPDATE buildings SET name = 'Kelvora House' WHERE id = %(id)s", id=building)
    return building


@pytest.fixture
def market(world, call, invoke, owner, building):
    """What the owner does, and whom it is told."""

    class Market:
        def create(self, **changes):
            body = SUITE | {"floor_id": world.floor(building)} | changes
            self.space = call(create_space, as_=owner, body=body).json["id"]
            return self.tell()

        def update(self, **changes):
            reply = call(update_space, as_=owner, path={"space_id": self.space}, body=changes)
            assert reply.status == 200, reply.json
            return self.tell()

        def tell(self):
            assert invoke(tell_searchers, world.event_details(self.space)[-1]) == []

    return Market()


def saved(call, person, name="Near work", **criteria):
    reply = call(save_search, as_=person, body={"name": name, "criteria": criteria})
    assert reply.status == 201, reply.json
    return reply.json["id"]


def told(world, person):
    return world.sql(
        "SELECT type, title, message, metadata FROM notifications WHERE user_id = %(id)s ORDER BY id", id=person.id
    )


def test_owners_of_matching_saved_searches_are_notified_of_a_new_space(world, call, market, building):
    client, other, elsewhere = world.client(), world.client(), world.client()
    search = saved(call, client, q="habour terace", building_id=str(building), max_price=5000)
    saved(call, other, building_id=str(building), max_price=4999)
    saved(call, elsewhere, building_id=str(building), city="Elsewhere")

    market.create()

    assert told(world, client) == [
        {
            "type": "saved_search",
            "title": "New Match",
            "message": "Harbour suite in Kelvora House matches your search Near work",
            "metadata": {"space_id": market.space, "saved_search_id": search},
        }
    ]
    assert told(world, other) == told(world, elsewhere) == []


def test_a_live_socket_gets_a_frame_about_a_matching_space(world, call, market, building):
    client, socket = world.client(), Client()
    assert socket.open(connect, token=client.token()) == 200
    saved(call, client, building_id=str(building))
    frames()

    market.create()

    [frame] = frames()[socket.id]
    assert (frame["event"], frame["data"]["title"]) == ("notification:new", "New Match")


@pytest.mark.parametrize(
    ("before", "change", "is_told"),
    [
        ({"is_leasable": False}, {"is_leasable": True}, True),
        ({"availability_status": "MAINTENANCE"}, {"availability_status": "AVAILABLE"}, True),
        ({}, {"base_price_monthly": 4000}, True),
        ({"is_leasable": False}, {"base_price_monthly": 4000}, False),
        ({}, {"base_price_monthly": 6000}, False),
        ({}, {"images": ["https://example.com/1.jpg"]}, False),
        ({}, {"availability_status": "MAINTENANCE"}, False),
    ],
)
def test_only_a_newly_listed_available_or_cheaper_space_is_notified(
    world, call, market, building, before, change, is_told
):
    market.create(**before)
    client = world.client()
    saved(call, client, building_id=str(building))

    market.update(**change)

    assert len(told(world, client)) == is_told


def test_a_saved_search_notifies_of_each_space_once(world, call, market, building):
    client = world.client()
    saved(call, client, building_id=str(building))
    saved(call, client, name="Other", q="harbour", building_id=str(building))

    market.create()
    market.update(base_price_monthly=4000)
    market.tell()

    assert len(told(world, client)) == 1


def test_neither_the_owners_side_nor_removed_users_are_notified_of_a_match(world, call, market, owner, building):
    gone = world.client()
    for person in (owner, gone):
        saved(call, person, building_id=str(building))
    world.sql("UPDATE users SET status = 'SUSPENDED' WHERE id = %(id)s", id=gone.id)

    market.create()

    assert told(world, owner) == told(world, gone) == []


def test_nobody_is_notified_of_an_unlisted_space(world, call, market, building):
    client = world.client()
    saved(call, client, building_id=str(building))

    market.create(is_leasable=False)

    assert told(world, client) == []
