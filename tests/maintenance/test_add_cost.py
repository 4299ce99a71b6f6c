from decimal import Decimal

import pytest

from functions.files.download_file import download_file
from functions.journal.change_period import change_period
from functions.maintenance.add_cost import add_cost
from shared.kit.catalog import Role
from tests.call import call
from tests.files.pictures import picture, upload
from tests.maintenance.successes import COST
from tests.maintenance.tickets import House


@pytest.fixture
def house(world):
    return House(world)


def cost(ticket, who, **changes):
    return call(add_cost, as_=who, path={"ticket_id": ticket["id"]}, body={**COST, **changes})


def amounts(house, ticket, who):
    return [one["amount"] for one in house.seen(ticket, who).json["costs"]]


def test_a_cost_is_an_expense_of_the_tickets_building(house, world):
    ticket = house.report()
    reply = cost(ticket, house.owner)

    expense = reply.json
    assert (reply.status, expense["ticket_id"], expense["building_id"]) == (201, ticket["id"], str(house.building))
    assert (expense["amount"], expense["tax_amount"], expense["category"]) == (480, 40, "REPAIRS")
    assert (expense["date"], expense["posted_on"], expense["version"]) == ("2026-01-15", "2026-01-15", 1)
    assert world.events(expense["id"]) == ["expense.created"]


def test_each_side_sees_what_it_may(house, world):
    contractor, ticket = house.contractor(), house.report()
    house.assign(ticket, contractor)
    assert cost(ticket, world.colleague(house.owner, Role.AGENT), amount=100).status == 201
    assert cost(ticket, contractor, amount=200).status == 201

    assert amounts(house, ticket, house.owner) == [100, 200]
    assert amounts(house, ticket, contractor) == amounts(house, ticket, world.colleague(contractor)) == [200]
    assert amounts(house, ticket, house.client) == []
    assert cost(ticket, house.client).status == 403


def test_only_the_assigned_contractor_writes_costs_down(house):
    ticket, asked = house.report(), house.contractor()
    assert cost(ticket, asked).status == 404
    house.invite(ticket, asked)
    assert cost(ticket, asked).status == 403


def test_a_cost_of_a_closed_month_is_posted_in_the_first_open_one(house):
    contractor, ticket = house.contractor(), house.report()
    house.assign(ticket, contractor)
    closed = call(change_period, as_=house.owner, path={"period": "2026-02"}, body={"status": "CLOSED"})
    assert closed.status == 200, closed.json

    for who in (house.owner, contractor):
        expense = cost(ticket, who, date="2026-01-15").json
        assert (expense["date"], expense["posted_on"]) == ("2026-01-15", "2026-03-01")
    assert cost(ticket, contractor, date="2026-03-02").json["posted_on"] == "2026-03-02"


def test_a_receipt_is_opened_by_the_owners_side_and_whoever_uploaded_it(house, world):
    contractor, ticket = house.contractor(), house.report()
    house.assign(ticket, contractor)
    receipt = upload(contractor, picture(), purpose="EXPENSE_RECEIPT").json["id"]
    assert cost(ticket, contractor, receipt_id=receipt).json["receipt_id"] == receipt

    def opens(who):
        asked = {"path": {"file_id": receipt}, "headers": {"accept": "application/json"}}
        return call(download_file, as_=who, **asked).status == 200

    assert opens(house.owner) and opens(world.colleague(house.owner, Role.AGENT)) and opens(contractor)
    assert not opens(house.client) and not opens(world.owner()) and not opens(world.user(Role.SUPPORT))
    wrong = upload(house.owner, picture(), purpose="AVATAR").json["id"]
    assert cost(ticket, house.owner, receipt_id=receipt).status == 404
    assert cost(ticket, house.owner, receipt_id=wrong).fields == ["receipt_id"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("amount", {"amount": Decimal("10.5"), "currency": "JPY"}),
        ("tax_amount", {"tax_amount": Decimal("0.5"), "currency": "JPY"}),
        ("amount", {"amount": 0}),
        ("supplier", {"supplier": " "}),
        ("currency", {"currency": "XXX"}),
    ],
)
def test_an_invalid_field_is_named(house, field, changes):
    reply = cost(house.report(), house.owner, **changes)

    assert (reply.status, reply.fields) == (400, [field])
