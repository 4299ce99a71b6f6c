"""What is in an export: each kind has the fields of its list, in four formats, as they were at one moment."""

import io
import json
import re
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from functions.admin.list_audit_logs import list_audit_logs
from functions.bids.list_bids import list_bids
from functions.contracts.get_ledger import get_ledger
from functions.contracts.list_contracts import list_contracts
from functions.maintenance.create_ticket import create_ticket
from functions.payments.list_invoices import list_invoices
from functions.reports.show_rent_roll import show_rent_roll
from functions.spaces.get_space import get_space
from shared.exports.kinds import ExportKind
from shared.exports.sources import SOURCES
from tests.call import pages
from tests.exports.exporting import table_of
from tests.journal.books import journal
from tests.maintenance.tickets import BROKEN

HEADER = "contract_id,payment_id,amount,currency,due_date,paid_date,status"
SQL_KINDS = [kind for kind in ExportKind if kind in SOURCES]


@pytest.fixture
def calendar(calendar, monkeypatch):
    calendar.set("2027-01-05T08:00:00Z")
    return calendar


@pytest.fixture
def exporting(calendar):
    from tests.exports.exporting import Exporting

    return Exporting(calendar.world)


@pytest.fixture
def lease(calendar):
    """A year at 5,000 with a deposit, of which two months are paid, and something that needs maintenance."""
    lease = calendar.lease(start=date(2027, 2, 1), months=12, deposit_months=2, tax_percent=10)
    calendar.set("2027-03-05T08:00:00Z")
    calendar.run()
    rent = [payment for payment in lease.payments() if payment["charge"] == "RENT"]
    for payment in rent[:2]:
        assert lease.pay(payment, paid_date="2027-03-01").json["status"] == "PAID"
    [place] = calendar.world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=lease.space)
    assert lease.call(create_ticket, as_=lease.owner, body={**BROKEN, **place}).status == 201
    return lease


def listed(operation, user):
    return [row for page in pages(operation, as_=user) for row in page["data"]]


def by_id(rows):
    return {row["id"]: row for row in rows}


def test_payments_are_as_the_source_prints_them(exporting, lease):
    text = exporting.file(lease.owner, "PAYMENTS", "CSV").decode()
    printed = json.loads(exporting.file(lease.owner, "PAYMENTS", "JSON"), parse_float=Decimal)

    assert text.startswith(HEADER + "\n")
    first = next(row for row in lease.payments() if row["charge"] == "RENT")
    [row] = [row for row in table_of(text) if row["payment_id"] == first["id"]]
    assert row == {
        "contract_id": lease.contract,
        "payment_id": first["id"],
        "amount": "5000",
        "currency": "USD",
        "due_date": "2027-02-01",
        "paid_date": "2027-03-01",
        "status": "PAID",
    }
    assert list(printed) == ["payments"]
    assert list(printed["payments"][0]) == HEADER.split(",")
    assert next(one for one in printed["payments"] if one["payment_id"] == first["id"]) == row | {"amount": 5000}
    assert len(printed["payments"]) == len(table_of(text)) == len(lease.payments()) == 13


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("INVOICES", list_invoices),
        ("CONTRACTS", list_contracts),
        ("BIDS", list_bids),
        ("AUDIT", list_audit_logs),
    ],
)
def test_a_kind_has_the_fields_and_values_of_its_list(exporting, lease, kind, operation):
    before = by_id(listed(operation, lease.owner))

    exported = by_id(exporting.rows(lease.owner, kind))

    assert before
    assert {key: exported[key] for key in before} == before
    assert list(next(iter(exported.values()))) == list(next(iter(before.values())))


def test_spaces_have_the_fields_of_their_owners_view(exporting, lease):
    [exported] = exporting.rows(lease.owner, "SPACES")

    shown = lease.call(get_space, as_=lease.owner, path={"space_id": lease.space}).json
    assert exported == {name: shown[name] for name in exported}
    assert {"external_id", "floor", "building", "amenities"} < exported.keys()


def test_the_ledger_is_that_of_every_contract(exporting, calendar, lease):
    other = calendar.lease(owner=lease.owner, start=date(2027, 4, 1), months=3)
    calendar.set("2027-04-05T08:00:00Z")
    calendar.run()
    lines = exporting.rows(lease.owner, "LEDGER")

    for contract in (lease.contract, other.contract):
        ledger = lease.call(get_ledger, as_=lease.owner, path={"contract_id": contract}).json["data"]
        assert [
            {name: value for name, value in line.items() if name != "contract_id"}
            for line in lines
            if line["contract_id"] == contract
        ] == ledger
        assert ledger


def test_the_journal_balances_per_document_and_is_the_journal(exporting, calendar, lease):
    calendar.set("2027-04-06T08:00:00Z")
    calendar.run()
    lines = exporting.rows(lease.owner, "JOURNAL")

    sums = defaultdict(Decimal)
    for line in lines:
        sums[line["document"], line["currency"]] += line["debit"] - line["credit"]
    assert lines and set(sums.values()) == {0}
    shown = journal(lease)
    assert sorted((one["date"], one["account"], one["debit"], one["credit"], one["contract_id"]) for one in lines) == (
        sorted((one["posted_on"], one["account"], one["debit"], one["credit"], one["contract_id"]) for one in shown)
    )
    documents = {one["document"] for one in lines}
    assert documents == {
        one["reference"] if one["source"] in ("INVOICE", "CREDIT_NOTE") else one["entry_id"] for one in shown
    }
    assert list(lines[0]) == "date account debit credit currency document contract_id building tenant".split()


def test_the_rent_roll_is_the_report(exporting, lease):
    rows = exporting.rows(lease.owner, "RENT_ROLL", to="2027-03-01")

    report = lease.call(show_rent_roll, as_=lease.owner, query={"as_of": "2027-03-01"}).json
    assert rows == report["data"] != []


def test_days_limit_an_export_as_its_kind_says(exporting, lease):
    def count(kind, begins, ends):
        return len(exporting.rows(lease.owner, kind, **{"from": begins, "to": ends}))

    # Due or paid: both rents were paid on the first of March, of which one was due, and so were they two months later.
    assert count("PAYMENTS", "2027-03-01", "2027-03-01") == 2
    assert count("PAYMENTS", "2027-12-01", "2028-01-31") == 2
    assert count("CONTRACTS", "2028-01-31", "2028-03-01") == 1
    assert count("CONTRACTS", "2028-02-01", "2028-03-01") == count("CONTRACTS", "2026-01-01", "2027-01-31") == 0
    issued = {row["issued_on"] for row in exporting.rows(lease.owner, "INVOICES")}
    assert count("INVOICES", min(issued), max(issued)) == len(exporting.rows(lease.owner, "INVOICES"))
    assert count("INVOICES", "2030-01-01", "2030-01-31") == 0
    posted = [row["posted_on"] for row in exporting.rows(lease.owner, "LEDGER")]
    assert count("LEDGER", "2027-03-01", "2027-03-01") == posted.count("2027-03-01") > 0
    assert count("JOURNAL", "2030-01-01", "2030-01-31") == count("BIDS", "2020-01-01", "2020-12-31") == 0
    # Spaces are as of the last day: before they were created there were none.
    assert count("SPACES", "2020-01-01", "2020-12-31") == 0


def test_a_building_limits_an_export(exporting, calendar, lease):
    other = calendar.lease(owner=lease.owner, start=date(2027, 4, 1), months=3)
    calendar.set("2027-04-05T08:00:00Z")
    calendar.run()
    [place] = exporting.world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=other.space)

    for kind in ("PAYMENTS", "INVOICES", "LEDGER", "JOURNAL"):
        found = exporting.rows(lease.owner, kind, building_id=place["building_id"])
        assert {row["contract_id"] for row in found} == {other.contract}, kind
    for kind, name, of in (("CONTRACTS", "id", other.contract), ("SPACES", "id", str(other.space))):
        assert [row[name] for row in exporting.rows(lease.owner, kind, building_id=place["building_id"])] == [of]
    assert {row["space_id"] for row in exporting.rows(lease.owner, "BIDS", building_id=place["building_id"])} == {
        str(other.space)
    }
    [row] = exporting.rows(lease.owner, "RENT_ROLL", building_id=place["building_id"])
    assert row["contract_id"] == other.contract


@pytest.mark.parametrize("kind", SQL_KINDS)
def test_every_format_holds_the_same_rows(exporting, lease, kind):
    rows = exporting.rows(lease.owner, kind)
    whole = json.loads(exporting.file(lease.owner, kind, "JSON"), parse_float=Decimal)
    text = exporting.file(lease.owner, kind, "CSV", bom=True)
    book = CalamineWorkbook.from_filelike(io.BytesIO(exporting.file(lease.owner, kind, "XLSX")))

    # What is exported is itself audited.
    changes = kind == "AUDIT"
    assert list(whole) == [kind.lower()]
    assert rows and (changes or whole[kind.lower()] == rows)
    assert text.startswith(b"\xef\xbb\xbf")
    table = table_of(text.decode("utf-8-sig"))
    header, *cells = book.get_sheet_by_index(0).to_python()
    names = [column.name for column in SOURCES[kind].columns]
    assert list(header) == list(table[0]) == names
    if not changes:
        assert len(table) == len(cells) == len(rows)
    first = rows[0]
    for name, value, cell in zip(names, table[0].values(), cells[0], strict=True):
        expected = first
        for part in name.split("."):
            expected = None if expected is None else expected[part]
        if isinstance(expected, dict | list):
            assert json.loads(value, parse_float=Decimal) == json.loads(cell, parse_float=Decimal) == expected, name
        else:
            assert (value, cell) == (as_text(expected), as_typed(expected)), name


def as_text(value):
    """As CSV holds it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def as_typed(value):
    """As a spreadsheet holds it: numbers are numbers, days are days."""
    match value:
        case None:
            return ""
        case bool():
            return value
        case int() | Decimal():
            return float(value)
        case str() if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
        case str() if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*Z", value):
            return datetime.fromisoformat(value.removesuffix("Z"))
        case _:
            return value
