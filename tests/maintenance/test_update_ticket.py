from datetime import datetime, timedelta

import pytest

from functions.maintenance.update_ticket import update_ticket
from shared.kit.catalog import Role
from tests.call import call, together
from tests.maintenance.tickets import House

STATUSES = ("OPEN", "IN_PROGRESS", "RESOLVED", "CLOSED")
STEPS = {
    "OWNER": {("OPEN", "IN_PROGRESS"), ("IN_PROGRESS", "RESOLVED"), ("RESOLVED", "CLOSED"), ("OPEN", "CLOSED")},
    "CLIENT": {("RESOLVED", "OPEN"), ("RESOLVED", "CLOSED"), ("OPEN", "CLOSED")},
    "CONTRACTOR": {("OPEN", "IN_PROGRESS"), ("IN_PROGRESS", "RESOLVED")},
}
NEVER = {
    "CLIENT": {"IN_PROGRESS", "RESOLVED"},
    "CONTRACTOR": {"OPEN", "CLOSED"},
    "OWNER": set(),
}


@pytest.fixture
def house(world):
    return House(world)


def reached(house, status):
    """A ticket in that status, and its contractor."""
    contractor = house.contractor()
    ticket = house.report()
    assert house.assign(ticket, contractor).status == 200
    path = {"OPEN": (), "IN_PROGRESS": ("IN_PROGRESS",), "RESOLVED": ("IN_PROGRESS", "RESOLVED")}
    for step in path.get(status, ("IN_PROGRESS", "RESOLVED", "CLOSED")):
        assert house.change(ticket, house.owner, status=step).status == 200
    return ticket, contractor


@pytest.mark.parametrize("side", list(STEPS))
@pytest.mark.parametrize("before", STATUSES)
def test_each_side_takes_its_steps_and_no_others(house, side, before):
    for after in STATUSES:
        ticket, contractor = reached(house, before)
        who = {"OWNER": house.owner, "CLIENT": house.client, "CONTRACTOR": contractor}[side]
        reply = house.change(ticket, who, status=after, reason="Because")
        if after in NEVER[side]:
            assert (reply.status, reply.code) == (403, "FORBIDDEN")
        elif (before, after) in STEPS[side]:
            assert (reply.status, reply.json["status"]) == (200, after)
        else:
            assert (reply.status, reply.code) == (409, "INVALID_STEP")


def test_an_open_ticket_is_closed_with_a_reason(house, world):
    ticket = house.report()

    refused = house.change(ticket, house.client, status="CLOSED")
    assert (refused.status, refused.fields) == (400, ["reason"])
    assert house.change(ticket, house.client, status="CLOSED", reason="It works again").status == 200
    [*_, closed] = house.seen(ticket, house.owner).json["history"]
    assert (closed["action"], closed["reason"]) == ("CLOSED", "It works again")
    assert world.events(ticket["id"]) == ["maintenance.created", "maintenance.closed"]


def test_a_tenant_and_a_contractor_change_the_status_alone(house):
    ticket, contractor = reached(house, "RESOLVED")

    for who in (house.client, contractor):
        for changes in ({"title": "X"}, {"due_at": "2030-01-01T00:00:00Z"}, {"priority": "LOW", "status": "CLOSED"}):
            assert house.change(ticket, who, **changes).status == 403


def test_a_reopened_ticket_keeps_its_contractor_and_is_due_by_its_priority_again(house, world):
    ticket, contractor = reached(house, "RESOLVED")
    with world.clock_moved(10):
        reply = house.change(ticket, house.client, status="OPEN", reason="It is broken again")

    assert (reply.status, reply.json["assigned_contractor_id"]) == (200, str(contractor.id))
    opened, due = (datetime.fromisoformat(reply.json[name]) for name in ("opened_at", "due_at"))
    assert due - opened == timedelta(hours=24)
    assert opened - datetime.fromisoformat(ticket["opened_at"]) >= timedelta(days=10)


def test_the_owner_reopens_what_no_tenant_reported(house):
    ticket = house.report(house.owner)
    for status in ("IN_PROGRESS", "RESOLVED", "OPEN"):
        assert house.change(ticket, house.owner, status=status).status == 200


def test_a_new_priority_moves_the_due_moment_unless_it_is_given(house):
    ticket = house.report(priority="LOW")
    opened = datetime.fromisoformat(ticket["opened_at"])

    urgent = house.change(ticket, house.owner, priority="URGENT").json
    assert datetime.fromisoformat(urgent["due_at"]) - opened == timedelta(hours=4)
    given = house.change(ticket, house.owner, priority="LOW", due_at="2030-05-01T12:00:00+02:00").json
    assert given["due_at"] == "2030-05-01T10:00:00Z"
    [*_, change] = house.seen(ticket, house.owner).json["history"]
    assert [one["field"] for one in change["changes"]] == ["priority", "due_at"]


@pytest.mark.parametrize(
    "due_at", ["2030-05-01", "2030-05-01T12:00:00", "2030-13-01T12:00:00Z", 5, None, "9999-12-31T23:59:59-01:00"]
)
def test_an_invalid_moment_is_named(house, due_at):
    reply = house.change(house.report(), house.owner, due_at=due_at)

    assert (reply.status, reply.fields) == (400, ["due_at"])


def test_if_match_refuses_what_has_changed(house):
    ticket = house.report()
    path = {"ticket_id": ticket["id"]}
    etag = house.seen(ticket, house.owner).headers["etag"]
    asked = {"as_": house.owner, "path": path, "headers": {"if-match": etag}}

    assert call(update_ticket, **asked, body={"title": "Lift 2"}).status == 200
    assert call(update_ticket, **asked, body={"title": "Lift 3"}).status == 412


def test_of_two_who_begin_at_once_one_is_told_so(house):
    ticket, contractor = reached(house, "OPEN")

    replies = together(
        [lambda who=who: house.change(ticket, who, status="IN_PROGRESS") for who in (house.owner, contractor)]
    )

    assert sorted(reply.status for reply in replies) == [200, 409]


def test_what_does_not_change_is_no_news(house, world):
    ticket = house.report()

    assert house.change(ticket, house.owner, title=ticket["title"]).status == 200
    assert world.events(ticket["id"]) == ["maintenance.created"]


def test_an_agent_handles_what_the_owner_does(house, world):
    agent = world.colleague(house.owner, Role.AGENT)

    assert house.change(house.report(), agent, status="IN_PROGRESS").status == 200
