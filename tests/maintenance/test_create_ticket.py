from datetime import datetime

import pytest

from functions.maintenance.create_ticket import create_ticket
from functions.organizations.update_organization import update_organization
from shared.kit.catalog import Role
from tests.call import call, other_id, together
from tests.maintenance.tickets import BROKEN, House, lease


@pytest.fixture
def house(world):
    return House(world)


def moment(text):
    return datetime.fromisoformat(text)


def test_a_tenant_reports_about_the_space_that_they_lease(house, world):
    ticket = house.report()

    assert (ticket["number"], ticket["status"], ticket["is_overdue"]) == (1, "OPEN", False)
    assert ticket["organization_id"] == str(house.owner.organization_id)
    assert ticket["client_id"] == ticket["reported_by"] == str(house.client.id)
    assert ticket["reporter"] == {"name": house.client.name, "phone": None, "side": "CLIENT"}
    assert (ticket["space"]["id"], ticket["floor_number"]) == (str(house.space), 1)
    assert world.events(ticket["id"]) == ["maintenance.created"]


def test_a_tenant_reports_about_the_building(house):
    ticket = house.report(space_id=None)

    assert (ticket["space"], ticket["space_id"], ticket["floor_number"]) == (None, None, None)
    assert ticket["building"]["id"] == str(house.building)


def test_the_owners_side_reports_what_it_sees_itself(house, world):
    ticket = house.report(world.colleague(house.owner, Role.AGENT))

    assert (ticket["client"], ticket["client_id"], ticket["reporter"]["side"]) == (None, None, "OWNER")
    assert ticket["replied_at"] is not None
    assert house.seen(ticket, house.client).status == 404


@pytest.mark.parametrize("status", ["DRAFT", "PENDING_SIGNATURE", "SIGNED", "EXPIRED", "TERMINATED"])
def test_a_space_that_is_not_leased_now_is_not_found(house, world, status):
    world.sql("UPDATE contracts SET status = %(status)s WHERE id = %(id)s", status=status, id=house.contract)

    for place in (house.place(), {"building_id": house.building}):
        assert call(create_ticket, as_=house.client, body={**BROKEN, **place}).status == 404


def test_places_of_others_are_not_found(house, world):
    other = House(world)
    for who, place in (
        (other.client, house.place()),
        (other.owner, house.place()),
        (house.client, {"building_id": house.building, "space_id": world.space(house.owner, building=house.building)}),
        (house.client, {"building_id": other.building, "space_id": house.space}),
        (house.owner, {"building_id": house.building, "space_id": other.space}),
        (house.owner, {"building_id": other_id()}),
    ):
        assert call(create_ticket, as_=who, body={**BROKEN, **place}).status == 404


@pytest.mark.parametrize(("priority", "hours"), [("URGENT", 4), ("HIGH", 24), ("MEDIUM", 120), ("LOW", 336)])
def test_a_ticket_is_due_by_its_priority(house, priority, hours):
    ticket = house.report(priority=priority)

    assert (moment(ticket["due_at"]) - moment(ticket["opened_at"])).total_seconds() == hours * 3600


def test_an_organization_says_when_its_tickets_are_due(house):
    hours = {"URGENT": 1, "HIGH": 2, "MEDIUM": 3, "LOW": 4}
    changed = call(update_organization, as_=house.owner, body={"maintenance_hours": hours})
    assert (changed.status, changed.json["maintenance_hours"]) == (200, hours)
    ticket = house.report(priority="LOW")
    assert (moment(ticket["due_at"]) - moment(ticket["opened_at"])).total_seconds() == 4 * 3600

    cleared = call(update_organization, as_=house.owner, body={"maintenance_hours": None})
    assert cleared.json["maintenance_hours"]["URGENT"] == 4
    assert call(update_organization, as_=house.client, body={"maintenance_hours": hours}).status == 400


def test_numbers_have_no_gaps_when_fifty_report_at_once(house, world):
    clients = [house.client, *(world.colleague(house.client) for _ in range(4))]
    bad = {**BROKEN, "building_id": house.building, "space_id": other_id()}

    def reported(number):
        if number % 10 == 9:
            return call(create_ticket, as_=clients[number % 5], body=bad).status
        return house.report(clients[number % 5])["number"]

    numbers = together([lambda number=number: reported(number) for number in range(50)])

    assert sorted(number for number in numbers if number != 404) == list(range(1, 46))


def test_each_owner_counts_for_themselves(house, world):
    assert [house.report()["number"], house.report()["number"], House(world).report()["number"]] == [1, 2, 1]


def test_a_repeat_under_the_same_key_opens_no_second_ticket(house):
    first, again = (
        call(create_ticket, as_=house.client, body={**BROKEN, **house.place()}, key="once") for _ in range(2)
    )

    assert first.json == again.json


def test_a_ticket_outlives_the_lease(house, world):
    ticket = house.report()
    world.sql("UPDATE contracts SET status = 'EXPIRED' WHERE id = %(id)s", id=house.contract)

    assert house.seen(ticket, house.client).status == 200
    assert house.write(ticket, house.client, "We have moved out.").status == 201
    assert call(create_ticket, as_=house.client, body={**BROKEN, **house.place()}).status == 404
    successor = world.client()
    lease(world, house.owner, successor, house.space)
    assert house.seen(ticket, successor).status == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", " "), ("description", ""), ("priority", "SOON"), ("category", "ROOF"), ("building_id", "x")],
)
def test_an_invalid_field_is_named(house, field, value):
    reply = call(create_ticket, as_=house.client, body={**BROKEN, **house.place(), field: value})

    assert (reply.status, reply.fields) == (400, [field])
