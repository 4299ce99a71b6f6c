"""Leases that run today from a file: their schedules, what is settled, owed or credit, and what is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from functions.contracts.download_contract import download_contract
from functions.contracts.get_contract import get_contract
from functions.contracts.get_ledger import get_ledger
from functions.contracts.renew_contract import renew_contract
from functions.contracts.terminate_contract import terminate_contract
from functions.imports.import_buildings import import_buildings
from functions.imports.import_leases import import_leases
from functions.journal.show_journal import show_journal
from functions.payments.download_invoice import download_invoice
from functions.payments.list_invoices import list_invoices
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.shorten_schedule import shorten_schedule
from functions.reports.show_aging import show_aging
from functions.reports.show_rent_roll import show_rent_roll
from shared.imports.columns import Kind
from shared.maths.months import add_months, end_date
from tests.call import invoke
from tests.imports.files import csv_of, faults, imported, row, spaces
from tests.invariants import untied
from tests.payments.lease import text_of


@pytest.fixture
def owner(world):
    return world.owner()


def today(world):
    [found] = world.sql("SELECT app.today('America/New_York') AS today")
    return found["today"]


def first_of(day, months=0):
    return add_months(day.replace(day=1), months)


def lease(world, **cells):
    """A lease of 24 months that began half a year ago, paid to the end of last month, in a building of New York."""
    start = first_of(today(world), -6)
    return row(Kind.LEASES) | {
        "space_external_id": "S-1",
        "contract_external_id": "L-1",
        "start_date": start.isoformat(),
        "end_date": end_date(start, 24).isoformat(),
        "term_months": "24",
        "base_rent_monthly": "1000.00",
        "deposit": "2500.00",
        "escalation_kind": "",
        "escalation_percent": "",
        "free_months": "",
        "paid_through": (first_of(today(world)) - timedelta(days=1)).isoformat(),
        "open_balance": "",
        **{name: str(cell) for name, cell in cells.items()},
    }


def take_over(world, owner, *leases, count=3):
    """The import of these leases into an organization with so many spaces."""
    imported(world, import_buildings, owner, csv_of(spaces(count)))
    return imported(world, import_leases, owner, csv_of(list(leases)), "leases.csv")


def contract_of(world, external_id, owner):
    [found] = world.sql(
        "SELECT * FROM contracts WHERE external_id = %(id)s AND owner_organization_id = %(owner)s",
        id=external_id,
        owner=owner.organization_id,
    )
    return found


def payments_of(owner, contract, call):
    found = call(list_payments, as_=owner, query={"contract_id": contract["id"], "limit": 100}).json["data"]
    return {(one["charge"], one["period_start"]): one for one in found}


def ledger_of(owner, contract, call):
    return call(get_ledger, as_=owner, path={"contract_id": contract["id"]}).json


def test_a_lease_is_taken_over_as_it_runs(world, owner, call):
    done = take_over(world, owner, lease(world))

    assert (done["status"], done["succeeded"], faults(owner, done["id"])) == ("COMPLETED", 1, [])
    row_ = contract_of(world, "L-1", owner)
    contract = call(get_contract, as_=owner, path={"contract_id": row_["id"]}).json
    assert (contract["status"], contract["imported"], contract["external_id"]) == ("ACTIVE", True, "L-1")
    assert (contract["client_id"], contract["contract_url"], contract["schedule_total"]) == (None, None, 24000)
    assert contract["client"] == {"id": None, "name": "Acme Trading LLC", "organization": "Acme Trading LLC"}
    payments = payments_of(owner, row_, call)
    rents = [payments["RENT", first_of(today(world), n).isoformat()] for n in range(-6, 18)]
    assert [one["status"] for one in rents[:6]] == ["PAID"] * 6
    assert [one["paid_amount"] for one in rents[:6]] == [1000] * 6
    assert {one["invoice_url"] or one["receipt_url"] for one in rents[:6]} == {None}
    assert rents[6]["status"] in ("DUE", "OVERDUE")
    assert rents[6]["invoice_url"] is not None
    assert {one["status"] for one in rents[7:]} == {"SCHEDULED"}
    assert [one["installment_number"] for one in rents] == list(range(1, 25))
    [deposit] = [one for (charge, _), one in payments.items() if charge == "DEPOSIT"]
    assert (deposit["amount"], deposit["status"], deposit["invoice_url"]) == (2500, "PAID", None)
    assert untied(world.database_url, [str(row_["id"])]) == {}
    [space] = world.sql(
        "SELECT availability_status, held_by_contract_id FROM spaces WHERE id = %(id)s", id=row_["space_id"]
    )
    assert (space["availability_status"], space["held_by_contract_id"]) == ("OCCUPIED", row_["id"])


def test_only_what_is_open_is_invoiced_and_in_the_series_from_1(world, owner, call):
    take_over(world, owner, lease(world, paid_through=(first_of(today(world), -2) - timedelta(days=1)).isoformat()))

    invoices = call(list_invoices, as_=owner).json["data"]

    assert sorted(one["number"] for one in invoices) == [1, 2, 3]
    assert {one["issued_on"] for one in invoices} == {today(world).isoformat()}
    document = call(download_invoice, as_=owner, path={"payment_id": invoices[0]["payment_id"]})
    assert "Acme Trading LLC" in text_of(document)
    contract = contract_of(world, "L-1", owner)
    assert ledger_of(owner, contract, call)["meta"]["balance"] == 3000
    assert (
        world.sql(
            "SELECT 1 FROM outbox WHERE name = 'payment.overdue' AND organization_id = %(id)s", id=owner.organization_id
        )
        == []
    )


def test_what_is_owed_besides_is_a_charge_and_gets_no_invoice(world, owner, call):
    take_over(world, owner, lease(world, open_balance="250.75"))

    contract = contract_of(world, "L-1", owner)
    [charge] = [one for (name, _), one in payments_of(owner, contract, call).items() if name == "OPENING_BALANCE"]
    assert (charge["amount"], charge["status"], charge["invoice_url"]) == (Decimal("250.75"), "DUE", None)
    assert charge["due_date"] == today(world).isoformat()
    ledger = ledger_of(owner, contract, call)
    assert sorted((one["type"], one["debit"]) for one in ledger["data"]) == [
        ("INVOICE", 1000), ("OPENING_CHARGE", Decimal("250.75")),
    ]  # fmt: skip
    assert ledger["meta"]["balance"] == Decimal("1250.75")
    assert call(download_invoice, as_=owner, path={"payment_id": charge["id"]}).status in (404, 409)
    paid = call(
        record_payment,
        as_=owner,
        path={"payment_id": charge["id"]},
        body={"paid_date": today(world).isoformat(), "payment_method": "bank_transfer"},
    )
    assert (paid.status, paid.json["status"], paid.json["invoice_url"]) == (200, "PAID", None)
    assert untied(world.database_url, [str(contract["id"])]) == {}


def test_an_open_balance_below_zero_is_credit_that_settles_what_is_open(world, owner, call):
    take_over(world, owner, lease(world, open_balance="-1300"))

    contract = contract_of(world, "L-1", owner)
    payments = payments_of(owner, contract, call)
    this, following = (payments["RENT", first_of(today(world), n).isoformat()] for n in (0, 1))
    assert (this["status"], this["paid_amount"], following["paid_amount"]) == ("PAID", 1000, 300)
    assert ledger_of(owner, contract, call)["meta"]["balance"] == -300
    assert untied(world.database_url, [str(contract["id"])]) == {}


def test_the_books_open_against_the_opening_balance(world, owner, call):
    take_over(
        world,
        owner,
        lease(world, open_balance="250"),
        lease(world, space_external_id="S-2", contract_external_id="L-2", deposit="", open_balance="-400"),
    )

    lines = call(show_journal, as_=owner, query={"from": "2000-01-01", "to": today(world).isoformat()}).json["data"]

    def total(account, contract):
        mine = [one for one in lines if one["account"] == account and one["contract_id"] == str(contract["id"])]
        return sum(one["debit"] - one["credit"] for one in mine)

    first, second = contract_of(world, "L-1", owner), contract_of(world, "L-2", owner)
    assert total("OPENING_BALANCE", first) == 2500 - 250
    assert total("DEPOSITS_HELD", first) == -2500
    assert total("RECEIVABLE", first) == 1250
    assert total("BANK", first) == total("TENANT_CREDIT", first) == 0
    assert total("OPENING_BALANCE", second) == 400
    assert (total("RECEIVABLE", second), total("TENANT_CREDIT", second)) == (600, 0)
    assert {one["posted_on"] for one in lines} == {today(world).isoformat()}
    assert sum(one["debit"] - one["credit"] for one in lines) == 0


def test_the_rent_roll_ties_to_the_spreadsheet(world, owner, call):
    rows = [
        lease(world, open_balance="100"),
        lease(world, space_external_id="S-2", contract_external_id="L-2", base_rent_monthly="1500.50", deposit="3001"),
        lease(world, space_external_id="S-3", contract_external_id="L-3", base_rent_monthly="750", deposit=""),
    ]
    take_over(world, owner, *rows, count=4)

    roll = call(show_rent_roll, as_=owner).json

    assert [one["status"] for one in roll["data"]].count("VACANT") == 1
    [totals] = roll["totals"]["rents"]
    assert (totals["leases"], totals["monthly_rent"], totals["deposit_held"]) == (3, Decimal("3250.50"), 5501)
    assert totals["ties"] is True
    [owed] = call(show_aging, as_=owner).json["totals"]
    assert (owed["total"], owed["ledger_balance"], owed["ties"]) == (Decimal("3350.50"), Decimal("3350.50"), True)


ENGINE = [
    ({"escalation_kind": "COMPOUND", "escalation_percent": "3"}, [1000, 1030]),
    ({"rent_steps": "13:1100;19:1250.50"}, [1000, 1100, Decimal("1250.50")]),
    ({"free_months": "7;8"}, [1000, 0]),
    ({"billing_frequency": "quarterly", "term_months": "24"}, [3000]),
]


@pytest.mark.parametrize(("cells", "amounts"), ENGINE)
def test_the_schedule_is_the_engines(world, owner, call, cells, amounts):
    paid = (first_of(today(world)) - timedelta(days=1)).isoformat()

    done = take_over(world, owner, lease(world, paid_through=paid, **cells))

    assert done["status"] == "COMPLETED", faults(owner, done["id"])
    contract = contract_of(world, "L-1", owner)
    found = {one["amount"] for (charge, _), one in payments_of(owner, contract, call).items() if charge == "RENT"}
    assert found == set(amounts)
    assert untied(world.database_url, [str(contract["id"])]) == {}


def test_a_lease_that_begins_later_is_signed_and_follows_the_one_that_runs(world, owner, call):
    now = lease(world)
    after = date.fromisoformat(now["end_date"]) + timedelta(days=1)
    later = lease(
        world, contract_external_id="L-2", start_date=after.isoformat(), end_date="", term_months="12", paid_through="",
        tenant_email="next@tenant.example",
    )  # fmt: skip

    done = take_over(world, owner, later, now)

    assert done["status"] == "COMPLETED", faults(owner, done["id"])
    first, second = contract_of(world, "L-1", owner), contract_of(world, "L-2", owner)
    assert (first["status"], second["status"]) == ("ACTIVE", "SIGNED")
    [space] = world.sql(
        "SELECT availability_status, held_by_contract_id FROM spaces WHERE id = %(id)s", id=first["space_id"]
    )
    assert (space["availability_status"], space["held_by_contract_id"]) == ("OCCUPIED", first["id"])


def wrong_rows(world):
    start = first_of(today(world), -6)
    over = add_months(start, -30)
    return [
        (lease(world, space_external_id="S-11"), "space_external_id", "UNKNOWN"),
        (lease(world, tenant_email="nobody"), "tenant_email", "WRONG_FORMAT"),
        (lease(world, currency="EUR"), "currency", "INVALID"),
        (lease(world, end_date=(start + timedelta(days=400)).isoformat()), "end_date", "INVALID"),
        (lease(world, end_date="", term_months=""), "end_date", "REQUIRED"),
        (lease(world, end_date=(start + timedelta(days=400)).isoformat(), term_months=""), "end_date", "INVALID"),
        (lease(world, start_date=over.isoformat(), end_date="", paid_through=""), "term_months", "TOO_SMALL"),
        (lease(world, start_date="01/02/2026"), "start_date", "WRONG_FORMAT"),
        (lease(world, contract_type="SALE"), "contract_type", "NOT_A_CHOICE"),
        (lease(world, base_rent_monthly="0"), "base_rent_monthly", "TOO_SMALL"),
        (lease(world, escalation_kind="COMPOUND"), "escalation_percent", "REQUIRED"),
        (lease(world, escalation_kind="INDEX"), "escalation_kind", "NOT_A_CHOICE"),
        (lease(world, rent_steps="13=1100"), "rent_steps", "WRONG_FORMAT"),
        (lease(world, rent_steps="13:1100;13:1200"), "rent_steps", "INVALID"),
        (lease(world, rent_steps="1:3100;13:3200.50;25:3300.25"), "rent_steps", "TOO_SMALL"),
        (lease(world, rent_steps="13:0"), "rent_steps", "TOO_SMALL"),
        (lease(world, free_months="99"), "free_months", "INVALID"),
        (lease(world, paid_through=(start + timedelta(days=40)).isoformat()), "paid_through", "INVALID"),
        (lease(world, paid_through=(start + timedelta(days=4000)).isoformat()), "paid_through", "TOO_LARGE"),
        (lease(world, deposit="-1"), "deposit", "TOO_SMALL"),
        (lease(world, open_balance="1.005"), "open_balance", "WRONG_FORMAT"),
        (lease(world, invite="maybe"), "invite", "NOT_A_CHOICE"),
    ]


def test_each_rule_of_a_lease_names_its_column(world, owner):
    rows = wrong_rows(world)
    numbered = [cells | {"contract_external_id": f"L-{n}"} for n, (cells, _, _) in enumerate(rows)]

    done = take_over(world, owner, *numbered)

    assert (done["succeeded"], done["failed"]) == (0, len(rows))
    assert [(one["row"], one["column"], one["code"]) for one in faults(owner, done["id"])] == [
        (n + 2, column, code) for n, (_, column, code) in enumerate(rows)
    ]
    suggestions = {one["column"]: one["suggestion"] for one in faults(owner, done["id"])}
    assert suggestions["space_external_id"] == "S-1"
    assert suggestions["currency"] == "USD"


def test_a_step_that_is_wrong_is_named_with_its_bound(world, owner):
    done = take_over(world, owner, lease(world, rent_steps="13:1100;1:3100"))

    [fault] = faults(owner, done["id"])
    assert fault["message"] == "item 2 must be at least 2"


def test_a_deposit_of_more_months_than_an_offer_names_is_taken_over(world, owner, call):
    done = take_over(world, owner, lease(world, base_rent_monthly="0.01", paid_through=""))

    assert (done["status"], faults(owner, done["id"])) == ("COMPLETED", [])
    contract = contract_of(world, "L-1", owner)
    [deposit] = [one for (charge, _), one in payments_of(owner, contract, call).items() if charge == "DEPOSIT"]
    assert (deposit["amount"], contract["deposit_months"]) == (2500, 0)


def test_of_two_leases_on_the_same_days_the_first_row_has_the_space(world, owner):
    rows = [lease(world), lease(world, contract_external_id="L-2", tenant_email="other@tenant.example")]

    done = take_over(world, owner, *rows)
    again = imported(world, import_leases, owner, csv_of(rows[1:]))

    assert (done["succeeded"], done["failed"], again["failed"]) == (1, 1, 1)
    [fault] = faults(owner, done["id"])
    assert (fault["row"], fault["column"], fault["code"]) == (3, "space_external_id", "IN_USE")
    assert "the lease in row 2" in fault["message"]
    assert "another lease" in faults(owner, again["id"])[0]["message"]


def test_a_lease_is_imported_once_and_changed_by_no_import(world, owner):
    take_over(world, owner, lease(world))

    same = imported(world, import_leases, owner, csv_of([lease(world, tenant_name="Acme Inc.")]))
    other = imported(world, import_leases, owner, csv_of([lease(world, base_rent_monthly="1100", paid_through="")]))

    assert (same["status"], other["status"]) == ("COMPLETED", "COMPLETED_WITH_ERRORS")
    assert {(one["column"], one["suggestion"]) for one in faults(owner, other["id"])} == {
        ("base_rent_monthly", "1000.00"),
        ("paid_through", lease(world)["paid_through"]),
    }
    assert len(world.sql("SELECT 1 FROM contracts WHERE owner_organization_id = %(id)s", id=owner.organization_id)) == 1


def test_a_dry_run_of_leases_changes_nothing(world, owner):
    imported(world, import_buildings, owner, csv_of(spaces(1)))

    done = imported(world, import_leases, owner, csv_of([lease(world)]), dry_run="true")

    assert done["status"] == "COMPLETED"
    assert world.sql("SELECT 1 FROM contracts WHERE owner_organization_id = %(id)s", id=owner.organization_id) == []
    assert (
        world.sql("SELECT 1 FROM imported_tenants WHERE owner_organization_id = %(id)s", id=owner.organization_id) == []
    )


def test_tenants_are_one_organization_for_each_address_and_owner(world, owner):
    other = world.owner()
    take_over(
        world,
        owner,
        lease(world),
        lease(world, space_external_id="S-2", contract_external_id="L-2", tenant_email="Lease@Acme.example"),
    )
    take_over(world, other, lease(world))

    mine = {contract_of(world, one, owner)["client_organization_id"] for one in ("L-1", "L-2")}
    theirs = contract_of(world, "L-1", other)["client_organization_id"]

    assert len(mine) == 1
    assert theirs not in mine


def test_a_lease_from_elsewhere_has_no_document_here_and_is_renewed_once_its_tenant_is_here(world, owner, call):
    take_over(world, owner, lease(world))
    path = {"contract_id": contract_of(world, "L-1", owner)["id"]}

    document = call(download_contract, as_=owner, path=path)
    renewal = call(renew_contract, as_=owner, path=path, body={"bid_amount": 1200})

    assert (document.status, document.code) == (409, "AGREED_ELSEWHERE")
    assert (renewal.status, renewal.code) == (409, "TENANT_UNCLAIMED")


def end_early(world, owner, call, contract, day):
    """The lease ends early; what follows in the background has happened."""
    body = {"effective_date": day.isoformat(), "reason": "Moved out"}
    answer = call(terminate_contract, as_=owner, path={"contract_id": contract["id"]}, body=body)
    assert answer.status == 200, answer.json
    [event] = [one for one in world.event_details(contract["id"]) if one["name"] == "contract.termination_set"]
    assert invoke(shorten_schedule, event) == []


def test_rent_that_was_paid_ahead_before_the_import_is_credit_at_an_early_end(world, owner, call):
    ahead = (first_of(today(world), 3) - timedelta(days=1)).isoformat()
    take_over(world, owner, lease(world, paid_through=ahead, deposit=""))
    contract = contract_of(world, "L-1", owner)

    end_early(world, owner, call, contract, first_of(today(world), 1))

    assert untied(world.database_url, [str(contract["id"])]) == {}
    ledger = ledger_of(owner, contract, call)
    assert ledger["meta"]["balance"] == -2000
    assert {one["type"] for one in ledger["data"]} == {"OPENING_FREED"}
    lines = call(show_journal, as_=owner, query={"from": "2000-01-01", "to": today(world).isoformat()}).json["data"]
    assert sum(one["debit"] - one["credit"] for one in lines if one["account"] == "OPENING_BALANCE") == 2000
    assert sum(one["credit"] - one["debit"] for one in lines if one["account"] == "TENANT_CREDIT") == 2000
