"""Contractors are asked (invite_contractors), quote (quote_ticket), one is accepted (accept_quote) and rated
(rate_ticket)."""

from decimal import Decimal

import pytest

from functions.maintenance.accept_quote import accept_quote
from functions.maintenance.list_tickets import list_tickets
from functions.maintenance.quote_ticket import quote_ticket
from functions.maintenance.rate_ticket import rate_ticket
from shared.kit.catalog import Role
from tests.call import call, ids_in, other_id, together
from tests.maintenance.tickets import House


@pytest.fixture
def house(world):
    return House(world)


def quote(ticket, contractor, amount=480):
    body = {"amount": amount, "currency": "USD"}
    return call(quote_ticket, as_=contractor, path={"ticket_id": ticket["id"]}, body=body)


def accept(ticket, quoted, who, **body):
    path = {"ticket_id": ticket["id"], "quote_id": quoted["id"]}
    return call(accept_quote, as_=who, path=path, body=body)


def rate(ticket, who, stars=4, **body):
    return call(rate_ticket, as_=who, path={"ticket_id": ticket["id"]}, body={"stars": stars, **body})


def test_who_is_asked_sees_the_ticket_without_people(house, world):
    ticket, asked, assigned = house.report(), house.contractor(), house.contractor()
    house.assign(ticket, assigned)
    assert [one["contractor_id"] for one in house.invite(ticket, asked).json["data"]] == [str(asked.id)]

    seen = house.seen(ticket, asked).json
    hidden = ("reporter", "reported_by", "client", "client_id", "assigned_contractor_id", "contractor", "assignment")
    assert {seen[name] for name in hidden} == {None}
    assert seen["building"]["name"] and seen["space"]["name"] and seen["description"] == ticket["description"]
    for private in (house.client.id, house.client.name, assigned.id, assigned.name):
        assert str(private) not in str(seen)
    assert ids_in(list_tickets, as_=asked) == [ticket["id"]]
    assert house.change(ticket, asked, status="IN_PROGRESS").status == 403


def test_whoever_is_not_named_again_is_no_longer_asked(house):
    ticket, first, second = house.report(), house.contractor(), house.contractor()
    house.invite(ticket, first)
    house.invite(ticket, second)

    assert [house.seen(ticket, one).status for one in (first, second)] == [404, 200]
    assert quote(ticket, first).status == 404


def test_no_contractor_and_no_tenant_sees_anothers_quote(house):
    ticket, first, second = house.report(), house.contractor(), house.contractor()
    house.invite(ticket, first, second)
    assert quote(ticket, first, 480).status == quote(ticket, second, 510).status == 201

    amounts = {
        name: [one["amount"] for one in house.seen(ticket, who).json["quotes"]]
        for name, who in {"owner": house.owner, "client": house.client, "first": first, "second": second}.items()
    }
    assert amounts == {"owner": [480, 510], "client": [], "first": [480], "second": [510]}
    assert len(house.seen(ticket, first).json["invited"]) == 1


def test_the_accepted_contractor_is_assigned_and_the_others_are_declined(house, world):
    ticket, first, second = house.report(), house.contractor(), house.contractor()
    house.invite(ticket, first, second)
    chosen, other = quote(ticket, first).json, quote(ticket, second).json

    assert accept(ticket, chosen, world.colleague(house.owner, Role.AGENT)).status == 403
    reply = accept(ticket, chosen, house.owner)
    assert (reply.json["assigned_contractor_id"], reply.json["assignment"]) == (str(first.id), "ACCEPTED")
    assert [one["status"] for one in house.seen(ticket, house.owner).json["quotes"]] == ["ACCEPTED", "DECLINED"]
    assert accept(ticket, other, house.owner).code == "QUOTE_CLOSED"
    assert house.seen(ticket, first).json["reporter"]["name"] == house.client.name


def test_of_two_quotes_accepted_at_once_one_counts(house):
    ticket, contractors = house.report(), [house.contractor() for _ in range(2)]
    house.invite(ticket, *contractors)
    quotes = [quote(ticket, one).json for one in contractors]

    replies = together([lambda one=one: accept(ticket, one, house.owner) for one in quotes])

    assert sorted(reply.status for reply in replies) == [200, 409]


def test_a_quote_of_another_ticket_is_not_found(house):
    ticket, other, contractor = house.report(), house.report(), house.contractor()
    house.invite(ticket, contractor)
    quoted = quote(ticket, contractor).json

    assert accept(other, quoted, house.owner).status == accept(ticket, {"id": other_id()}, house.owner).status == 404


def test_ended_insurance_asks_to_be_accepted(house):
    ticket, ended = house.report(), house.contractor(insurance={"expires_on": "2026-01-31"})
    house.invite(ticket, ended)
    quoted = quote(ticket, ended).json

    assert accept(ticket, quoted, house.owner).code == "INSURANCE_EXPIRED"
    assert accept(ticket, quoted, house.owner, accept_uninsured=True).status == 200


def test_the_quote_of_somebody_who_left_goes_to_a_colleague_or_nobody(house, world):
    ticket, contractor = house.report(), house.contractor()
    colleague = world.colleague(contractor)
    house.invite(ticket, contractor)
    quoted = quote(ticket, contractor).json
    world.sql("UPDATE users SET deleted_at = now() WHERE id = %(id)s", id=contractor.id)
    second = quote(ticket, colleague).json
    assert accept(ticket, quoted, house.owner).json["assigned_contractor_id"] == str(colleague.id)
    assert second["status"] == "OPEN"

    alone, other = house.contractor(), house.report()
    house.invite(other, alone)
    quoted = quote(other, alone).json
    world.sql("UPDATE users SET status = 'SUSPENDED' WHERE id = %(id)s", id=alone.id)
    assert accept(other, quoted, house.owner).code == "CONTRACTOR_GONE"


def test_a_resolved_ticket_is_neither_quoted_nor_asked_about(house):
    contractor = house.contractor()
    ticket = house.resolved(house.report(), contractor)

    assert quote(ticket, contractor).code == house.invite(ticket, contractor).code == "TICKET_NOT_OPEN"


def test_only_contractors_of_different_organizations_are_asked(house, world):
    ticket, contractor = house.report(), house.contractor()
    twice = house.invite(ticket, contractor, world.colleague(contractor))

    assert (twice.status, twice.fields) == (400, ["contractor_ids"])
    assert house.invite(ticket, world.client()).status == 404


def test_a_tenant_rates_once_what_is_resolved(house, world):
    contractor = house.contractor()
    ticket = house.report()
    assert rate(ticket, house.client).code == "NOT_RESOLVED"
    house.resolved(ticket, contractor)

    assert rate(ticket, house.client, 4, comment="Quick").json["stars"] == 4
    assert rate(ticket, world.colleague(house.client)).code == "ALREADY_RATED"
    assert rate(ticket, contractor).status == 403
    for who in (house.owner, house.client, contractor):
        assert house.seen(ticket, who).json["rating"]["comment"] == "Quick"


@pytest.mark.parametrize("stars", [0, 6, Decimal("4.5"), "5", None])
def test_an_invalid_number_of_stars_is_named(house, stars):
    ticket = house.resolved(house.report(), house.contractor())

    assert rate(ticket, house.client, stars).fields == ["stars"]
