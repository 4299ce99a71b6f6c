"""Files to fill in: the columns, what belongs into each, and one example."""

import csv
import io

from shared.imports.columns import COLUMNS, Kind, names_of, note_of
from shared.imports.rules import XLSX_TYPE
from shared.kit.reply import File

_WIDTH = 22


def csv_template(kind: Kind) -> File:
    """As CSV, in UTF-8 with the mark that Excel knows it by."""
    written = io.StringIO()
    csv.writer(written).writerows(_rows(kind))
    return File(f"\ufeff{written.getvalue()}".encode(), "text/csv; charset=utf-8", f"{kind.lower()}.csv")


def xlsx_template(kind: Kind) -> File:
    """As a workbook, whose required columns are in bold."""
    # Imported here: a CSV file needs no writer of workbooks.
    from xlsxwriter import Workbook

    written = io.BytesIO()
    workbook = Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    sheet = workbook.add_worksheet(kind.title())
    bold, noted = workbook.add_format({"bold": True}), workbook.add_format({"italic": True, "text_wrap": True})
    names, notes, examples = _rows(kind)
    for place, column in enumerate(COLUMNS[kind]):
        sheet.write_string(0, place, names[place], bold if column.is_required else None)
        sheet.write_string(1, place, notes[place], noted)
        sheet.write_string(2, place, examples[place])
    sheet.set_column(0, len(names) - 1, _WIDTH)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return File(written.getvalue(), XLSX_TYPE, f"{kind.lower()}.xlsx")


def _rows(kind: Kind) -> tuple[list[str], list[str], list[str]]:
    columns = COLUMNS[kind]
    return list(names_of(kind)), [note_of(column) for column in columns], [column.example for column in columns]
