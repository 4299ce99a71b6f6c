"""ALL: everything that an organization has, in one zip, and nothing that is not for it to take away."""

import hashlib
import io
import json
import re
import zipfile
from decimal import Decimal

import pytest

from functions.files.create_upload import create_upload
from shared.exports.entities import ENTITIES, STAY
from shared.imports.columns import Kind, names_of
from shared.schema.metadata import metadata
from tests.exports.exporting import table_of
from tests.payments.lease import Lease

_ORGANIZATIONS = {"organization_id", "owner_organization_id", "client_organization_id"}
_SECRETIVE = re.compile(r"hash|token|secret|password|_key$|^key$")


@pytest.fixture
def lease(world, call):
    return Lease(world, call, deposit_months=1)


def archive(exporting, user):
    return zipfile.ZipFile(io.BytesIO(exporting.file(user, "ALL")))


def rows(found, name):
    return [json.loads(line, parse_float=Decimal) for line in found.read(f"data/{name}.jsonl").decode().splitlines()]


def test_every_table_with_an_organization_is_exported_or_says_why_not():
    named = {table.name for table in metadata.tables.values() if _ORGANIZATIONS & set(table.columns.keys())}

    assert named - set(ENTITIES) - set(STAY) == set(), "Add it to ENTITIES in shared/exports/entities.py, or to STAY."
    assert set(ENTITIES) & set(STAY) == set()
    assert (set(ENTITIES) | set(STAY)) - named == {"organizations"}


def test_no_column_of_a_secret_is_exported(world, exporting, lease):
    schema = json.loads(archive(exporting, lease.owner).read("schema.json"))

    assert set(schema) == set(ENTITIES)
    secretive = {f"{table}.{name}" for table, found in schema.items() for name in found["properties"]}
    secretive = {name for name in secretive if _SECRETIVE.search(name.partition(".")[2])}
    # Where a lease's document is says nothing to anybody who may not read the bucket.
    assert secretive == {"contracts.document_key", "documents.object_key"}


def test_the_manifest_says_what_is_in_each_file(exporting, lease):
    export = exporting.made(lease.owner, "ALL")
    from tests.exports.exporting import read

    found = zipfile.ZipFile(io.BytesIO(read(export)))
    manifest = json.loads(found.read("manifest.json"))

    assert found.testzip() is None
    files = {each["name"]: each for each in manifest["files"]}
    assert set(found.namelist()) == {*files, "manifest.json", "schema.json"}
    for name, each in files.items():
        content = found.read(name)
        lines = content.decode().count("\n") - (1 if name.endswith(".csv") else 0)
        assert (each["rows"], each["sha256"]) == (lines, hashlib.sha256(content).hexdigest()), name
    assert sum(each["rows"] for each in files.values()) == export["rows"]
    assert manifest["organization_id"] == str(lease.owner.organization_id)


def test_every_row_is_there_and_has_the_columns_of_its_schema(world, exporting, lease):
    found = archive(exporting, lease.owner)
    schema = json.loads(found.read("schema.json"))

    [contract] = rows(found, "contracts")
    assert contract["id"] == str(lease.contract)
    for name in ("contracts", "payments", "bids", "spaces", "buildings", "floors"):
        [counted] = world.sql(
            f"SELECT count(*) AS n FROM {name} WHERE owner_organization_id = %(id)s", id=lease.owner.organization_id
        )
        told = rows(found, name)
        assert len(told) == counted["n"] > 0, name
        assert set(told[0]) == set(schema[name]["properties"])
        for row in told:
            assert all(row[field] is not None for field in schema[name]["required"]), name
    assert [row["id"] for row in rows(found, "organizations")] == [str(lease.owner.organization_id)]


def test_nothing_of_another_organization_is_in_it(world, exporting, lease, call):
    other = Lease(world, call)
    content = archive(exporting, lease.owner)

    text = "".join(content.read(name).decode() for name in content.namelist())
    for thing in (other.contract, other.bid, other.space, other.owner.organization_id, other.owner.id, other.client.id):
        assert str(thing) not in text
    assert str(lease.contract) in text


def test_identity_documents_are_not_in_it(exporting, lease, call):
    """Quality 95."""
    names = {}
    for purpose in ("IDENTITY_DOCUMENT", "SPACE_IMAGE"):
        body = {"purpose": purpose, "file_name": f"{purpose}.jpg", "content_type": "image/jpeg", "size_bytes": 9}
        names[purpose] = call(create_upload, as_=lease.owner, body=body).json["id"]

    told = [row["id"] for row in rows(archive(exporting, lease.owner), "files")]

    assert told == [names["SPACE_IMAGE"]]


def test_spaces_and_leases_are_in_the_imports_columns(world, exporting, lease):
    world.sql("UPDATE spaces SET external_id = 'S-1' WHERE id = %(id)s", id=lease.space)
    found = archive(exporting, lease.owner)

    [space] = table_of(found.read("buildings.csv").decode())
    [held] = table_of(found.read("leases.csv").decode())

    assert list(space) == list(names_of(Kind.BUILDINGS))
    assert list(held) == list(names_of(Kind.LEASES))
    assert space["space_external_id"] == held["space_external_id"] == "S-1"
    assert space["amenities"] == "wifi;parking"
    assert (held["base_rent_monthly"], held["start_date"], held["term_months"]) == ("5000.00", "2027-02-01", "12")
    assert held["tenant_email"] == lease.client.email


def test_no_cell_of_its_sheets_is_a_formula(world, exporting, lease):
    world.sql("UPDATE spaces SET name = '=1+1' WHERE id = %(id)s", id=lease.space)

    [space] = table_of(archive(exporting, lease.owner).read("buildings.csv").decode())

    assert space["space_name"] == "'=1+1"


def test_the_zip_is_written_as_it_is_read(world, exporting, lease, monkeypatch):
    """No row waits in memory: parts leave while others are still to be read."""
    from shared.kit import streamed

    sizes = []
    write = streamed.Upload.write

    def writing(self, content):
        sizes.append(len(content))
        return write(self, content)

    monkeypatch.setattr(streamed.Upload, "write", writing)
    export = exporting.made(lease.owner, "ALL")

    assert sum(sizes) == export["size_bytes"] > max(sizes)


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({}, {"escalation_kind": "NONE", "escalation_percent": "", "rent_steps": "", "free_months": ""}),
        (
            {"escalation": {"kind": "COMPOUND", "percent": 3}, "free_rent": {"months": [1, 2]}},
            {"escalation_kind": "COMPOUND", "escalation_percent": "3", "rent_steps": "", "free_months": "1;2"},
        ),
        (
            {
                "escalation": {
                    "kind": "STEP",
                    "table": [{"from_month": 1, "rent": 5000}, {"from_month": 13, "rent": Decimal("5500.50")}],
                }
            },
            {"escalation_kind": "STEP", "escalation_percent": "", "rent_steps": "13:5500.50"},
        ),
        (
            {"escalation": {"kind": "SIMPLE", "percent": 10, "every_months": 6}},
            {"escalation_kind": "STEP", "escalation_percent": "", "rent_steps": "7:5500.00;13:6000.00;19:6500.00"},
        ),
        (
            {"escalation": {"kind": "AMOUNT", "amount_psf": Decimal("1.2")}},
            {"escalation_kind": "STEP", "rent_steps": "13:5100.00"},
        ),
    ],
)
def test_increases_and_free_months_are_told_as_an_import_takes_them(world, exporting, call, terms, told):
    from functions.leasing.activate_contract import activate_contract
    from functions.leasing.schedule_payments import schedule_payments
    from tests.leasing.deal import Deal

    deal = Deal(world, call, months=24, **terms)
    deal.signed().run(schedule_payments, activate_contract)

    [lease] = table_of(archive(exporting, deal.owner).read("leases.csv").decode())

    assert {name: lease[name] for name in told} == told


def test_what_is_paid_and_owed_is_told_as_an_import_takes_it(calendar):
    from datetime import date

    from tests.exports.exporting import Exporting

    calendar.set("2027-01-05T08:00:00Z")
    exporting = Exporting(calendar.world)
    lease = calendar.lease(start=date(2027, 2, 1), months=12, deposit_months=2)

    def told():
        [found] = table_of(archive(exporting, lease.owner).read("leases.csv").decode())
        return found["paid_through"], found["deposit"], found["open_balance"]

    assert told() == ("", "0.00", "0.00")
    calendar.set("2027-03-05T08:00:00Z")
    calendar.run()
    # The deposit and two months were invoiced; the months are asked for again.
    assert told() == ("", "0.00", "10000.00")
    [deposit] = lease.rows("DEPOSIT")
    lease.pay({"id": str(deposit["id"])}, paid_date="2027-03-01")
    first, second, *_ = (one for one in lease.payments() if one["charge"] == "RENT")
    lease.pay(first, paid_date="2027-03-01")
    assert told() == ("2027-02-28", "10000.00", "0.00")
    # What is paid of a month is credit until all of it is.
    lease.pay(second, paid_date="2027-03-01", amount=1500)
    assert told() == ("2027-02-28", "10000.00", "-1500.00")
    lease.pay(second, paid_date="2027-03-02", amount=3500)
    assert told() == ("2027-03-31", "10000.00", "0.00")
