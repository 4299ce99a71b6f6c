"""The maintenance report: what was open, how fast it was answered and resolved, and what it cost."""

import csv
import io
from datetime import date, timedelta

import pytest

from functions.maintenance.add_cost import add_cost
from functions.reports.show_maintenance import show_maintenance
from shared.kit.catalog import Role
from tests.call import call
from tests.maintenance.tickets import House


@pytest.fixture
def house(world):
    return House(world)


def shown(who, **query):
    reply = call(show_maintenance, as_=who, query=query)
    assert reply.status == 200, reply.json
    return reply.json


def moved(world, ticket, **moments):
    """The ticket, with these moments, in hours before now."""
    changes = ", ".join(f"{name} = app.now() - make_interval(hours => {hours})" for name, hours in moments.items())
    world.sql(f"UPDATE tickets SET {changes} WHERE id = %(id)s", id=ticket["id"])


def by_priority(report):
    return {row.pop("priority"): row for row in report["open"]}


def test_open_tickets_are_counted_by_age_and_priority(house, world):
    for hours in (0, 23, 25, 24 * 8 - 1, 24 * 8 + 1, 24 * 30, 24 * 40):
        moved(world, house.report(priority="HIGH"), opened_at=hours)
    house.report(priority="LOW")
    house.resolved(house.report(priority="URGENT"), house.contractor())

    report = by_priority(shown(house.owner))
    assert list(report) == ["URGENT", "HIGH", "MEDIUM", "LOW"]
    assert report["HIGH"] == {"under_1_day": 2, "days_1_7": 2, "days_8_30": 2, "over_30_days": 1, "total": 7}
    assert (report["LOW"]["total"], report["URGENT"]["total"]) == (1, 0)


def test_medians_and_the_share_in_time_are_of_the_last_twelve_months(house, world):
    contractor = house.contractor()
    for opened, replied, resolved, due in (
        (100, 90, 80, 70),
        (100, 96, 50, 70),
        (100, 98, 40, 10),
        (10_000, 9_000, 0, 0),
    ):
        ticket = house.resolved(house.report(), contractor)
        moved(world, ticket, opened_at=opened, replied_at=replied, resolved_at=resolved, due_at=due)

    totals = shown(house.owner)["totals"]
    assert (totals["reported"], totals["resolved"], totals["open"]) == (3, 3, 0)
    # 10, 4 and 2 hours; 20, 50 and 60; two of three in time.
    assert (totals["median_hours_to_reply"], totals["median_hours_to_resolution"]) == (4, 50)
    assert float(totals["within_due"]) == 0.6667


def test_what_the_owners_side_reported_itself_waits_for_no_answer(house):
    house.report(house.owner)

    totals = shown(house.owner)["totals"]
    assert (totals["reported"], totals["median_hours_to_reply"], totals["within_due"]) == (1, None, None)


def test_a_day_in_the_past_shows_what_was_open_then(house, world):
    ticket = house.resolved(house.report(), house.contractor())
    moved(world, ticket, opened_at=24 * 10, resolved_at=24 * 2)
    today = world.sql("SELECT app.today('UTC') AS day")[0]["day"]

    def open_on(days):
        return shown(house.owner, as_of=today - timedelta(days=days))["totals"]["open"]

    assert [open_on(days) for days in (12, 9, 4, 1, 0)] == [0, 1, 1, 0, 0]


def test_costs_are_by_building_category_and_currency(house, world):
    other = House(world, house.owner, house.client)
    day = world.sql("SELECT app.today('UTC') AS day")[0]["day"]
    pump, lamp = house.report(category="PLUMBING"), other.report(category="ELECTRICAL")
    for ticket, amount, currency, spent_on in (
        (pump, 100, "USD", day),
        (pump, 50, "USD", day - timedelta(days=364)),
        (pump, 70, "EUR", day),
        (pump, 999, "USD", day - timedelta(days=367)),
        (lamp, 30, "USD", day),
    ):
        body = {"supplier": "X", "amount": amount, "tax_amount": 5, "currency": currency, "date": spent_on}
        assert call(add_cost, as_=house.owner, path={"ticket_id": ticket["id"]}, body=body).status == 201

    costs = shown(house.owner)["costs"]
    found = {(row["building_id"], row["category"], row["currency"]): (row["amount"], row["expenses"]) for row in costs}
    assert found == {
        (str(house.building), "PLUMBING", "USD"): (150, 2),
        (str(house.building), "PLUMBING", "EUR"): (70, 1),
        (str(other.building), "ELECTRICAL", "USD"): (30, 1),
    }
    assert [row["building_id"] for row in shown(house.owner, building_id=other.building)["costs"]] == [
        str(other.building)
    ]


def test_another_owners_tickets_are_not_in_it(house, world):
    House(world).report()
    house.report()

    assert shown(house.owner)["totals"]["reported"] == 1
    assert shown(world.owner())["data"] == []
    assert call(show_maintenance, as_=world.owner(), query={"building_id": house.building}).status == 404
    officer = world.colleague(house.owner, Role.FINANCIAL_OFFICER)
    assert shown(officer)["totals"]["reported"] == 1
    clients_officer = world.colleague(house.client, Role.FINANCIAL_OFFICER)
    assert shown(clients_officer)["totals"]["reported"] == 0


def test_as_csv_it_has_a_row_for_each_building(house):
    house.report()
    reply = call(show_maintenance, as_=house.owner, headers={"accept": "text/csv"})

    assert reply.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(io.StringIO(reply.body.decode()))
    assert (row["building_id"], row["open"], row["overdue"]) == (str(house.building), "1", "0")
    assert date.fromisoformat(reply.headers["content-disposition"].split("maintenance-")[1][:10])
