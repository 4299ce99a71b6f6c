"""Rewrites shared/kit/coverage.py from the fonts of the documents' layer.

python -m tools.typefaces        after a font was added, changed or removed
"""

import re
import sys
import textwrap
import unicodedata
from pathlib import Path

from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[1]
FONTS = ROOT / "layers" / "documents" / "fonts"
WRITTEN = ROOT / "shared" / "kit" / "coverage.py"

FIRST = ("OpenSans-Regular.ttf", "OpenSans-Bold.ttf")
LAST = ("NotoEmoji-Regular.ttf", "DejaVuSans.ttf", "NotoSansCJK-Regular.ttf")
"""Between them come the fonts of one script each."""
SHARED = (range(0x0530), range(0x1DC0, 0x2C00))
"""What no single script owns: Latin, accents, punctuation and symbols, which fonts of a script have for themselves."""

_HEAD = """Which font of the documents' layer prints which character.

Written by `python -m tools.typefaces`: do not edit.
"""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def faces() -> tuple[str, ...]:
    """The fonts' files, in the order in which they are searched for a character."""
    single = sorted(path.name for path in FONTS.glob("*.ttf") if path.name not in (*FIRST, *LAST))
    return (FIRST[0], *single, *LAST)


def coverage(names: tuple[str, ...]) -> dict[int, int]:
    """Character → place in `names` of the first font that has it; the first two fonts have the same."""
    found: dict[int, int] = {}
    for place, name in enumerate(names):
        is_single = name not in (*FIRST, *LAST)
        with TTFont(FONTS / name, lazy=True) as font:
            chars = sorted(font.getBestCmap())
        for char in chars:
            is_other = is_single and any(char in block for block in SHARED)
            if unicodedata.category(chr(char)) not in ("Cc", "Cf", "Cn", "Co", "Zl", "Zp") and not is_other:
                found.setdefault(char, place)
    return dict(sorted(found.items()))


def source() -> str:
    """What coverage.py says: ranges as gap.length.face in base 36, the gap counted from the end of the one before."""
    names = faces()
    ranges: list[list[int]] = []
    for char, place in coverage(names).items():
        if ranges and ranges[-1][1] == char - 1 and ranges[-1][2] == place:
            ranges[-1][1] = char
        else:
            ranges.append([char, char, place])
    ends = [-1, *(last for _, last, _ in ranges)]
    items = [
        f"{_base36(first - end - 1)}.{_base36(last - first + 1)}.{_base36(place)}"
        for (first, last, place), end in zip(ranges, ends, strict=False)
    ]
    lines = textwrap.wrap(" ".join(items), 112, break_on_hyphens=False)
    listed = "".join(f'    "{name}",\n' for name in names)
    joined = "".join(f'    "{line} "\n' for line in lines)
    return f'"""{_HEAD}"""\n\nFACES = (\n{listed})\n\nRANGES = (\n{joined})\n'


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


if __name__ == "__main__":
    WRITTEN.write_text(source())
    sys.stdout.write(f"{WRITTEN.relative_to(ROOT)}: {len(re.findall('[.]', WRITTEN.read_text())) // 2} ranges\n")
