"""Conversations about a ticket (functions/messages/open_conversation.py), and the export of tickets."""

import json

import pytest

from functions.messages.open_conversation import open_conversation
from tests.call import call
from tests.exports.exporting import Exporting
from tests.maintenance.tickets import House


@pytest.fixture
def exporting(world, environment):
    return Exporting(world)


@pytest.fixture
def house(world):
    return House(world)


def write(ticket, who, **changes):
    about = {"type": "TICKET", "id": ticket["id"]}
    return call(open_conversation, as_=who, body={"content": "When do you come?", "context": about, **changes})


def test_a_tenant_and_the_owners_side_write_about_their_ticket(house):
    ticket = house.report()
    first, second = write(ticket, house.client), write(ticket, house.owner)

    assert (first.status, first.json["receiver_id"]) == (201, str(house.owner.id))
    assert (second.status, second.json["conversation_id"]) == (200, first.json["conversation_id"])


def test_a_contractor_writes_with_the_owners_side_alone(house):
    ticket, contractor = house.report(), house.contractor()
    assert write(ticket, contractor).status == 404
    house.assign(ticket, contractor)
    tenants, contractors = write(ticket, house.client), write(ticket, contractor)

    assert (contractors.status, contractors.json["receiver_id"]) == (201, str(house.owner.id))
    assert contractors.json["conversation_id"] != tenants.json["conversation_id"]
    assert write(ticket, house.contractor()).status == 404


def test_the_export_of_tickets_has_those_of_the_owner_and_no_notes(house, world, exporting: Exporting):
    ticket, other = house.report(), House(world).report()
    house.write(ticket, house.owner, "Canary: internal", internal=True)

    text = exporting.file(house.owner, "TICKETS", "JSON").decode()
    [exported] = json.loads(text)["tickets"]
    assert (exported["id"], exported["number"], exported["building"]["name"]) == (
        ticket["id"],
        1,
        ticket["building"]["name"],
    )
    assert "Canary" not in text and other["id"] not in text
    header, _ = exporting.file(house.owner, "TICKETS", "CSV").decode().splitlines()
    assert header.startswith("id,number,organization_id,building_id,building.id,building.name,")
