"""Reads the records of a file that was uploaded, in constant memory where it is CSV.

A file is surveyed first, from beginning to end: what it is written in, its header, and how many records it has. So an
import that has begun meets no byte that it cannot read.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple, TextIO

from shared.imports.columns import NOTES, Kind, names_of, required_of
from shared.imports.rules import Unreadable
from shared.kit.cells import meant

CSV = "CSV"
XLSX = "XLSX"
DELIMITERS = (",", ";", "\t")
_EITHER = ("end_date", "term_months")
"""Of these, a file of leases has one at least."""
_BREAK = re.compile(r"\r\n|\r|\n")
_CHUNK = 1 << 16
_OPEN = "a quotation mark is opened and never closed"
_CSV_ERRORS = (
    ("field limit", f"a cell has more than {csv.field_size_limit():,} characters, perhaps because {_OPEN}"),
    ("unexpected end of data", _OPEN),
    ("expected after", "a quotation mark within a cell is not doubled"),
)
"""What the csv module says, and what it means."""


class Form(NamedTuple):
    """What a file is written in; of a workbook only that it is one. `header` are its cells."""

    content: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]


class Record(NamedTuple):
    """A row of the file: the first line that it stands on (the header's is 1), and its cells."""

    row: int
    cells: list[str]


class Survey(NamedTuple):
    """A file's form, which of its columns are read and which are not, and how many records follow the header."""

    form: Form
    read: list[str]
    ignored: list[str]
    total: int


def survey(path: str, content: str, kind: Kind) -> Survey:
    """Read the file once. Raises Unreadable."""
    form = _form_of(path, content, kind)
    with _records(path, form) as records:
        header = next(records, None)
        if header is None:
            raise Unreadable("EMPTY_FILE", "The file is empty.")
        names = [named(cell) for cell in header.cells]
        read, ignored = check_header(kind, header.cells)
        total = sum(1 for _ in _data(records, header.cells))
    if not total:
        raise Unreadable("NO_RECORDS", f"The file has a header ({_listed(names)}) and no rows below it.")
    return Survey(form._replace(header=tuple(header.cells)), read, ignored, total)


@contextmanager
def records_after(path: str, form: Form, position: int) -> Iterator[Iterator[Record]]:
    """The records of a surveyed file but the first `position`, in their order."""
    with _records(path, form) as records:
        next(records)
        yield islice(_data(records, form.header), position, None)


def check_header(kind: Kind, cells: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns that are read, and the others as they are written. Raises Unreadable if one lacks or comes twice."""
    names = [named(cell) for cell in cells]
    known = set(names_of(kind))
    read = [name for name in names if name in known]
    missing = [name for name in required_of(kind) if name not in read]
    if kind is Kind.LEASES and not any(name in read for name in _EITHER):
        missing.append(" or ".join(_EITHER))
    if missing:
        raise Unreadable("MISSING_COLUMNS", f"The header lacks {_listed(missing)}. It has: {_listed(names)}.")
    twice = sorted({name for name in read if read.count(name) > 1})
    if twice:
        raise Unreadable("DUPLICATE_COLUMNS", f"The header has {_listed(twice)} more than once.")
    return read, [cell for cell, name in zip(cells, names, strict=True) if cell and name not in known]


def named(cell: str) -> str:
    """The name of the column that a cell of a header means: `Space Name` is space_name."""
    return re.sub(r"[\s-]+", "_", cell.strip().lower())


def values_of(form: Form, record: Record) -> dict[str, str]:
    """A record's cells by the names of their columns; cells that are not there are empty."""
    cells = record.cells + [""] * (len(form.header) - len(record.cells))
    return {named(name): cell for name, cell in zip(form.header, cells, strict=False) if name}


def _data(records: Iterator[Record], header: Sequence[str]) -> Iterator[Record]:
    """The records without the header, which files that were put together repeat, and without a template's notes."""
    for record in records:
        if record.cells != list(header) and not all(cell.startswith(NOTES) for cell in record.cells if cell):
            yield record


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"


def _form_of(path: str, content: str, kind: Kind) -> Form:
    if content == XLSX:
        return Form(XLSX, "", "", ())
    encoding = _encoding_of(path)
    return Form(CSV, encoding, _delimiter_of(path, encoding, kind), ())


def _encoding_of(path: str) -> str:
    """UTF-16 says so at its beginning. What is UTF-8 to the end is nothing else; Windows-1252 is what is left."""
    with open(path, "rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            encodings: tuple[str, ...] = ("utf-16",)
        else:
            encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        if _decodes(path, encoding):
            return encoding
    raise Unreadable("UNKNOWN_ENCODING", "The file is written in neither UTF-8, UTF-16 nor Windows-1252.")


def _decodes(path: str, encoding: str) -> bool:
    try:
        with open(path, encoding=encoding, newline="") as file:
            while file.read(_CHUNK):
                pass
    except UnicodeError:
        return False
    return True


def _delimiter_of(path: str, encoding: str, kind: Kind) -> str:
    """The one that makes the most known columns of the header."""
    known = set(names_of(kind))

    def found(delimiter: str) -> int:
        with _records(path, Form(CSV, encoding, delimiter, ())) as records:
            header = next(records, Record(1, []))
        return sum(named(cell) in known for cell in header.cells)

    return max(DELIMITERS, key=found)


@contextmanager
def _records(path: str, form: Form) -> Iterator[Iterator[Record]]:
    if form.content == XLSX:
        # Imported here: a file of text needs no reader of workbooks.
        from shared.imports.workbook import rows_of

        yield _filled(rows_of(path))
        return
    with open(path, encoding=form.encoding, newline="") as file:
        yield _filled(_lines(file, form.delimiter))


def _lines(file: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # Strict: a quotation mark that is never closed would make one cell of all the rest.
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    while True:
        row = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable("MALFORMED_CSV", f"Row {row} cannot be read: {_plain(str(error))}.") from None
        yield row, cells


def _plain(error: str) -> str:
    """What the reader of CSV means."""
    return next((plain for words, plain in _CSV_ERRORS if words in error), "it is not written as CSV")


def _filled(rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[Record]:
    """Rows with anything in them, their cells without white space around them, on one line, and without the sign that
    keeps a spreadsheet from running them."""
    for row, values in rows:
        cells = [value if value == "" else meant(_BREAK.sub(" ", value.strip())) for value in values]
        if any(cells):
            yield Record(row, cells)
