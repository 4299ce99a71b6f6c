"""What was wrong with a file: as JSON, as CSV, and as the rows to correct and send again."""

import csv
import io

import pytest

from functions.imports.download_import_template import download_import_template
from functions.imports.get_import import get_import
from functions.imports.import_buildings import import_buildings
from functions.imports.import_leases import import_leases
from functions.imports.list_imports import list_imports
from functions.imports.show_import_report import show_import_report
from shared.imports import report
from shared.imports.columns import Kind, names_of
from shared.kit.catalog import Role
from tests.call import ids_in, other_id, pages
from tests.imports.files import csv_of, faults, imported, row, spaces


@pytest.fixture
def owner(world):
    return world.owner()


def rows_in(answer):
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))


def of(done, **more):
    return {"path": {"import_id": done["id"]}, **more}


def failing(world, owner, count=3):
    wrong = [row(space_external_id=f"S-{n}", usage_type="X", currency="Y") for n in range(count)]
    return imported(world, import_buildings, owner, csv_of(wrong))


def test_a_report_is_paged_fault_by_fault(world, owner, call):
    done = failing(world, owner, 3)

    found = [
        fault for page in pages(show_import_report, as_=owner, query={"limit": 2}, **of(done)) for fault in page["data"]
    ]

    assert [(one["row"], one["column"]) for one in found] == [
        (n, column) for n in (2, 3, 4) for column in ("usage_type", "currency")
    ]


def test_a_report_is_a_csv_file_too(world, owner, call):
    done = failing(world, owner, 2)

    answer = call(show_import_report, as_=owner, headers={"accept": "text/csv"}, **of(done))

    assert answer.headers["content-type"].startswith("text/csv")
    assert [(one["row"], one["column"], one["value"]) for one in rows_in(answer)] == [
        ("2", "usage_type", "X"), ("2", "currency", "Y"), ("3", "usage_type", "X"), ("3", "currency", "Y"),
    ]  # fmt: skip


def test_the_rows_that_failed_come_back_as_a_file_that_is_imported_once_it_is_mended(world, owner, call):
    wrong = row(space_external_id="S-2", space_name="=HYPERLINK(1)", gross_sqft="none", city="-5", street=" +1\u200b")
    done = imported(world, import_buildings, owner, csv_of([row() | {"Note": "a"}, wrong | {"Note": "@b"}]))

    answer = call(show_import_report, as_=owner, query={"failed_rows": "true"}, **of(done))

    [failed] = rows_in(answer)
    assert (failed["space_name"], failed["city"], failed["Note"]) == ("'=HYPERLINK(1)", "-5", "'@b")
    mended = csv_of([failed | {"gross_sqft": "2500", "street": "Main"}], "utf-8-sig")
    again = imported(world, import_buildings, owner, mended)
    assert again["status"] == "COMPLETED", faults(owner, again["id"])
    names = world.sql(
        "SELECT name FROM spaces WHERE owner_organization_id = %(id)s ORDER BY external_id", id=owner.organization_id
    )
    assert [one["name"] for one in names] == ["Suite 301", "=HYPERLINK(1)"]


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_the_rows_that_failed_have_the_delimiter_of_their_file(world, owner, call, delimiter):
    done = imported(world, import_buildings, owner, csv_of([row(currency="Y")], delimiter=delimiter))

    answer = call(show_import_report, as_=owner, query={"failed_rows": "true"}, **of(done))

    header, failed = csv.reader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=delimiter)
    assert dict(zip(header, failed, strict=True)) == row(currency="Y")


SAID = [
    ("base_rent_monthly", "1.000,00", "1000.00"),
    ("base_rent_monthly", "3.009,00 €", "3009.00"),
    ("base_rent_monthly", "€\u00a01.234.567,8", "1234567.8"),
    ("base_rent_monthly", "$1,250.50", "1250.50"),
    ("base_rent_monthly", "1250 USD", "1250"),
    ("base_rent_monthly", "12,5", "12.5"),
    ("base_rent_monthly", "1.000", "1000"),
    ("term_months", "1.024", "1024"),
    ("rent_steps", "13:1.100", None),
    ("base_rent_monthly", "3%", "3"),
    ("base_rent_monthly", "about 1000", None),
    ("start_date", "01.09.2024", "2024-09-01"),
    ("start_date", "2024/9/1", "2024-09-01"),
    ("start_date", "31.09.2024", None),
    ("start_date", "2024.13.01", None),
    ("start_date", "01/09/2024", None),
    ("space_external_id", "nothing like it", None),
]


def test_numbers_and_days_as_they_are_written_elsewhere_are_suggested_as_they_are_read(world, owner, call):
    common = {"end_date": "", "term_months": "24", "paid_through": "", "free_months": ""}
    common |= {"escalation_kind": "", "escalation_percent": ""}
    rows = [
        row(Kind.LEASES, contract_external_id=f"L-{n}", **common | {name: value})
        for n, (name, value, _) in enumerate(SAID)
    ]

    done = imported(world, import_leases, owner, csv_of(rows))

    assert [(one["column"], one["value"], one["suggestion"]) for one in faults(owner, done["id"])] == SAID
    written = call(show_import_report, as_=owner, headers={"accept": "text/csv"}, **of(done))
    assert [one["suggestion"] for one in rows_in(written)] == [suggestion or "" for _, _, suggestion in SAID]


def test_a_file_that_is_too_long_for_one_response_goes_on_where_a_link_says(world, owner, call, monkeypatch):
    done = failing(world, owner, 5)
    monkeypatch.setattr(report, "_MOST_BYTES", 500)

    rows, query = [], {"failed_rows": "true"}
    while True:
        answer = call(show_import_report, as_=owner, query=query, **of(done))
        rows += rows_in(answer)
        if "link" not in answer.headers:
            break
        query |= {"cursor": answer.headers["link"].split("cursor=")[1].split(">")[0].split("&")[0]}

    assert [one["space_external_id"] for one in rows] == [f"S-{n}" for n in range(5)]


def test_an_import_of_another_organization_does_not_exist(world, owner, call):
    done = failing(world, owner, 1)

    for stranger in (world.owner(), world.owner()):
        assert call(get_import, as_=stranger, **of(done)).status == 404
        assert call(show_import_report, as_=stranger, **of(done)).status == 404
        assert ids_in(list_imports, as_=stranger, query={"organization_id": owner.organization_id}) == []
    assert call(get_import, as_=owner, path={"import_id": other_id()}).status == 404
    assert call(get_import, as_=world.colleague(owner), **of(done)).status == 200
    assert call(get_import, as_=world.user(Role.SUPPORT), **of(done)).status == 200


def test_imports_are_listed_newest_first(world, owner, call):
    first = imported(world, import_buildings, owner, csv_of(spaces(1)))
    second = imported(world, import_leases, owner, csv_of([row(Kind.LEASES)]))

    assert ids_in(list_imports, as_=owner, query={"limit": 1}) == [second["id"], first["id"]]
    admin = world.user(Role.SUPER_ADMIN)
    assert ids_in(list_imports, as_=admin, query={"organization_id": owner.organization_id}) == [
        second["id"],
        first["id"],
    ]


@pytest.mark.parametrize("name", ["CSV", "XLSX"])
def test_a_template_is_imported_as_it_is_but_for_its_notes(world, owner, call, name):
    template = call(download_import_template, as_=owner, query={"kind": "BUILDINGS", "format": name})

    assert template.status == 200
    done = imported(world, import_buildings, owner, template.body, f"template.{name.lower()}")

    assert (done["status"], done["total"], faults(owner, done["id"])) == ("COMPLETED", 1, [])


def test_a_template_names_every_column_and_says_what_is_required(world, owner, call):
    template = call(download_import_template, as_=owner, query={"kind": "LEASES"})

    [notes, example] = rows_in(template)
    assert tuple(notes) == names_of(Kind.LEASES)
    assert notes["tenant_email"].startswith("Required.")
    assert "13:1100;25:1200" in notes["rent_steps"]
    assert notes["paid_through"].startswith("Optional.")
    assert example["contract_external_id"] == "L-2044"
