"""Pages in one design, A4 or Letter: title, sections, facts, tables, and the header and footer of every page.

The same calls give the same bytes: the creation date is the document's own, nothing is random, and
the fonts are our own files. A document's SHA-256 is stored and signed, and a step that renders it
may run again. Which fonts a text is set in: shared/kit/typeset.py.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from fpdf import FPDF, ViewerPreferences

from shared.kit.countries import alpha2
from shared.kit.typeset import LEADING, Typesetter
from shared.kit.written import clean

# Millimetres of A4.
PAGE_WIDTH = 210.0
LEFT, TOP, BOTTOM = 22.0, 27.0, 24.0
WIDTH = PAGE_WIDTH - 2 * LEFT

INK, MUTED, ACCENT = (26, 29, 36), (104, 110, 122), (24, 54, 98)
LOGO = (40.0, 18.0)
"""The most that a logo takes."""
BLANK = ((WIDTH - 12.0) / 2, 5.0)
"""The width and the height of a line to be filled in."""
HAIRLINE, BAND = (209, 213, 220), (241, 244, 248)


Paper = Literal["A4", "Letter"]
_LETTER = frozenset("US CA MX PH CL CO CR GT PA SV VE NI HN DO PR".split())
"""Where people print on Letter (Unicode CLDR, measurementData)."""


def paper_of(country: str | None) -> Paper:
    """The paper of the country where the building stands."""
    return "Letter" if alpha2(country or "") in _LETTER else "A4"


@dataclass(frozen=True, slots=True)
class Party:
    """A party named in a document: the legal organization and its representative."""

    legal_name: str
    address: str | None = None
    tax_id: str | None = None
    representative: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    width: float
    """Millimetres; a table's columns add up to WIDTH."""
    align: Literal["L", "R"] = "L"


@dataclass(frozen=True, slots=True)
class Total:
    """A row below a table; `strong` for the final figure."""

    values: Sequence[str]
    strong: bool = True


class Pdf:
    """A document being written. `finish()` returns its bytes."""

    def __init__(
        self, *, kind: str, reference: str, document_id: str, issued_on: date, author: str, paper: Paper = "A4"
    ) -> None:
        self._pdf = FPDF(format=paper, unit="mm")
        self._height_of_page = self._pdf.h
        self._floor = self._height_of_page - BOTTOM
        self._text = Typesetter(self._pdf)
        # fpdf2 would replace "{nb}" by the number of pages, in a party's name too.
        self._pdf.alias_nb_pages("")
        self._pdf.set_margins(LEFT, TOP, LEFT)
        self._pdf.c_margin = 0
        self._pdf.set_auto_page_break(True, BOTTOM)
        self._pdf.set_creation_date(datetime(issued_on.year, issued_on.month, issued_on.day, tzinfo=UTC))
        self._pdf.set_lang("en")
        self._pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._kind, self._reference, self._document_id = kind, clean(reference), document_id
        self._pdf.set_title(f"{kind} {self._reference}")
        self._pdf.set_author(clean(author))
        self._pdf.add_page()

    def title(self, text: str, subtitle: str, logo: bytes | None = None) -> None:
        """The title; the issuer's `logo`, a picture in any format, stands to its right."""
        if logo:
            width, height = LOGO
            box = self._pdf.w - LEFT - width, TOP - 6
            self._pdf.image(io.BytesIO(logo), *box, width, height, keep_aspect_ratio=True)
        self._pdf.set_y(TOP + 4)
        self._write(text, size=20, bold=True, color=ACCENT)
        self.space(0.5)
        self._write(subtitle, size=9.5, color=MUTED)
        self.space(5)

    def heading(self, text: str) -> None:
        """A section heading above a rule; stays on the page of the lines that follow it."""
        self.keep(24)
        self.space(3)
        self._write(text, size=11, bold=True, color=ACCENT)
        self.rule(after=2.2)

    def paragraph(self, text: str, *, color: tuple[int, int, int] = INK, size: float = 9) -> None:
        # An address is never wrapped: justified, the line before it would be pulled apart.
        self._write(text, size=size, color=color, align="L" if "://" in text else "J")
        self.space(1.8)

    def clause(self, number: int, name: str, paragraphs: Sequence[str]) -> None:
        """A numbered clause; its paragraphs are n.1, n.2, … with the number hanging in the margin."""
        self.keep(20)
        self.space(1.4)
        self._hanging(f"{number}.", name, size=10, bold=True, color=ACCENT)
        self.space(0.6)
        for position, text in enumerate(paragraphs, start=1):
            self.keep(9)
            self._hanging(f"{number}.{position}", text, size=9, align="J")
            self.space(1.1)

    def facts(self, rows: Iterable[tuple[str, str]], *, label_width: float = 44) -> None:
        """Labels and values, with a hairline below each."""
        for label, value in rows:
            self.keep(9)
            self.space(1.1)
            self._cell(label, x=LEFT, y=self._pdf.y, width=label_width - 4, height=9 * LEADING, size=8.5, color=MUTED)
            self._write(value, size=9, x=LEFT + label_width, width=WIDTH - label_width)
            self.space(1.1)
            self.rule()

    def together(self, heading: str, rows: Sequence[tuple[str, str]], *, label_width: float = 44) -> None:
        """A heading and its facts, on one page if a page can hold them."""
        self._text.font(9, bold=False, color=INK)
        values = (self._text.paragraph(value, WIDTH - label_width, dry=True) for _, value in rows)
        self.keep(11 * LEADING + 5.2 + sum(max(height, 9 * LEADING) + 2.2 for height in values))
        self.heading(heading)
        self.facts(rows, label_width=label_width)

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[str]],
        totals: Sequence[Total] = (),
    ) -> None:
        """One line per row, the header repeated on every page; the totals stay with the last row.

        A cell that is too long for its column is truncated with an ellipsis: names belong in `facts`.
        """
        height, foot = 6.0, 6.6
        body = list(rows)
        self.keep(2 * height + foot * len(totals))
        self._table_head(columns, height)
        for position, row in enumerate(body):
            last = position == len(body) - 1
            if self._pdf.y + height + foot * len(totals) * last > self._floor:
                self._pdf.add_page()
                self._table_head(columns, height)
            self._row(columns, row, height, band=position % 2 == 1)
        for total in totals:
            self.rule()
            self._row(columns, total.values, foot, bold=total.strong)
        self.rule(color=ACCENT, after=2)

    def columns(self, left: tuple[str, Sequence[str]], right: tuple[str, Sequence[str]]) -> None:
        """Two blocks side by side, each with a small heading, a bold first line, then the rest."""
        gap = 10.0
        width = (WIDTH - gap) / 2
        top, below = self._pdf.y, 0.0
        self._pdf.set_auto_page_break(False)
        for x, (label, lines) in ((LEFT, left), (LEFT + width + gap, right)):
            self._pdf.set_y(top)
            self._write(label.upper(), size=7.5, bold=True, color=MUTED, x=x, width=width)
            self.space(0.8)
            for position, line in enumerate(lines):
                first = position == 0
                self._write(line, size=10 if first else 9, bold=first, x=x, width=width)
            below = max(below, self._pdf.y)
        self._pdf.set_auto_page_break(True, BOTTOM)
        self._pdf.set_y(below)
        self.space(5)

    def amount_due(self, label: str, amount: str) -> None:
        """The one figure that the reader looks for, highlighted."""
        height = 15.0
        self.keep(height + 4)
        top = self._pdf.y
        self._pdf.set_fill_color(*BAND)
        self._pdf.rect(LEFT, top, WIDTH, height, style="F")
        self._pdf.set_fill_color(*ACCENT)
        self._pdf.rect(LEFT, top, 1.2, height, style="F")
        self._cell(label, x=LEFT + 6, y=top, width=WIDTH / 2, height=height, size=10, color=MUTED)
        self._cell(
            amount,
            x=LEFT + WIDTH / 2 - 6,
            y=top,
            width=WIDTH / 2,
            height=height,
            size=15,
            bold=True,
            color=ACCENT,
            align="R",
        )
        self._pdf.set_y(top + height + 5)

    def signatures(self, declaration: str, sides: Sequence[tuple[str, Party]]) -> None:
        """A signature block for each side, next to each other, never split across pages. A line that is left blank is a
        named destination of the document, as `Lessor Date`: `overlay` fills it in."""
        width = BLANK[0]
        gap = WIDTH - 2 * width
        self.keep(88 + max(self._height(party.legal_name, 10, width) for _, party in sides))
        self.heading("Signatures")
        self.paragraph(declaration)
        top, below = self._pdf.y + 2, 0.0
        for position, (role, party) in enumerate(sides):
            x = LEFT + position * (width + gap)
            self._pdf.set_y(top)
            self._write(f"For the {role}", size=8, color=MUTED, x=x, width=width)
            self._write(party.legal_name, size=10, bold=True, x=x, width=width)
            below = max(below, self._pdf.y)
        for position, (role, party) in enumerate(sides):
            x = LEFT + position * (width + gap)
            self._pdf.set_y(below + 10)
            for label, value in (
                ("Signature", ""),
                ("Name", party.representative or ""),
                ("Title", party.title or ""),
                ("Date", ""),
            ):
                if value:
                    self._cell(value, x=x, y=self._pdf.y, width=BLANK[0], height=BLANK[1], size=9)
                else:
                    self._pdf.set_link(name=f"{role} {label}", x=x, y=self._pdf.y)
                self.space(BLANK[1])
                self._line(x, x + width, color=MUTED)
                self.space(0.6)
                self._write(label, size=7.5, color=MUTED, x=x, width=width)
                self.space(4)

    def _height(self, text: str, size: float, width: float) -> float:
        self._text.font(size, bold=True, color=INK)
        return self._text.paragraph(text, width, dry=True)

    def keep(self, height: float) -> None:
        """Start a new page unless `height` mm are left on this one."""
        if self._pdf.y + height > self._floor:
            self._pdf.add_page()

    def space(self, height: float) -> None:
        self._pdf.set_y(self._pdf.y + height)

    def rule(self, *, color: tuple[int, int, int] = HAIRLINE, after: float = 0) -> None:
        self._line(LEFT, LEFT + WIDTH, color=color)
        self.space(after)

    def finish(self) -> bytes:
        """The PDF. Nothing can be added afterwards."""
        self._run_on_every_page()
        return bytes(self._pdf.output())

    def _run_on_every_page(self) -> None:
        pages = self._pdf.pages_count
        self._pdf.set_auto_page_break(False)
        for page in range(1, pages + 1):
            # Goes back: add_page() enters the page after the present one, new or not, and sets its colours
            # and font anew.
            self._pdf.page = page - 1
            self._pdf.add_page()
            half = WIDTH / 2
            for y, left, right in (
                (12.0, self._kind, self._reference),
                (self._height_of_page - 15, f"Document {self._document_id}", f"Page {page} of {pages}"),
            ):
                self._cell(left, x=LEFT, y=y, width=half, height=4, size=7.5, color=MUTED)
                self._cell(right, x=LEFT + half, y=y, width=half, height=4, size=7.5, color=MUTED, align="R")
            for y in (17.0, self._height_of_page - 16.5):
                self._pdf.set_y(y)
                self._line(LEFT, LEFT + WIDTH, color=HAIRLINE)

    def _table_head(self, columns: Sequence[Column], height: float) -> None:
        top = self._pdf.y
        self._pdf.set_fill_color(*ACCENT)
        self._pdf.rect(LEFT, top, WIDTH, height, style="F")
        self._row(columns, [column.label for column in columns], height, bold=True, color=(255, 255, 255))

    def _row(
        self,
        columns: Sequence[Column],
        values: Sequence[str],
        height: float,
        *,
        band: bool = False,
        bold: bool = False,
        color: tuple[int, int, int] = INK,
    ) -> None:
        top, x = self._pdf.y, LEFT
        if band:
            self._pdf.set_fill_color(*BAND)
            self._pdf.rect(LEFT, top, WIDTH, height, style="F")
        for column, value in zip(columns, values, strict=True):
            if value:
                self._cell(
                    value,
                    x=x + 2,
                    y=top,
                    width=column.width - 4,
                    height=height,
                    size=8.5,
                    bold=bold,
                    color=color,
                    align=column.align,
                )
            x += column.width
        self._pdf.set_xy(LEFT, top + height)

    def _hanging(
        self,
        number: str,
        text: str,
        *,
        size: float,
        bold: bool = False,
        color: tuple[int, int, int] = INK,
        align: Literal["L", "J"] = "L",
    ) -> None:
        indent = 10.0
        top = self._pdf.y
        self._cell(number, x=LEFT, y=top, width=indent, height=size * LEADING, size=size, bold=bold, color=color)
        self._pdf.set_y(top)
        self._write(text, size=size, bold=bold, color=color, x=LEFT + indent, width=WIDTH - indent, align=align)

    def _write(
        self,
        text: str,
        *,
        size: float,
        bold: bool = False,
        color: tuple[int, int, int] = INK,
        x: float = LEFT,
        width: float = WIDTH,
        align: Literal["L", "J"] = "L",
    ) -> None:
        """Text wrapped into a column, from the current height on."""
        self._text.font(size, bold=bold, color=color)
        self._pdf.set_x(x)
        self._text.paragraph(text, width, align)

    def _cell(
        self,
        text: str,
        *,
        x: float,
        y: float,
        width: float,
        height: float,
        size: float,
        bold: bool = False,
        color: tuple[int, int, int] = INK,
        align: Literal["L", "R"] = "L",
    ) -> None:
        """One line in a box, centred in its height."""
        self._text.font(size, bold=bold, color=color)
        self._pdf.set_xy(x, y)
        self._text.cell(text, width, height, align)

    def _line(self, left: float, right: float, *, color: tuple[int, int, int]) -> None:
        self._pdf.set_draw_color(*color)
        self._pdf.set_line_width(0.2)
        self._pdf.line(left, self._pdf.y, right, self._pdf.y)


def overlay(size: tuple[float, float], texts: Iterable[tuple[float, float, str]]) -> bytes:
    """A PDF of one page of that size, clear but for these texts, to be laid over a page: each fills in a blank line,
    whose named destination has these coordinates. All are in points, from the lower left."""
    page = FPDF(format=(size[0] / _POINTS, size[1] / _POINTS), unit="mm")
    page.set_auto_page_break(False)
    page.c_margin = 0
    page.add_page()
    typesetter = Typesetter(page)
    typesetter.font(9, bold=False, color=INK)
    for left, top, text in texts:
        page.set_xy(left / _POINTS, (size[1] - top) / _POINTS)
        typesetter.cell(text, *BLANK)
    return bytes(page.output())


_POINTS = 72 / 25.4
"""To a millimetre."""
