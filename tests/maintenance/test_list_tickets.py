"""Lists of tickets, and one ticket (get_ticket)."""

import pytest

from functions.maintenance.get_ticket import get_ticket
from functions.maintenance.list_tickets import list_tickets
from shared.kit.catalog import Role
from tests.call import call, ids_in, other_id
from tests.maintenance.tickets import House


@pytest.fixture(scope="module")
def house(_world):
    return House(_world)


@pytest.fixture(scope="module")
def tickets(house):
    """In the order in which they were reported."""
    contractor = house.contractor()
    reported = {
        "pump": house.report(title="Pump drips", priority="LOW", category="PLUMBING", space_id=None),
        "lamp": house.report(title="Lamp is 100% dark", priority="URGENT", category="ELECTRICAL"),
        "door": house.report(house.owner, title="Door", priority="MEDIUM"),
        "lift": house.report(title="Lift", priority="HIGH"),
    }
    house.assign(reported["lift"], contractor)
    house.change(reported["lift"], contractor, status="IN_PROGRESS")
    return reported | {"contractor": contractor}


def names(tickets, house, who=None, **query):
    found = ids_in(list_tickets, as_=who or house.owner, query={"limit": 2, **query})
    return [name for one in found for name, ticket in tickets.items() if name != "contractor" and ticket["id"] == one]


def test_each_side_lists_its_own(house, tickets, _world):
    assert names(tickets, house) == ["lift", "door", "lamp", "pump"]
    assert names(tickets, house, _world.colleague(house.owner, Role.AGENT)) == ["lift", "door", "lamp", "pump"]
    assert names(tickets, house, _world.colleague(house.client)) == ["lift", "lamp", "pump"]
    assert names(tickets, house, tickets["contractor"]) == ["lift"]
    for stranger in (_world.owner(), _world.client(), _world.user(Role.CONTRACTOR)):
        assert ids_in(list_tickets, as_=stranger) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "IN_PROGRESS"}, ["lift"]),
        ({"priority": "URGENT"}, ["lamp"]),
        ({"category": "PLUMBING"}, ["pump"]),
        ({"q": "drip"}, ["pump"]),
        ({"q": "100%"}, ["lamp"]),
        ({"q": "100_"}, []),
        ({"q": "between two"}, ["lift", "door", "lamp", "pump"]),
        ({"overdue": "true"}, []),
        ({"overdue": "false"}, ["lift", "door", "lamp", "pump"]),
        ({"sort": "priority"}, ["lamp", "lift", "door", "pump"]),
        ({"sort": "due"}, ["lamp", "lift", "door", "pump"]),
    ],
)
def test_tickets_are_filtered_and_sorted(house, tickets, query, found):
    assert names(tickets, house, **query) == found


def test_tickets_are_filtered_by_place_and_contractor(house, tickets):
    assert names(tickets, house, space_id=house.space) == ["lift", "door", "lamp"]
    assert len(names(tickets, house, building_id=house.building)) == 4
    assert names(tickets, house, assigned_contractor_id=tickets["contractor"].id) == ["lift"]
    assert names(tickets, house, building_id=other_id()) == []


def test_what_is_past_due_and_not_resolved_is_overdue(house, tickets, _world):
    with _world.clock_moved(2):
        assert names(tickets, house, overdue="true", sort="due") == ["lamp", "lift"]
        assert house.seen(tickets["lamp"], house.client).json["is_overdue"]


@pytest.mark.parametrize(
    ("name", "value"), [("status", "DONE"), ("sort", "size"), ("overdue", "1"), ("q", " "), ("cursor", "x")]
)
def test_an_invalid_filter_is_named(house, name, value):
    reply = call(list_tickets, as_=house.owner, query={name: value})

    assert (reply.status, reply.fields) == (400, [name])


def test_a_ticket_of_others_is_not_found(house, tickets, _world):
    for stranger in (_world.owner(), _world.client(), _world.user(Role.CONTRACTOR)):
        assert house.seen(tickets["lamp"], stranger).status == 404
    assert call(get_ticket, as_=house.owner, path={"ticket_id": other_id()}).status == 404
    assert call(get_ticket, as_=_world.user(Role.BROKER), path={"ticket_id": other_id()}).status == 403
