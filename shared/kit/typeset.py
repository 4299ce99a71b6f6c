"""Sets text of any script into a PDF: each character in a font that has it, right-to-left runs in their order.

Most of what we print is Latin, Greek or Cyrillic and is set by fpdf2 alone, in Open Sans. Where a text holds anything
else it is set here, piece by piece: fpdf2's fallback loses the font after a line that is all fallback, and its
paragraphs neither break between Chinese characters nor keep a name from turning the sentence around it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, cast
from unicodedata import category

from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

from shared.kit.characters import JOINERS, VARIATIONS, face_of
from shared.kit.written import ISOLATES, clean, placeholder

# Lambda unpacks a layer into /opt; everywhere else its fonts are read where they lie.
_SOURCE = Path(__file__).parents[2] / "layers/documents/fonts"
FONTS = _SOURCE if _SOURCE.exists() else Path("/opt/fonts")
SANS = "OpenSans-Regular.ttf"

LEADING = 0.50
"""Line height in millimetres per point of size."""

# What a bold outline adds to a stem, in millimetres per point of size.
_STROKE = 0.011

# Lines break between these without a space: their scripts have none, and no dictionary is at hand.
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0xA4CF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF))
_BEYOND = (0x20000, 0x3FFFF)
_CLOSING = ("Pe", "Pf", "Po", "Lm")


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character to set, the font that has it, and how deep it stands in runs of the other direction: odd is right to
    left."""

    char: str
    face: str
    level: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What is set at once. Its text stands in the order in which it is read, as its `place` in the line does."""

    text: str
    face: str
    is_rtl: bool
    place: int


class Typesetter:
    """Sets text into `pdf`, whose current font and colour it changes."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        pdf.add_font(SANS, "", FONTS / SANS)
        pdf.add_font(SANS, "B", FONTS / "OpenSans-Bold.ttf")
        self._added = {SANS: self._characters(SANS)}
        self._size, self._style = 0.0, ""
        self._widths: dict[tuple[str, str, bool, str, float], float] = {}

    def font(self, size: float, *, bold: bool, color: tuple[int, int, int]) -> None:
        """What is set next, in points."""
        self._size, self._style = size, "B" if bold else ""
        self._plain()
        self._pdf.set_text_color(*color)

    def paragraph(self, text: str, width: float, align: Literal["L", "J"] = "L", *, dry: bool = False) -> float:
        """Wraps `text` into lines from the present position on; gives their height in mm. `dry` sets nothing."""
        text, height = clean(text), self._size * LEADING
        if self._is_plain(text):
            settings = {"dry_run": True, "output": "HEIGHT"} if dry else {"new_x": "LMARGIN", "new_y": "NEXT"}
            top = self._pdf.y
            found = self._pdf.multi_cell(width, height, text, align=align, **settings)
            return cast(float, found) if dry else self._pdf.y - top
        left, lines = self._pdf.x, list(self._lines(self._glyphs(text), width))
        if not dry:
            for line in lines:
                if self._pdf.y + height > self._pdf.page_break_trigger and self._pdf.auto_page_break:
                    self._pdf.add_page()
                self._line(line, left, height)
                self._pdf.set_y(self._pdf.y + height)
        return height * len(lines)

    def cell(self, text: str, width: float, height: float, align: Literal["L", "R"] = "L") -> None:
        """One line from the present position on, cut with an ellipsis where it is too long."""
        text = clean(text)
        if self._is_plain(text):
            self._pdf.cell(width, height, self._fit(text, width), align=align)
            return
        glyphs = self._glyphs(text)
        if self._width(glyphs) > width:
            while glyphs and self._width([*glyphs, Glyph("…", SANS, 0)]) > width:
                glyphs = glyphs[: max(_clusters(glyphs), default=0)]
            glyphs.append(Glyph("…", SANS, 0))
        left = self._pdf.x + (width - self._width(glyphs) if align == "R" else 0)
        self._line(glyphs, left, height)

    def _fit(self, text: str, width: float) -> str:
        if self._pdf.get_string_width(text) <= width:
            return text
        while text and self._pdf.get_string_width(text + "…") > width:
            text = text[:-1]
        return text + "…"

    def _is_plain(self, text: str) -> bool:
        return text.isascii() or self._added[SANS].issuperset(map(ord, text))

    def _glyphs(self, text: str) -> list[Glyph]:
        """`text` in its logical order, without the signs that only isolate."""
        shown = "".join(_shown(char) for char in text)
        levels = [each.embedding_level for each in _paragraph(shown).get_characters()]
        glyphs: list[Glyph] = []
        for char, level in zip(shown, levels, strict=True):
            if char in ISOLATES:
                continue
            previous = glyphs[-1] if glyphs else Glyph(" ", SANS, level)
            face = self._face(char, previous.face)
            if face is not None:
                # A joiner has no direction, and would part what it joins.
                glyphs.append(Glyph(char, face, previous.level if char in JOINERS else level))
        return glyphs

    def _face(self, char: str, previous: str) -> str | None:
        """The font for `char`; what belongs to the character before it stays with that one's."""
        if char in JOINERS or char in VARIATIONS or category(char).startswith("M"):
            if ord(char) in self._added[previous]:
                return previous
            if char in JOINERS or char in VARIATIONS:
                return None
        face = face_of(char) or SANS
        if face not in self._added:
            self._pdf.add_font(face, "", FONTS / face)
            self._added[face] = self._characters(face)
        return face

    def _characters(self, face: str) -> frozenset[int]:
        return frozenset(cast(TTFFont, self._pdf.fonts[face.lower()]).cmap)

    def _lines(self, glyphs: list[Glyph], width: float) -> Iterator[list[Glyph]]:
        """Lines of at most `width`, without the spaces at their ends."""
        line: list[Glyph] = []
        filled = 0.0
        for word in _words(glyphs):
            if line and filled + self._width(_trimmed(word)) > width:
                yield _trimmed(line)
                line, filled = [], 0.0
            while self._width(_trimmed(word)) > width and len(_clusters(word)) > 1:
                # A word longer than a line breaks where it has to.
                ends = _clusters(word)[1:]
                fits = max((end for end in ends if self._width(word[:end]) <= width), default=ends[0])
                yield word[:fits]
                word = word[fits:]
            line += word
            filled += self._width(word)
        if line:
            yield _trimmed(line)

    def _line(self, glyphs: list[Glyph], left: float, height: float) -> None:
        """Sets one line, its pieces from left to right as they are seen."""
        top, x, placed = self._pdf.y, left, []
        for piece in _pieces(glyphs):
            width = self._piece_width(piece)
            placed.append((piece, x, width))
            x += width
        # Written in the order in which they are read: so they are copied, and read aloud.
        for piece, x, width in sorted(placed, key=lambda one: one[0].place):
            self._select(piece)
            self._pdf.set_xy(x, top)
            with self._pdf.local_context(**self._strokes(piece)):
                self._pdf.cell(width, height, piece.text)
        self._pdf.set_xy(left, top)
        self._plain()

    def _width(self, glyphs: list[Glyph]) -> float:
        width = sum(map(self._piece_width, _pieces(glyphs)))
        self._plain()
        return width

    def _piece_width(self, piece: Piece) -> float:
        key = (piece.text, piece.face, piece.is_rtl, self._style, self._size)
        if key not in self._widths:
            self._select(piece)
            self._widths[key] = self._pdf.get_string_width(piece.text)
        return self._widths[key]

    def _select(self, piece: Piece) -> None:
        self._pdf.set_font(piece.face, self._style if piece.face == SANS else "", self._size)
        self._pdf.set_text_shaping(True, direction="rtl" if piece.is_rtl else "ltr")

    def _strokes(self, piece: Piece) -> dict[str, Any]:
        """Only Open Sans is here in bold: other scripts are drawn with their outlines, as thick as that bold is."""
        if not self._style or piece.face == SANS:
            return {}
        colour = self._pdf.text_color
        return {"text_mode": "FILL_STROKE", "line_width": self._size * _STROKE, "draw_color": colour}

    def _plain(self) -> None:
        self._pdf.set_font(SANS, self._style, self._size)
        self._pdf.set_text_shaping(False)


def _shown(char: str) -> str:
    is_known = char.isspace() or char in JOINERS or char in VARIATIONS or char in ISOLATES or face_of(char)
    return char if is_known else placeholder(char)


def _paragraph(text: str) -> BidiParagraph:
    return BidiParagraph(text, base_direction=TextDirection.LTR, preserve_bn_chars=True)


def _is_unspaced(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in (*_UNSPACED, _BEYOND))


def _is_bound(glyph: Glyph) -> bool:
    """Whether the glyph belongs to the one before it."""
    char = glyph.char
    return char in JOINERS or char in VARIATIONS or category(char).startswith("M") or category(char) == "Sk"


def _clusters(glyphs: list[Glyph]) -> list[int]:
    """Where what is read as one character begins."""
    return [
        place
        for place, glyph in enumerate(glyphs)
        if not place or not (_is_bound(glyph) or glyphs[place - 1].char in JOINERS)
    ]


def _words(glyphs: list[Glyph]) -> Iterator[list[Glyph]]:
    """What a line does not break: up to a space, or a character of a script that has none."""
    starts = [place for place in _clusters(glyphs) if not place or _breaks(glyphs[place - 1].char, glyphs[place].char)]
    for start, end in zip(starts, (*starts[1:], len(glyphs)), strict=True):
        yield glyphs[start:end]


def _breaks(before: str, after: str) -> bool:
    if before.isspace():
        return not after.isspace()
    # No line begins with what closes, nor ends with what opens.
    is_held = category(after) in _CLOSING or category(before) in ("Ps", "Pi") or after.isspace()
    return (_is_unspaced(before) or _is_unspaced(after)) and not is_held


def _trimmed(glyphs: list[Glyph]) -> list[Glyph]:
    end = len(glyphs)
    while end and glyphs[end - 1].char.isspace():
        end -= 1
    return glyphs[:end]


def _pieces(glyphs: list[Glyph]) -> list[Piece]:
    """The pieces of a line from left to right."""
    alike = groupby(glyphs, lambda glyph: (glyph.level, glyph.face))
    pieces = [
        (level, Piece("".join(glyph.char for glyph in group), face, level % 2 == 1, place))
        for place, ((level, face), group) in enumerate(alike)
    ]
    # Rule L2 of the bidirectional algorithm (Unicode Annex 9), with pieces for characters.
    for turned in range(max((level for level, _ in pieces), default=0), 0, -1):
        place = 0
        while place < len(pieces):
            end = place
            while end < len(pieces) and pieces[end][0] >= turned:
                end += 1
            pieces[place:end] = reversed(pieces[place:end])
            place = end + 1
    return [piece for _, piece in pieces]
