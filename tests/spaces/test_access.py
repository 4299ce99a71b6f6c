"""What bids and everything after them stand on: a space as it is for whoever asks."""

from datetime import timedelta

import pytest

from functions.bids.place_bid import place_bid
from shared.kit.catalog import Role
from shared.kit.db import transaction
from shared.kit.errors import NotFound
from shared.kit.request import Caller, Request, begin
from shared.spaces.access import visible_space


@pytest.fixture
def look():
    """The space as a user sees it in a transaction."""

    def look(user, space, lock=False):
        begin(Request(place_bid.operation, "test"))
        caller = Caller(user.id, user.organization_id, user.role, user.session_id)

        class Undone(Exception):
            pass

        try:
            with transaction(caller) as tx:
                seen = visible_space(tx, space, lock=lock)
                raise Undone
        except Undone:
            return seen

    return look


@pytest.mark.parametrize("lock", [False, True])
def test_a_listed_space_is_visible_with_everything_that_a_deal_needs(world, look, lock):
    owner = world.owner()
    space = world.space(owner, name="Suite", timezone="Pacific/Kiritimati")

    seen = look(world.client(), space, lock)

    assert (seen.id, seen.name, seen.availability_status) == (space, "Suite", "AVAILABLE")
    assert (seen.owner_id, seen.owner_organization_id) == (owner.id, owner.organization_id)
    assert (seen.currency, seen.base_price_monthly, seen.gross_sqft) == ("USD", 5000, 1000)
    assert (seen.floor_number, seen.building_address["city"]) == (1, "New York")


def test_a_space_is_read_with_today_in_its_buildings_time_zone(world, look):
    east, west = (look(world.client(), world.space(timezone=zone)) for zone in ("Etc/GMT-14", "Etc/GMT+12"))
    with world.clock_moved(40):
        later = look(world.client(), east.id)

    assert east.today - west.today >= timedelta(days=1)
    assert later.today - east.today in (timedelta(days=40), timedelta(days=41))


@pytest.mark.parametrize("lock", [False, True])
def test_an_unlisted_or_deleted_space_is_not_visible_to_others(world, look, lock):
    owner = world.owner()
    unlisted, deleted = world.space(owner, is_leasable=False), world.space(owner)
    world.sql("UPDATE spaces SET deleted_at = now() WHERE id = %(id)s", id=deleted)

    assert look(owner, unlisted, lock).id == unlisted
    assert look(world.colleague(owner, Role.AGENT), unlisted, lock).id == unlisted
    for user, space in ((world.client(), unlisted), (world.owner(), unlisted), (owner, deleted)):
        with pytest.raises(NotFound):
            look(user, space, lock)
