"""Reads the first sheet of an Excel workbook, with real dates and numbers as the text that a CSV file would have.

A sheet is loaded whole, as a rectangle up to its last filled cell: how large that is, is looked at before.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook

from shared.imports.rules import Unreadable

MOST_CELLS = 20_000_000
"""In the rectangle: a gigabyte of memory."""
# Only what has to be known before the sheet is loaded: no parser that follows what it reads.
_SHEET = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\s\w+:id="([^"]*)"')
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(\w+)="([^"]*)"')
_TAG = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^>]*?)(/?)>")
_PLACE = re.compile(rb'\sr="([A-Z]{0,3})([0-9]{1,7})"')
_CHUNK = 1 << 18


def rows_of(path: str) -> Iterator[tuple[int, list[str]]]:
    """The number and the cells of each row of the first sheet. Raises Unreadable."""
    try:
        if cells_of(path) > MOST_CELLS:
            raise Unreadable("TOO_LARGE", "The sheet reaches too far down and to the right: delete what is not needed.")
        with CalamineWorkbook.from_path(path) as workbook:
            for number, cells in enumerate(workbook.get_sheet_by_index(0).iter_rows(), start=1):
                yield number, [text_of(cell) for cell in cells]
    except (CalamineError, zipfile.BadZipFile, KeyError, ValueError, StopIteration):
        raise Unreadable("MALFORMED_WORKBOOK", "The workbook cannot be read: save it again as .xlsx.") from None


def text_of(cell: Any) -> str:
    """A cell as text: days in ISO 8601, numbers without an exponent, yes and no."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        # As Excel shows it: fifteen digits, of which nothing is made up.
        return format(Decimal(f"{cell:.15g}"), "f")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell) if isinstance(cell, int | timedelta) else repr(cell)


def cells_of(path: str) -> int:
    """How many cells the rectangle has that begins in the first one and ends with the last one that has a value."""
    row = column = 0
    at = (0, 0)
    with zipfile.ZipFile(path) as archive, archive.open(_first_sheet(archive)) as sheet:
        for tag, attributes, is_empty in _tags(sheet):
            place = _PLACE.search(attributes)
            if tag == b"row":
                at = (int(place[2]) if place else at[0] + 1, 0)
            elif not is_empty:
                at = (at[0], _column(place[1]) if place and place[1] else at[1] + 1)
                row, column = max(row, at[0]), max(column, at[1])
    return row * column


def _tags(sheet: IO[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The opening tags of rows and cells: name, attributes, and a slash where nothing is inside."""
    rest = b""
    while chunk := sheet.read(_CHUNK):
        text = rest + chunk
        whole = text.rfind(b">") + 1
        yield from _TAG.findall(text, 0, whole)
        rest = text[whole:]


def _first_sheet(archive: zipfile.ZipFile) -> str:
    [first, *_] = _SHEET.findall(archive.read("xl/workbook.xml"))
    relations = archive.read("xl/_rels/workbook.xml.rels")
    attributes = (dict(_ATTRIBUTE.findall(one)) for one in _RELATION.findall(relations))
    target = next(one[b"Target"].decode() for one in attributes if one[b"Id"] == first)
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _column(letters: bytes) -> int:
    """28 of AB."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
