"""Assigning, and the contractor's answer (answer_assignment)."""

import pytest

from functions.maintenance.answer_assignment import answer_assignment
from functions.maintenance.assign_ticket import assign_ticket
from functions.users.delete_account import delete_account
from shared.kit.catalog import Role
from tests.call import call, other_id, together
from tests.maintenance.tickets import House


@pytest.fixture
def house(world):
    return House(world)


def answer(ticket, contractor, **body):
    return call(answer_assignment, as_=contractor, path={"ticket_id": ticket["id"]}, body=body)


def test_a_contractor_sees_the_ticket_while_it_is_assigned(house, world):
    ticket, contractor = house.report(), house.contractor()
    assert house.seen(ticket, contractor).status == 404

    reply = house.assign(ticket, contractor)
    assert (reply.json["assigned_contractor_id"], reply.json["assignment"]) == (str(contractor.id), "PENDING")
    assert reply.json["contractor"]["name"] == contractor.name
    for who in (contractor, world.colleague(contractor)):
        assert house.seen(ticket, who).status == 200
    assert house.assign(ticket, None).json["assignment"] is None
    assert house.seen(ticket, contractor).status == 404
    assert world.events(ticket["id"]) == ["maintenance.created", "maintenance.assigned", "maintenance.unassigned"]


def test_a_contractor_sees_what_the_work_needs_and_no_more(house):
    ticket, contractor = house.report(), house.contractor()
    house.assign(ticket, contractor)

    seen = house.seen(ticket, contractor).json
    assert seen["reporter"] == {"name": house.client.name, "phone": None, "side": "CLIENT"}
    assert (seen["building"]["address"]["city"], seen["floor_number"]) == ("New York", 1)
    assert (seen["client_id"], seen["client"]) == (None, None)
    text = str(seen)
    assert str(house.contract) not in text and str(house.client.organization_id) not in text


def test_a_contractor_accepts_or_declines_once(house, world):
    ticket, contractor = house.report(), house.contractor()
    house.assign(ticket, contractor)
    assert answer(ticket, world.colleague(contractor), accept=True).json["assignment"] == "ACCEPTED"
    assert answer(ticket, contractor, accept=False).status == 409

    other = house.report()
    house.assign(other, contractor)
    declined = answer(other, contractor, accept=False, reason="No time")
    assert (declined.status, declined.json["assigned_contractor_id"]) == (200, None)
    assert house.seen(other, contractor).status == 404
    [*_, told] = house.seen(other, house.owner).json["history"]
    assert (told["action"], told["reason"], told["user_id"]) == ("DECLINED", "No time", str(contractor.id))


def test_beginning_is_accepting(house):
    ticket, contractor = house.report(), house.contractor()
    house.assign(ticket, contractor)

    assert house.change(ticket, contractor, status="IN_PROGRESS").json["assignment"] == "ACCEPTED"
    assert answer(ticket, contractor, accept=True).status == 409


def test_only_contractors_are_assigned_and_only_what_is_not_resolved(house, world):
    ticket = house.report()
    for stranger in (world.client(), world.owner(), house.owner):
        assert house.assign(ticket, stranger).status == 404
    body = {"contractor_id": other_id()}
    assert call(assign_ticket, as_=house.owner, path={"ticket_id": ticket["id"]}, body=body).status == 404

    contractor = house.contractor()
    house.resolved(ticket, contractor)
    assert (house.assign(ticket, None).status, house.assign(ticket, None).code) == (409, "TICKET_NOT_OPEN")


def test_ended_insurance_asks_to_be_accepted_and_an_unknown_one_does_not(house, world):
    ended = house.contractor(trades=["lifts"], insurance={"expires_on": "2026-01-31"})
    today = world.sql("SELECT app.today('UTC')::text AS day")[0]["day"]
    last_day = house.contractor(insurance={"expires_on": today})

    refused = house.assign(house.report(), ended)
    assert (refused.status, refused.code) == (409, "INSURANCE_EXPIRED")
    assert house.assign(house.report(), ended, accept_uninsured=True).status == 200
    for insured in (last_day, house.contractor(), house.contractor(trades=["lifts"])):
        assert house.assign(house.report(), insured).status == 200


def test_of_two_who_assign_at_once_the_last_one_counts(house, world):
    ticket, contractors = house.report(), [house.contractor() for _ in range(2)]

    replies = together([lambda one=one: house.assign(ticket, one) for one in contractors])

    assert [reply.status for reply in replies] == [200, 200]
    seen = house.seen(ticket, house.owner).json
    assert sum(house.seen(ticket, one).status == 200 for one in contractors) == 1
    actions = [entry["action"] for entry in seen["history"]]
    assert actions == ["OPENED", "ASSIGNED", "UNASSIGNED", "ASSIGNED"]


def test_if_match_refuses_the_second_of_two_assignments(house):
    ticket = house.report()
    etag = house.seen(ticket, house.owner).headers["etag"]
    asked = {"as_": house.owner, "path": {"ticket_id": ticket["id"]}, "headers": {"if-match": etag}}

    assert call(assign_ticket, **asked, body={"contractor_id": house.contractor().id}).status == 200
    assert call(assign_ticket, **asked, body={"contractor_id": house.contractor().id}).status == 412


def test_a_contractor_who_is_replaced_learns_nothing_of_their_successor(house):
    ticket, first, second = house.report(), house.contractor(), house.contractor()
    house.assign(ticket, first)
    house.write(ticket, first, "I come on Monday.")
    house.assign(ticket, second)

    seen = house.seen(ticket, second).json
    assert str(first.id) not in str(seen) and "Monday" not in str(seen)
    assert [entry["action"] for entry in seen["history"]] == ["OPENED", "ASSIGNED"]
    assert "Monday" in str(house.seen(ticket, house.client).json)


def test_who_leaves_the_platform_leaves_no_name(house):
    ticket, contractor = house.report(), house.contractor()
    house.assign(ticket, contractor)
    assert call(delete_account, as_=contractor).status == 204

    text = str(house.seen(ticket, house.owner).json)
    assert contractor.name not in text and "Former user" in text


def test_a_role_that_does_no_maintenance_is_refused(house, world):
    ticket = house.report()
    for who in (house.client, world.colleague(house.owner, Role.FINANCIAL_OFFICER)):
        body = {"contractor_id": None}
        assert call(assign_ticket, as_=who, path={"ticket_id": ticket["id"]}, body=body).status == 403
