"""Which characters our documents can print, and which a name may hold at all.

`coverage.py` is written from the documents' fonts (tools/typefaces.py), so that a request knows what they have without
loading one.
"""

import unicodedata
from bisect import bisect_right
from functools import cache

from shared.kit.coverage import FACES, RANGES

JOINERS = "\u200c\u200d"
"""ZWNJ and ZWJ: how the letters of Persian or Hindi, or the parts of an emoji, join."""
VARIATIONS = "".join(map(chr, range(0xFE00, 0xFE10)))
"""They say how the character before them looks."""
_JOINED = ("L", "M", "So", "Sk")
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")


def face_of(char: str) -> str | None:
    """The name of the font that prints `char`; None where none has it."""
    starts, ends, faces = _table()
    place = bisect_right(starts, ord(char)) - 1
    return FACES[faces[place]] if place >= 0 and ord(char) <= ends[place] else None


@cache
def _table() -> tuple[list[int], list[int], list[int]]:
    """First and last character of each range, and its face."""
    starts, ends, faces, end = [], [], [], -1
    for item in RANGES.split():
        gap, length, face = (int(number, 36) for number in item.split("."))
        starts.append(end + 1 + gap)
        end = starts[-1] + length - 1
        ends.append(end)
        faces.append(face)
    return starts, ends, faces


def joins(text: str, place: int) -> bool:
    """Whether the joiner at `place` stands between letters or emoji."""
    before, after = text[:place].rstrip(VARIATIONS)[-1:], text[place + 1 : place + 2]
    return bool(before and after) and all(unicodedata.category(char).startswith(_JOINED) for char in (before, after))


def misleading(text: str) -> str | None:
    """The first character that nobody sees and that makes a name read as another: a control, a sign that turns the
    direction, a space without width, a joiner that joins nothing. None where there is none."""
    for place, char in enumerate(text):
        if char in JOINERS:
            if not joins(text, place):
                return char
        # The signs of class AN are seen: they stand around an Arabic number.
        elif unicodedata.category(char) in _UNSEEN and unicodedata.bidirectional(char) != "AN":
            return char
    return None


def unprintable(text: str) -> str | None:
    """The first character of `text` that no font of ours has; None where all can be printed."""
    for char in unicodedata.normalize("NFC", text):
        if not (char.isspace() or char in JOINERS or char in VARIATIONS or face_of(char)):
            return char
    return None


def named(char: str) -> str:
    """U+1F512: how a character is named to somebody who may not see it."""
    return f"U+{ord(char):04X}"
