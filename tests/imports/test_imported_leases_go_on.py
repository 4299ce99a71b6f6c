"""What becomes of a lease after its import: the day jobs treat it as every other one, and its opening stays."""

from datetime import date, timedelta

from functions.imports.import_buildings import import_buildings
from functions.imports.import_leases import import_leases
from functions.payments.list_invoices import list_invoices
from functions.reports.show_aging import show_aging
from functions.reports.show_rent_roll import show_rent_roll
from shared.maths.months import add_months
from tests.imports.files import csv_of, faults, imported, spaces
from tests.imports.test_import_leases import contract_of, first_of, lease, ledger_of, today
from tests.invariants import broken, untied


def taken_over(calendar, *leases):
    owner = calendar.world.owner()
    imported(calendar.world, import_buildings, owner, csv_of(spaces(2)))
    done = imported(calendar.world, import_leases, owner, csv_of(list(leases)))
    assert done["status"] == "COMPLETED", faults(owner, done["id"])
    return owner


def space_of(calendar, contract):
    sql = "SELECT availability_status, held_by_contract_id FROM spaces WHERE id = %(id)s"
    return calendar.world.sql(sql, id=contract["space_id"])[0]


def test_months_after_the_import_are_invoiced_and_fall_due_as_ever(calendar):
    calendar.set("2026-06-10T12:00:00Z")
    owner = taken_over(calendar, lease(calendar.world, open_balance="99"))

    for month in ("2026-06-25", "2026-07-02", "2026-08-02"):
        calendar.set(f"{month}T12:00:00Z")
        calendar.run()

    contract = contract_of(calendar.world, "L-1", owner)
    found = calendar.call(list_invoices, as_=owner, query={"limit": 100}).json["data"]
    assert sorted((one["number"], one["due_date"]) for one in found) == [
        (1, "2026-06-01"), (2, "2026-07-01"), (3, "2026-08-01"),
    ]  # fmt: skip
    assert ledger_of(owner, contract, calendar.call)["meta"]["balance"] == 3099
    assert untied(calendar.world.database_url, [str(contract["id"])]) == {}
    for day in ("2026-05-31", "2026-06-10", "2026-07-31"):
        for basis in ("DOCUMENT", "POSTED"):
            query = {"as_of": day, "basis": basis}
            aging = calendar.call(show_aging, as_=owner, query=query).json
            assert {one["ties"] for one in aging["totals"]} <= {True}, query
            roll = calendar.call(show_rent_roll, as_=owner, query=query).json
            assert {one["ties"] for one in roll["totals"]["rents"]} <= {True}, query


def test_the_space_goes_to_the_next_lease_when_the_one_that_runs_ends(calendar):
    calendar.set("2026-06-10T12:00:00Z")
    world = calendar.world
    start = first_of(today(world), -23)
    last = add_months(start, 24) - timedelta(days=1)
    now = lease(world, start_date=start.isoformat(), end_date=last.isoformat())
    next_day = (last + timedelta(days=1)).isoformat()
    later = {"contract_external_id": "L-2", "start_date": next_day, "end_date": "", "paid_through": "", "deposit": ""}
    following = lease(world, **later, tenant_email="next@tenant.example")
    owner = taken_over(calendar, now, following)
    first, second = contract_of(world, "L-1", owner), contract_of(world, "L-2", owner)
    assert (last, first["status"], second["status"]) == (date(2026, 6, 30), "ACTIVE", "SIGNED")

    calendar.set("2026-07-01T12:00:00Z")
    calendar.run()

    assert contract_of(world, "L-1", owner)["status"] == "EXPIRED"
    assert contract_of(world, "L-2", owner)["status"] == "ACTIVE"
    assert space_of(calendar, first) == {"availability_status": "OCCUPIED", "held_by_contract_id": second["id"]}


def test_a_closed_month_is_left_alone(calendar):
    calendar.set("2026-06-10T12:00:00Z")
    world = calendar.world
    owner = world.owner()
    world.sql("INSERT INTO books (organization_id, open_from) VALUES (%(id)s, '2026-06-01')", id=owner.organization_id)
    imported(world, import_buildings, owner, csv_of(spaces(1)))
    imported(world, import_leases, owner, csv_of([lease(world, open_balance="5")]))

    posted = world.sql(
        "SELECT DISTINCT posted_on FROM journal_lines WHERE owner_organization_id = %(id)s", id=owner.organization_id
    )

    assert [one["posted_on"] for one in posted] == [date(2026, 6, 10)]


def test_every_promise_of_the_database_holds_after_imports(calendar):
    calendar.set("2026-06-10T12:00:00Z")
    taken_over(calendar, lease(calendar.world, paid_through="", open_balance="-50"))

    found = broken(calendar.world.database_url)

    found.pop("every event went out", None)
    assert found == {}
