"""What is read of a file: encodings, delimiters, line breaks in cells, workbooks, and what is no file to import."""

import datetime
import io
import zipfile

import pytest
import xlsxwriter

from functions.imports.import_buildings import import_buildings
from functions.imports.import_leases import import_leases
from shared.imports import sheet as sheets
from shared.imports import workbook as workbooks
from shared.imports.columns import Kind, names_of
from shared.imports.reading import CSV, XLSX, records_after, survey, values_of
from shared.imports.rules import Unreadable
from shared.imports.terms import lease_of
from shared.imports.workbook import text_of
from tests.imports.files import asked, csv_of, faults, imported, row, spaces


def read(tmp_path, content, kind=Kind.BUILDINGS, of=CSV):
    path = tmp_path / "file"
    path.write_bytes(content)
    found = survey(str(path), of, kind)
    with records_after(str(path), found.form, 0) as records:
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


def test_the_notes_of_a_template_of_any_time_are_no_record(tmp_path):
    old = row() | {name: "Optional. What was said of it once." for name in row()} | {"city": ""}

    found, _ = read(tmp_path, csv_of([old, row()]))

    assert found.total == 1


MALFORMED = [
    ('"Suite 301', "a quotation mark is opened and never closed."),
    ('"Suite" 301', "a quotation mark within a cell is not doubled."),
    (f'"{"x" * 140_000}"', "a cell has more than 131,072 characters, perhaps because a quotation mark is opened"),
]


@pytest.mark.parametrize(("cell", "said"), MALFORMED, ids=["open", "not doubled", "too long"])
def test_what_is_wrong_with_a_csv_file_is_said_plainly(tmp_path, cell, said):
    content = csv_of([row()]).decode().replace("Suite 301", cell).encode()

    with pytest.raises(Unreadable) as refused:
        read(tmp_path, content)

    assert refused.value.message.startswith(f"Row 2 cannot be read: {said}")


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
    monkeypatch.setattr(sheets, "MOST_CELLS", 40)

    with pytest.raises(Unreadable) as refused:
        read(tmp_path, workbook(rows_of([row()])), of=XLSX)

    assert refused.value.code == "TOO_LARGE"


def tampered(content, **parts):
    """The workbook with other parts, by the ends of their names."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as other:
        for name in archive.namelist():
            change = next((change for end, change in parts.items() if name.endswith(f"/{end}.xml")), None)
            other.writestr(name, change(archive.read(name)) if change else archive.read(name))
    return written.getvalue()


BEYOND = ["ZZZZZZ4294967295", "ZZZZZZ3", "A4294967295", "A1048577", "XFE3", "A0", "3", "a3", ""]


@pytest.mark.parametrize("address", BEYOND)
@pytest.mark.parametrize("quote", ['"', "'"], ids=["double", "single"])
def test_a_cell_beyond_excels_last_is_refused_before_it_is_loaded(tmp_path, address, quote):
    there = f"<c r = {quote}{address}{quote}><v>1</v></c></row>".encode()
    content = tampered(workbook(rows_of([row()])), sheet1=lambda xml: xml.replace(b"</row>", there, 1))

    with pytest.raises(Unreadable, match="ends at XFD1048576") as refused:
        read(tmp_path, content, of=XLSX)

    assert (refused.value.code, f"a cell {address}," in refused.value.message) == ("MALFORMED_WORKBOOK", True)


def test_rows_without_addresses_end_where_excels_do(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "LAST_ROW", 3)
    more = b"<row></row>" * 2
    content = tampered(
        workbook(rows_of([row()])), sheet1=lambda xml: xml.replace(b"</sheetData>", more + b"</sheetData>")
    )

    with pytest.raises(Unreadable, match="without an address"):
        read(tmp_path, content, of=XLSX)


@pytest.mark.parametrize("filler", [b" ", b"<row/>"], ids=["white space", "rows"])
def test_a_workbook_unpacks_to_no_more_than_an_import_may_hold(tmp_path, monkeypatch, filler):
    monkeypatch.setattr(workbooks, "MOST_BYTES", 1_000_000)
    content = tampered(
        workbook(rows_of([row()])),
        sheet1=lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + filler * (1_000_000 // len(filler))),
    )

    with pytest.raises(Unreadable) as refused:
        read(tmp_path, content, of=XLSX)

    assert (refused.value.code, len(content) < 20_000) == ("TOO_LARGE", True)


def test_a_workbook_has_no_entities(tmp_path):
    doctype = b'?>\n<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    content = tampered(workbook(rows_of([row()])), sheet1=lambda xml: xml.replace(b"?>", doctype, 1))

    with pytest.raises(Unreadable) as refused:
        read(tmp_path, content, of=XLSX)

    assert refused.value.code == "MALFORMED_WORKBOOK"


PERCENTS = [("0%", 0.03, "3%"), ("0.00%", 0.0325, "3.25%"), ('0.0 "of" %', 0.07, "7%"), ("0%", 1, "100%")]
PERCENTS += [('0.00" %"', 3, "3"), ("0.00", 0.03, "0.03"), ("0%", "3 %", "3 %")]


@pytest.mark.parametrize(("shown_as", "cell", "text"), PERCENTS)
def test_a_percentage_is_read_as_the_sheet_shows_it(tmp_path, shown_as, cell, text):
    def formatted(book, first):
        place = list(row(Kind.LEASES)).index("escalation_percent")
        first.write(1, place, cell, book.add_format({"num_format": shown_as}))

    _, [(_, values)] = read(tmp_path, workbook(rows_of([row(Kind.LEASES)]), formatted), Kind.LEASES, XLSX)

    assert values["escalation_percent"] == text


def test_a_percentage_is_found_where_the_first_column_is_empty(tmp_path):
    names = ["", *row(Kind.LEASES)]

    def formatted(book, first):
        first.write(1, names.index("escalation_percent"), 0.04, book.add_format({"num_format": "0%"}))

    sheet = workbook([[None, *names[1:]], [None, *row(Kind.LEASES).values()]], formatted)
    _, [(_, values)] = read(tmp_path, sheet, Kind.LEASES, XLSX)

    assert values["escalation_percent"] == "4%"


@pytest.mark.parametrize("cell", ["3", "3%", "3 %", "3.0"])
def test_three_percent_is_an_increase_of_3(cell):
    assert lease_of(2, row(Kind.LEASES, escalation_percent=cell)).terms.escalation.percent == 3


def test_an_import_that_fails_names_its_file(world):
    done = imported(world, import_buildings, world.owner(), b"building_name\r\n", "Süd.csv")

    assert done["failure"]["message"].startswith("Süd.csv: The header lacks ")


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
