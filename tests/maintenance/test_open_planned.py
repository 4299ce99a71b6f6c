"""Plans: create_maintenance_plan, get_maintenance_plan, list_maintenance_plans, update_maintenance_plan,
delete_maintenance_plan, and the tickets that open_planned opens."""

from datetime import datetime, timedelta

import pytest

from functions.maintenance.create_maintenance_plan import create_maintenance_plan
from functions.maintenance.delete_maintenance_plan import delete_maintenance_plan
from functions.maintenance.get_maintenance_plan import get_maintenance_plan
from functions.maintenance.list_maintenance_plans import list_maintenance_plans
from functions.maintenance.list_tickets import list_tickets
from functions.maintenance.open_planned import open_planned
from functions.maintenance.update_maintenance_plan import update_maintenance_plan
from shared.kit.catalog import Role
from tests.call import call, ids_in, other_id, together
from tests.maintenance.successes import PLAN
from tests.maintenance.tickets import House


@pytest.fixture
def house(world):
    return House(world)


@pytest.fixture
def today(world):
    return world.sql("SELECT app.today('UTC') AS day")[0]["day"]


def planned(house, **changes):
    body = {**PLAN, "building_id": house.building, **changes}
    return call(create_maintenance_plan, as_=house.owner, body=body)


def change(house, plan, **changes):
    path = {"maintenance_plan_id": plan["id"]}
    return call(update_maintenance_plan, as_=house.owner, path=path, body=changes)


def opened(world, plan):
    sql = "SELECT occurs_on FROM tickets WHERE plan_id = %(id)s ORDER BY occurs_on"
    return [row["occurs_on"] for row in world.sql(sql, id=plan["id"])]


def run(world, *days):
    for day in days:
        with world.clock_moved(day):
            together([lambda: open_planned({}, None)] * 2)


def test_each_day_opens_one_ticket_so_many_days_before(house, world, today):
    plan = planned(house, rrule="FREQ=WEEKLY", starts_on=today + timedelta(days=10), lead_days=3).json
    assert plan["next_on"] == (today + timedelta(days=10)).isoformat()
    run(world, 0, 6)
    assert opened(world, plan) == []
    run(world, 7, 7, 8, 13)
    assert opened(world, plan) == [today + timedelta(days=10)]

    [ticket] = call(list_tickets, as_=house.owner).json["data"]
    assert (ticket["plan_id"], ticket["occurs_on"], ticket["checklist"]) == (
        plan["id"],
        (today + timedelta(days=10)).isoformat(),
        PLAN["checklist"],
    )
    assert (ticket["reported_by"], ticket["reporter"], ticket["client"]) == (None, None, None)
    # From the beginning of its day, five days.
    assert datetime.fromisoformat(ticket["due_at"]).date() == today + timedelta(days=15)
    assert world.events(ticket["id"]) == ["maintenance.created"]


def test_days_that_were_missed_get_their_tickets_each_once(house, world, today):
    plan = planned(house, rrule="FREQ=DAILY", starts_on=today, lead_days=0).json
    run(world, 0, 4)

    assert opened(world, plan) == [today + timedelta(days=day) for day in range(5)]
    numbers = [row["number"] for row in world.sql("SELECT number FROM tickets WHERE plan_id = %(id)s", id=plan["id"])]
    assert sorted(numbers) == [1, 2, 3, 4, 5]


def test_a_yearly_inspection_runs_three_years(house, world, today):
    plan = planned(house, rrule="FREQ=YEARLY", starts_on=today + timedelta(days=30), lead_days=14).json
    run(world, 20, 400, 1100)

    assert [day.year - today.year for day in opened(world, plan)] in ([0, 1, 2], [1, 2, 3])


def test_days_before_the_plan_was_made_open_nothing(house, world, today):
    plan = planned(house, rrule="FREQ=DAILY", starts_on="1999-01-01", lead_days=0).json
    run(world, 0)

    assert opened(world, plan) == [today]


def test_a_day_begins_at_the_building(world):
    owner = world.owner()
    building = world.building(owner, timezone="Pacific/Kiritimati")
    body = {**PLAN, "building_id": building, "rrule": "FREQ=DAILY", "starts_on": "2020-01-01", "lead_days": 0}
    plan = call(create_maintenance_plan, as_=owner, body=body).json

    [there] = world.sql("SELECT app.today('Pacific/Kiritimati')::text AS day")
    assert plan["next_on"] == there["day"]


def test_a_rule_that_ends_opens_no_more(house, world, today):
    plan = planned(house, rrule="FREQ=DAILY;COUNT=2", starts_on=today, lead_days=0).json
    run(world, 0, 5)

    assert opened(world, plan) == [today, today + timedelta(days=1)]
    path = {"maintenance_plan_id": plan["id"]}
    assert call(get_maintenance_plan, as_=house.owner, path=path).json["next_on"] is None


@pytest.mark.parametrize(
    "rrule", ["FREQ=HOURLY", "monthly", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;UNTIL=20200101"]
)
def test_a_rule_that_is_none_or_never_comes_is_named(house, rrule):
    reply = planned(house, rrule=rrule)

    assert (reply.status, reply.fields) == (400, ["rrule"])


def test_the_contractor_is_assigned_unless_they_are_gone_or_uninsured(house, world, today):
    fine, gone, uninsured = house.contractor(), house.contractor(), house.contractor(trades=["lifts"])
    plans = {
        who: planned(house, rrule="FREQ=DAILY", starts_on=today, lead_days=0, contractor_id=who.id).json["id"]
        for who in (fine, gone, uninsured)
    }
    world.sql("UPDATE users SET deleted_at = now() WHERE id = %(id)s", id=gone.id)
    ended = "UPDATE contractor_profiles SET insurance_expires_on = '2020-01-01' WHERE organization_id = %(id)s"
    world.sql(ended, id=uninsured.organization_id)
    run(world, 0)

    tickets = {one["plan_id"]: one for one in call(list_tickets, as_=house.owner).json["data"]}
    assigned = {who: tickets[plan]["assigned_contractor_id"] for who, plan in plans.items()}
    assert assigned == {fine: str(fine.id), gone: None, uninsured: None}
    assert house.seen(tickets[plans[fine]], fine).status == 200
    assert planned(house, contractor_id=other_id()).status == 404


def test_a_changed_rule_gives_no_day_a_second_ticket(house, world, today):
    plan = planned(house, rrule="FREQ=DAILY", starts_on=today, lead_days=3).json
    run(world, 0)
    assert len(opened(world, plan)) == 4

    changed = change(house, plan, rrule="FREQ=DAILY;INTERVAL=1", lead_days=4)
    assert changed.json["next_on"] == (today + timedelta(days=4)).isoformat()
    run(world, 0)
    assert opened(world, plan) == [today + timedelta(days=day) for day in range(5)]


def test_a_deleted_plan_opens_nothing_and_is_not_found(house, world, today):
    plan = planned(house, rrule="FREQ=DAILY", starts_on=today, lead_days=0).json
    path = {"maintenance_plan_id": plan["id"]}
    assert call(delete_maintenance_plan, as_=house.owner, path=path).status == 204
    run(world, 3)

    assert opened(world, plan) == []
    assert call(get_maintenance_plan, as_=house.owner, path=path).status == 404
    assert ids_in(list_maintenance_plans, as_=house.owner) == []


def test_plans_are_the_owners_sides(house, world):
    plan = planned(house).json
    path = {"maintenance_plan_id": plan["id"]}

    assert ids_in(list_maintenance_plans, as_=world.colleague(house.owner, Role.AGENT)) == [plan["id"]]
    assert call(get_maintenance_plan, as_=world.owner(), path=path).status == 404
    for who in (house.client, house.contractor()):
        assert call(get_maintenance_plan, as_=who, path=path).status == 403
    assert planned(House(world), building_id=house.building).status == 404


def test_if_match_refuses_what_has_changed(house):
    path = {"maintenance_plan_id": planned(house).json["id"]}
    etag = call(get_maintenance_plan, as_=house.owner, path=path).headers["etag"]
    asked = {"as_": house.owner, "path": path, "headers": {"if-match": etag}}

    assert call(update_maintenance_plan, **asked, body={"lead_days": 1}).status == 200
    assert call(update_maintenance_plan, **asked, body={"lead_days": 2}).status == 412
