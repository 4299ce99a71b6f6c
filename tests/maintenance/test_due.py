"""What happens by the day: remind_overdue, close_tickets; and when a contractor is gone: release_tickets."""

import pytest

from functions.admin.suspend_user import suspend_user
from functions.maintenance.close_tickets import close_tickets
from functions.maintenance.release_tickets import release_tickets
from functions.maintenance.remind_overdue import remind_overdue
from functions.organizations.remove_member import remove_member
from functions.users.delete_account import delete_account
from shared.kit.catalog import Role
from tests.call import call, invoke, together
from tests.maintenance.tickets import House


@pytest.fixture
def house(world):
    return House(world)


def reminded(world, ticket):
    return world.events(ticket["id"]).count("maintenance.overdue")


def test_an_overdue_ticket_is_told_of_once_a_day(house, world):
    urgent, late = house.report(priority="URGENT"), house.report(priority="LOW")
    remind_overdue({}, None)
    assert reminded(world, urgent) == 0
    for days, times in ((1, 1), (1, 1), (2, 2), (5, 3)):
        with world.clock_moved(days):
            together([lambda: remind_overdue({}, None)] * 2)
        assert reminded(world, urgent) == times
    assert reminded(world, late) == 0


def test_a_resolved_ticket_is_not_overdue(house, world):
    ticket = house.resolved(house.report(priority="URGENT"), house.contractor())
    with world.clock_moved(2):
        remind_overdue({}, None)

    assert reminded(world, ticket) == 0


def test_a_resolved_ticket_closes_after_fourteen_days_unless_it_is_reopened(house, world):
    contractor = house.contractor()
    closes, reopened = (house.resolved(house.report(), contractor) for _ in range(2))
    with world.clock_moved(13):
        close_tickets({}, None)
        assert house.change(reopened, house.client, status="OPEN").status == 200
    assert house.seen(closes, house.client).json["status"] == "RESOLVED"
    with world.clock_moved(15):
        close_tickets({}, None)
        close_tickets({}, None)

    seen = house.seen(closes, house.client).json
    assert (seen["status"], seen["closed_at"] is not None) == ("CLOSED", True)
    [*_, entry] = seen["history"]
    assert (entry["action"], entry["user_id"], entry["side"]) == ("CLOSED", None, None)
    assert world.events(closes["id"]).count("maintenance.closed") == 1
    assert house.change(closes, house.client, status="OPEN").status == 409
    assert house.seen(reopened, house.client).json["status"] == "OPEN"


def test_a_reopened_ticket_that_is_resolved_again_gets_fourteen_days_again(house, world):
    contractor = house.contractor()
    ticket = house.resolved(house.report(), contractor)
    with world.clock_moved(10):
        for who, status in ((house.client, "OPEN"), (contractor, "IN_PROGRESS"), (contractor, "RESOLVED")):
            assert house.change(ticket, who, status=status).status == 200
    with world.clock_moved(20):
        close_tickets({}, None)
        assert house.seen(ticket, house.client).json["status"] == "RESOLVED"
    with world.clock_moved(25):
        close_tickets({}, None)
    assert house.seen(ticket, house.client).json["status"] == "CLOSED"


def leave(world, contractor, how):
    if how == "deleted":
        assert call(delete_account, as_=contractor).status == 204
        name = "user.deleted"
    elif how == "removed":
        colleague = world.colleague(contractor)
        assert call(remove_member, as_=colleague, path={"user_id": contractor.id}).status == 204
        name = "member.removed"
    else:
        admin = world.user(Role.SUPER_ADMIN)
        body = {"reason": "Complaints"}
        assert call(suspend_user, as_=admin, path={"user_id": contractor.id}, body=body).status == 200
        name = "user.suspended"
    events = [event for event in world.event_details(contractor.id) if event["name"] == name]
    assert invoke(release_tickets, *events, *events) == []


@pytest.mark.parametrize("how", ["deleted", "suspended"])
def test_the_tickets_of_a_contractor_who_worked_alone_go_back(house, world, how):
    contractor, ticket, closed = house.contractor(), house.report(), house.report()
    house.assign(ticket, contractor)
    house.change(ticket, contractor, status="IN_PROGRESS")
    house.resolved(closed, contractor)
    house.change(closed, house.client, status="CLOSED")
    leave(world, contractor, how)

    seen = house.seen(ticket, house.owner).json
    assert (seen["status"], seen["assigned_contractor_id"], seen["assignment"]) == ("IN_PROGRESS", None, None)
    assert seen["history"][-1]["action"] == "UNASSIGNED"
    assert world.events(ticket["id"])[-1] == "maintenance.unassigned"
    assert house.seen(closed, house.owner).json["assigned_contractor_id"] == str(contractor.id)
    assert house.assign(ticket, house.contractor()).status == 200


def test_a_colleague_takes_over_the_tickets_of_a_contractor_who_was_removed(house, world):
    contractor, ticket = house.contractor(), house.report()
    house.assign(ticket, contractor)
    house.change(ticket, contractor, status="IN_PROGRESS")
    leave(world, contractor, "removed")

    seen = house.seen(ticket, house.owner).json
    [colleague] = world.sql(
        "SELECT id::text, name FROM users WHERE organization_id = %(id)s AND deleted_at IS NULL",
        id=contractor.organization_id,
    )
    assert (seen["assigned_contractor_id"], seen["contractor"]["name"]) == (colleague["id"], colleague["name"])
    assert seen["assignment"] == "ACCEPTED"
