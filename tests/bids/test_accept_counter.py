"""An accepted counter-offer: the same hold, draft and saga as after an owner's approval."""

from datetime import date
from decimal import Decimal

import pytest

from functions.bids.accept_counter import accept_counter
from functions.contracts.get_contract import get_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.start_saga import start_saga
from functions.notifications.notify_people import notify_people
from tests.bids.negotiation import Negotiation


@pytest.fixture
def deal(world, call):
    return Negotiation(world, call)


def test_an_accepted_counter_offer_becomes_a_draft_contract_on_its_terms(world, call, deal):
    deal.counter(4800, start_date="2027-03-01", term_months=24)

    reply = call(accept_counter, as_=deal.client, path={"bid_id": deal.bid}, body={"notes": "Agreed"})

    assert (reply.status, reply.json["status"], reply.json["bid_amount"]) == (200, "APPROVED", 4500)
    [contract] = deal.contracts()
    assert reply.json["contract_id"] == str(contract["id"])
    assert (contract["status"], contract["base_rent"], contract["schedule_total"]) == (
        "DRAFT",
        Decimal("4800.00"),
        Decimal("115200.00"),
    )
    assert (contract["start_date"], contract["end_date"]) == (date(2027, 3, 1), date(2029, 2, 28))
    [space] = world.sql("SELECT availability_status, held_by_contract_id FROM spaces WHERE id = %(id)s", id=deal.space)
    assert space == {"availability_status": "RESERVED", "held_by_contract_id": contract["id"]}


def test_the_contract_names_the_owner_as_at_the_time_of_the_counter_offer(world, call, deal):
    deal.counter()
    world.sql("UPDATE users SET name = 'Renamed' WHERE id = %(id)s", id=deal.owner.id)

    deal.accept()

    [contract] = deal.contracts()
    organization = world.sql("SELECT * FROM organizations WHERE id = %(id)s", id=deal.owner.organization_id)[0]
    assert contract["owner_party"] == {
        "user_id": str(deal.owner.id),
        "name": deal.owner.name,
        "email": deal.owner.email,
        "organization_id": str(deal.owner.organization_id),
        "legal_name": organization["legal_name"],
        "address": organization["address"],
        "tax_id": "TAX-1",
        "logo_url": None,
    }
    assert contract["client_party"]["name"] == deal.client.name
    assert call(get_contract, as_=deal.client, path={"contract_id": contract["id"]}).status == 200


def test_after_a_revision_the_contract_names_the_owner_as_at_the_approval(world, deal):
    deal.counter()
    deal.revise()
    world.sql("UPDATE users SET name = 'Renamed' WHERE id = %(id)s", id=deal.owner.id)

    deal.approve()

    [contract] = deal.contracts()
    assert (contract["owner_party"]["name"], contract["base_rent"]) == ("Renamed", Decimal("4600.00"))


def test_accepting_a_counter_offer_emits_the_event_that_starts_the_saga(world, deal, invoke):
    deal.counter()
    deal.accept()

    event = world.event_details(deal.bid)[-1]

    assert event["name"] == "bid.approved"
    assert event["name"] in start_saga.operation.hears and event["name"] in notify_people.operation.hears
    assert event["data"]["contract_id"] == str(deal.contracts()[0]["id"])
    render_lease({"contract_id": event["data"]["contract_id"], "correlation_id": "saga-1"}, None)
    assert "contract.generated" in world.events(event["data"]["contract_id"])


def test_accepting_a_counter_offer_is_refused_if_another_bid_has_won_the_space(world, call, deal):
    deal.counter()
    winner = Negotiation(world, call, owner=deal.owner, space=deal.space)
    winner.approve()

    assert (deal.accept().code, deal.row()["status"]) == ("SPACE_NOT_AVAILABLE", "COUNTER_OFFERED")
    assert deal.contracts() == []


@pytest.mark.parametrize("change", ["availability_status = 'MAINTENANCE'", "is_leasable = false"])
def test_accepting_a_counter_offer_is_refused_if_the_space_is_no_longer_on_offer(world, deal, change):
    deal.counter()
    world.sql(f"UPDATE spaces SET {change} WHERE id = %(id)s", id=deal.space)
    before = world.sql("SELECT * FROM spaces WHERE id = %(id)s", id=deal.space)

    assert (deal.accept().status, deal.accept().code) == (409, "SPACE_NOT_AVAILABLE")
    assert world.sql("SELECT * FROM spaces WHERE id = %(id)s", id=deal.space) == before
    assert deal.contracts() == []
