"""What is read of a file: encodings, delimiters, line breaks in cells, workbooks, and what is no file to import."""

import datetime
import io

import pytest
import xlsxwriter

from functions.imports.import_buildings import import_buildings
from functions.imports.import_leases import import_leases
from shared.imports import workbook as workbooks
from shared.imports.columns import Kind, names_of
from shared.imports.reading import CSV, XLSX, records_after, survey, values_of
from shared.imports.rules import Unreadable
from shared.imports.workbook import text_of
from tests.imports.files import asked, csv_of, faults, imported, row, spaces


def read(tmp_path, content, kind=Kind.BUILDINGS, of=CSV):
    path = tmp_path / "file"
    path.write_bytes(content)
    found = survey(str(path), of, kind)
    with records_after(str(path), found.form, kind, 0) as records:
        return found, [(record.row, values_of(found.form, record)) for record in records]


def workbook(rows, *more, options=None, sheet="Portfolio"):
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, **(options or {})})
    first = book.add_worksheet(sheet)
    for number, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            if isinstance(cell, datetime.date):
                first.write_datetime(number, place, cell, book.add_format({"num_format": "dd/mm/yyyy"}))
            elif cell is not None:
                first.write(number, place, cell)
    for change in more:
        change(book, first)
    book.close()
    return written.getvalue()


def rows_of(dicts):
    return [list(dicts[0]), *(list(one.values()) for one in dicts)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_and_delimiter_is_recognized(tmp_path, encoding, delimiter):
    content = csv_of([row(space_name="Café – Süd", city="Zürich")], encoding, delimiter)

    found, [(number, values)] = read(tmp_path, content)

    assert (number, values["space_name"], values["city"]) == (2, "Café – Süd", "Zürich")
    assert found.form.delimiter == delimiter


def test_the_euro_sign_of_windows_is_one(tmp_path):
    _, [(_, values)] = read(tmp_path, csv_of([row(space_name="Suite 3 €")], "cp1252"))

    assert values["space_name"] == "Suite 3 €"


def test_a_row_is_named_by_the_first_line_of_its_record(tmp_path):
    rows = [row(space_name="A\nlong\r\nname"), row(space_name="Next", space_external_id="S-2")]

    _, records = read(tmp_path, csv_of(rows))

    assert [number for number, _ in records] == [2, 5]
    assert records[0][1]["space_name"] == "A long name"


def test_white_space_around_cells_goes_and_empty_lines_are_no_records(tmp_path):
    content = csv_of([row(space_name="  Suite  ", city="\u00a0Boston\u00a0")]) + b"\r\n,,,\r\n\r\n"

    found, [(_, values)] = read(tmp_path, content)

    assert (values["space_name"], values["city"], found.total) == ("Suite", "Boston", 1)


def test_columns_come_in_any_order_and_case_and_others_are_listed(tmp_path):
    names = [*reversed(list(row())), "Remarks"]
    content = csv_of([row() | {"Remarks": "none"}], header=names).replace(b"space_name", b"Space Name")

    found, [(_, values)] = read(tmp_path, content)

    assert values["space_name"] == "Suite 301"
    assert found.ignored == ["Remarks"]


def test_a_header_is_never_a_record(tmp_path):
    content = csv_of([row()])
    header = content.split(b"\r\n")[0] + b"\r\n"

    found, records = read(tmp_path, content + header + content.split(b"\r\n")[1].replace(b"B-001-0301", b"S-2"))

    assert found.total == len(records) == 2


def test_the_sign_that_keeps_a_cell_from_being_run_is_taken_off(tmp_path):
    _, [(_, values)] = read(tmp_path, csv_of([row(space_name="'=Suite", city="'Boston", state="-1")]))

    assert (values["space_name"], values["city"], values["state"]) == ("=Suite", "'Boston", "-1")


UNREADABLE = [
    (b"", "EMPTY_FILE"),
    (b"\r\n\r\n", "EMPTY_FILE"),
    (csv_of([row()]).split(b"\r\n")[0], "NO_RECORDS"),
    (csv_of([row()], header=[name for name in row() if name != "currency"]), "MISSING_COLUMNS"),
    (csv_of([row()]).replace(b"street", b"space_name"), "DUPLICATE_COLUMNS"),
    (csv_of([row()]).replace(b"Suite 301", b'"Suite 301'), "MALFORMED_CSV"),
    (csv_of([row()]).replace(b"Suite 301", b"Suite \x81\x8d"), "UNKNOWN_ENCODING"),
    ("\ufeffÄ".encode("utf-16-le")[:-1], "UNKNOWN_ENCODING"),
]


@pytest.mark.parametrize(("content", "code"), UNREADABLE, ids=[f"{n}-{code}" for n, (_, code) in enumerate(UNREADABLE)])
def test_what_cannot_be_read_says_why(tmp_path, content, code):
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, content)

    assert refused.value.code == code


def test_a_header_that_lacks_columns_names_them_and_those_that_are_there(world):
    owner = world.owner()

    done = imported(world, import_buildings, owner, csv_of([{"building_name": "a", "Space-Name": "b"}]))

    assert (done["status"], done["succeeded"], done["total"]) == ("FAILED", 0, None)
    assert done["failure"]["code"] == "MISSING_COLUMNS"
    assert "building_external_id, country, total_floors" in done["failure"]["message"]
    assert done["failure"]["message"].endswith("It has: building_name, space_name.")


def test_leases_have_a_last_day_or_a_term(tmp_path):
    header = [name for name in names_of(Kind.LEASES) if name not in ("end_date", "term_months")]

    with pytest.raises(Unreadable, match="end_date or term_months"):
        read(tmp_path, csv_of([row(Kind.LEASES)], header=header), Kind.LEASES)


def test_a_workbook_has_real_dates_and_numbers(tmp_path):
    cells = row(Kind.LEASES) | {"start_date": datetime.date(2026, 1, 1), "base_rent_monthly": 7800.5, "invite": True}
    cells |= {"term_months": 36, "deposit": "15600", "paid_through": "2026-06-30"}

    found, [(number, values)] = read(tmp_path, workbook(rows_of([cells])), Kind.LEASES, XLSX)

    assert (number, found.total) == (2, 1)
    assert values["start_date"] == "2026-01-01"
    assert (values["base_rent_monthly"], values["term_months"], values["invite"]) == ("7800.5", "36", "yes")
    assert (values["deposit"], values["paid_through"]) == ("15600", "2026-06-30")


@pytest.mark.parametrize(
    ("cell", "text"), [(0.1 + 0.2, "0.3"), (1e15, "1000000000000000"), (7800.0, "7800"), (-2.5, "-2.5")]
)
def test_a_number_is_written_as_excel_shows_it(cell, text):
    assert text_of(cell) == text


def test_only_the_first_sheet_is_read_and_merged_cells_have_one_value(tmp_path):
    def second(book, first):
        book.add_worksheet("Other").write(0, 0, "not this")
        first.merge_range(3, 0, 3, 2, "merged")

    found, records = read(tmp_path, workbook(rows_of([row(), row(space_external_id="S-2")]), second), of=XLSX)

    assert found.total == 3
    assert list(records[2][1].values())[:3] == ["merged", "", ""]


def test_a_million_empty_rows_are_none(tmp_path):
    def styled(book, first):
        first.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
        first.set_row(1_048_574, 30)

    found, records = read(tmp_path, workbook(rows_of([row()]), styled), of=XLSX)

    assert found.total == len(records) == 1


def test_a_sheet_that_reaches_to_its_last_cell_is_refused_before_it_is_loaded(tmp_path):
    def far(book, first):
        first.write(1_048_575, 16_383, "here")

    with pytest.raises(Unreadable) as refused:
        read(tmp_path, workbook(rows_of([row()]), far), of=XLSX)

    assert refused.value.code == "TOO_LARGE"


def test_a_sheet_is_measured_before_it_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_CELLS", 40)

    with pytest.raises(Unreadable) as refused:
        read(tmp_path, workbook(rows_of([row()])), of=XLSX)

    assert refused.value.code == "TOO_LARGE"


def test_a_workbook_is_imported_as_text_is(world):
    owner = world.owner()

    done = imported(world, import_buildings, owner, workbook(rows_of(spaces(2))), "portfolio.xlsx")

    assert (done["status"], done["succeeded"], done["file_name"]) == ("COMPLETED", 2, "portfolio.xlsx")


def test_what_is_neither_text_nor_a_workbook_is_refused_at_once(world):
    owner = world.owner()

    refused = asked(import_buildings, owner, b"%PDF-1.7 ...")
    torn = asked(import_leases, owner, workbook(rows_of([row(Kind.LEASES)]))[:200])

    assert (refused.status, refused.code, refused.fields) == (400, "FILE_REJECTED", ["file"])
    assert (torn.status, torn.code) == (400, "FILE_REJECTED")


def test_a_row_with_more_cells_than_the_header_is_no_row(world):
    owner = world.owner()
    content = csv_of(spaces(1)).rstrip(b"\r\n") + b",surplus\r\n"

    done = imported(world, import_buildings, owner, content)

    [fault] = faults(owner, done["id"])
    assert (fault["row"], fault["column"], fault["code"]) == (2, None, "TOO_LONG")
