"""A sheet of a workbook before it is loaded: how far it reaches, and which of its cells show percentages."""

import re
from array import array
from collections.abc import Sequence
from xml.parsers.expat import ParserCreate, XMLParserType

from shared.imports.rules import Unreadable

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
"""Excel's own: the last cell is XFD1048576."""
MOST_CELLS = 20_000_000
"""In the rectangle: a gigabyte of memory."""
_CELL = re.compile(r"(?P<column>[A-Z]{1,3})(?P<row>[1-9][0-9]{0,6})", re.ASCII)
_ROW = re.compile(r"(?P<row>[1-9][0-9]{0,6})", re.ASCII)
_SHOWN = 40
"""Characters of an address that a refusal shows."""
_PERCENTS = frozenset({"9", "10"})
"""The formats 0% and 0.00%, which every workbook has without naming them (ECMA-376, part 1, 18.8.30)."""
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')
"""What a format shows as it stands: no sign of it means anything."""


def _parser() -> XMLParserType:
    """A parser that follows nothing: a workbook has no document type, and so no entities."""
    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise ValueError("a workbook has no document type")


def percent_styles(content: bytes) -> frozenset[str]:
    """The numbers of the styles whose format shows a number as a percentage. Raises ExpatError, ValueError."""
    percents, styles, within = set(_PERCENTS), list[str](), list[str]()

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "numFmt" and "%" in _QUOTED.sub("", attributes.get("formatCode", "")):
            percents.add(attributes.get("numFmtId", ""))
        if name == "xf" and within[-1:] == ["cellXfs"]:
            styles.append(attributes.get("numFmtId", ""))
        within.append(name)

    parser = _parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: within.pop()
    parser.Parse(content, True)
    return frozenset(str(place) for place, number in enumerate(styles) if number in percents)


class Sheet:
    """What is known of a sheet as its bytes come. Raises Unreadable, ExpatError, ValueError."""

    def __init__(self, percent_styles: frozenset[str]) -> None:
        self._percent_styles = percent_styles
        self._percents: array[int] = array("Q")
        self._at = self._last = (0, 0)
        self._is_percent = False
        self._parser = _parser()
        self._parser.StartElementHandler = self._start

    def read(self, chunk: bytes) -> None:
        """The next bytes of the sheet."""
        self._parser.Parse(chunk, False)

    def percents(self) -> Sequence[int]:
        """The places (`place_of`) of the cells that show percentages, in their order; the sheet has been read."""
        self._parser.Parse(b"", True)
        return array("Q", sorted(self._percents))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._at = _place(attributes.get("r"), _ROW, (self._at[0] + 1, 0))
        elif name == "c":
            self._at = _place(attributes.get("r"), _CELL, (self._at[0], self._at[1] + 1))
            self._is_percent = attributes.get("s") in self._percent_styles
        elif name in ("v", "is"):
            # Cells with a format alone are none to the reader.
            self._reach()

    def _reach(self) -> None:
        self._last = (max(self._last[0], self._at[0]), max(self._last[1], self._at[1]))
        if self._last[0] * self._last[1] > MOST_CELLS:
            raise Unreadable("TOO_LARGE", "The sheet reaches too far down and to the right: delete what is not needed.")
        if self._is_percent:
            self._percents.append(place_of(*self._at))


def place_of(row: int, column: int) -> int:
    """A number for a cell, which ascends by rows and in them by columns; both are counted from 1."""
    return row * LAST_COLUMN + column - 1


def _place(address: str | None, form: re.Pattern[str], following: tuple[int, int]) -> tuple[int, int]:
    """The row and column that an address names; where there is none, the ones that follow. Raises Unreadable."""
    row, column = following
    if address is not None:
        match = form.fullmatch(address)
        if match is None:
            raise _beyond(address)
        row, column = int(match["row"]), _column(match.groupdict().get("column", ""))
    if row > LAST_ROW or column > LAST_COLUMN:
        raise _beyond(address or "without an address")
    return row, column


def _beyond(address: str) -> Unreadable:
    message = f"The sheet has a cell {address[:_SHOWN]}, and ends at XFD{LAST_ROW}: save it again as .xlsx."
    return Unreadable("MALFORMED_WORKBOOK", message)


def _column(letters: str) -> int:
    """28 of AB."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
