"""A stacking plan as a picture: floors as bars from the top, tenants as segments in the colour of their expiry.

Nothing in it depends on colour alone, on a font or on a script: what a segment cannot hold is cut off, all of it stands
in its `<title>`, and everything is said in attributes, which a policy that forbids styles lets through.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

Plan = dict[str, Any]

WIDTH = 1280
_LEFT, _BAR, _RIGHT = 32, 96, 1120
_TOP, _GAP = 178, 5
_SHORTEST = 0.2
"""Of the longest bar: a floor that is smaller is drawn that long, or its tenants could not be read."""

# From Okabe and Ito's palette for the colour-blind, lightened until dark text can be read on each.
_COLOURS = {"<12m": "#f0895a", "12–24m": "#f6cf65", "24–36m": "#a9d8ee", ">36m": "#6ba7d6", "VACANT": "#ffffff"}
_MEANINGS = {
    "<12m": "under 12 months",
    "12–24m": "12 to 24 months",
    "24–36m": "24 to 36 months",
    ">36m": "over 36 months",
    "VACANT": "vacant",
}
_MARKS = {"LEASED_NOT_COMMENCED": "signed", "RESERVED": "held", "OFFLINE": "held"}
_EMPTY = ("VACANT", "RESERVED", "OFFLINE")
_INK, _PALE, _LINE = "#17212b", "#5b6875", "#8894a0"

# XML has no place for these, and these turn the rest of a line around.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")

_PATTERNS = """<defs>
<pattern id="signed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="6" height="6" fill="#ffffff"/><rect width="3" height="6" fill="#17212b"/></pattern>
<pattern id="held" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="2" height="6" fill="#8894a0"/></pattern>
</defs>"""


def draw(plan: Plan) -> str:
    """The picture of what `stacking_plan` tells, as SVG."""
    floors = plan["floors"]
    height, lines = _row(len(floors))
    bottom = _TOP + len(floors) * (height + _GAP)
    largest = max((floor["leasable_sqft"] for floor in floors), default=Decimal(0))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 52}" width="{WIDTH}"'
        f' height="{bottom + 52}" role="img" font-family="Helvetica, Arial, \'Liberation Sans\', sans-serif"'
        f' fill="{_INK}">',
        f"<title>{_text('Stacking plan of ' + plan['building']['name'])}</title>",
        _PATTERNS,
        f'<rect width="{WIDTH}" height="{bottom + 52}" fill="#ffffff"/>',
        *_head(plan),
        *_legend(plan),
    ]
    for number, floor in enumerate(floors):
        parts += _floor(floor, _TOP + number * (height + _GAP), height, lines, largest)
    parts += [_label(_BAR, bottom + 26, _note(floors, largest), 11, colour=_PALE), "</svg>"]
    return "\n".join(parts)


def _row(floors: int) -> tuple[int, int]:
    """How high a floor is drawn, and how many lines of text it has."""
    if floors <= 4:
        return 110, 4
    if floors <= 12:
        return 66, 4
    return (50, 3) if floors <= 26 else (36, 2)


def _head(plan: Plan) -> Iterable[str]:
    building, totals = plan["building"], plan["totals"]
    address = building["address"]
    place = ", ".join(address[part] for part in ("street", "city", "state") if address.get(part))
    half = (WIDTH - 2 * _LEFT) / 2
    yield _label(_LEFT, 50, _cut(building["name"], half, 26, bold=True), 26, bold=True)
    yield _label(_LEFT, 76, _cut(f"{place} · as of {_day(plan['as_of'])}", half, 14), 14, colour=_PALE)
    years = totals["walt_years"]
    figures = [
        (f"{totals['leased_percent']:.1f} %", "leased"),
        (f"{totals['leased_sqft']:,.0f}", "sqft leased"),
        (f"{totals['vacant_sqft']:,.0f}", "sqft vacant"),
        (f"{totals['leasable_sqft']:,.0f}", "sqft to let in all"),
        ("–" if years is None else f"{years:.1f} years", "WALT, by area"),
    ]
    for number, (value, what) in enumerate(figures):
        x = WIDTH - _LEFT - 118 * (len(figures) - 1 - number)
        yield _label(x, 50, value, 19, bold=True, anchor="end")
        yield _label(x, 72, what, 12, colour=_PALE, anchor="end")


def _legend(plan: Plan) -> Iterable[str]:
    yield _label(_LEFT, 122, "Leases end in", 12, bold=True)
    for number, one in enumerate(plan["totals"]["buckets"]):
        x = _BAR + 36 + number * 222
        yield f'<rect x="{x}" y="108" width="18" height="18" {_fill(one["bucket"])}/>'
        yield _label(x + 26, 121, _MEANINGS[one["bucket"]], 12, bold=True)
        spaces = f"{one['spaces']} space{'' if one['spaces'] == 1 else 's'}"
        yield _label(x + 26, 138, f"{spaces} · {one['sqft']:,.0f} sqft · {one['percent']:.1f} %", 11, colour=_PALE)


def _floor(floor: Plan, y: int, height: int, lines: int, largest: Decimal) -> Iterable[str]:
    middle = y + height / 2 + 5
    yield _label(_BAR - 14, middle, str(floor["floor_number"]), 15, bold=True, anchor="end")
    if not floor["segments"]:
        yield (
            f'<line x1="{_BAR}" y1="{y + height / 2}" x2="{_RIGHT}" y2="{y + height / 2}" stroke="#d5dbe1"'
            ' stroke-dasharray="2 5"/>'
        )
        yield _label(_RIGHT + 14, middle, "nothing to let", 11, colour=_PALE)
        return
    length = (_RIGHT - _BAR) * max(_SHORTEST, float(floor["leasable_sqft"] / largest))
    x = float(_BAR)
    for segment in floor["segments"]:
        width = length * float(segment["width_pct"]) / 100
        yield from _segment(segment, x, y, width, height, lines)
        x += width
    share = floor["leased_sqft"] / floor["leasable_sqft"] * 100
    yield _label(_RIGHT + 14, middle - 8, f"{floor['leasable_sqft']:,.0f} sqft", 12, bold=True)
    yield _label(_RIGHT + 14, middle + 7, f"{share:.0f} % leased", 11, colour=_PALE)


def _segment(segment: Plan, x: float, y: int, width: float, height: int, lines: int) -> Iterable[str]:
    # Its own picture within the picture: nothing of it can reach beyond its edges.
    yield f'<svg x="{x:.2f}" y="{y}" width="{width:.2f}" height="{height}" overflow="hidden">'
    yield f"<title>{_text(' · '.join(_told(segment)))}</title>"
    shape = f'x="1" y="1" width="{max(width - 2, 0.5):.2f}" height="{height - 2}" rx="2"'
    yield f"<rect {shape} {_fill(segment['bucket'])}/>"
    is_marked = segment["status"] in _MARKS
    if is_marked:
        yield f'<rect x="1.5" y="1.5" width="8" height="{height - 3}" fill="url(#{_MARKS[segment["status"]]})"/>'
    colour = _PALE if segment["bucket"] == "VACANT" else _INK
    left = 14 if is_marked else 8
    found = _written(segment, width - left - 6, lines)
    baseline = (height - 14 * len(found)) / 2 + 11
    for number, line in enumerate(found):
        yield _label(left, baseline + 14 * number, line, 11 if number else 12, bold=not number, colour=colour)
    if not found and width >= left + 9:
        name = _cut(_name(segment), height - 14, 11)
        yield _label((left - 8 + width) / 2 + 5, height - 7, name, 11, colour=colour, turned=True)
    yield "</svg>"


def _written(segment: Plan, room: float, lines: int) -> list[str]:
    """The lines of text in a segment: its name, and as many facts as there is room for, the weightiest first."""
    name = _cut(_name(segment), room, 12, bold=True)
    if not name:
        return []
    found: list[str] = []
    facts = _facts(segment)
    for number, fact in enumerate(facts):
        # Where there are fewer lines than facts, several stand on one.
        joined = f"{found[-1]} · {fact}" if found and len(facts) - number > lines - 1 - len(found) else ""
        if joined and _wide(joined, 11) <= room:
            found[-1] = joined
        elif len(found) < lines - 1 and _wide(fact, 11) <= room:
            found.append(fact)
    return [name, *found]


def _facts(segment: Plan) -> list[str]:
    found = [f"{segment['sqft']:,.0f} sqft"]
    if segment["status"] == "LEASED_NOT_COMMENCED":
        found.append(f"from {_day(segment['start_date'])}")
    elif segment["expiry"]:
        found.append(f"until {_day(segment['expiry'])}")
    if segment["rent_psf"] is not None:
        found.append(f"{segment['currency']} {segment['rent_psf']:,}")
    elif segment["tenant"] == "VACANT":
        found.append(segment["space"]["name"])
    return found


def _told(segment: Plan) -> Iterable[str]:
    """All of a segment, for whoever rests on it, or reads with other means than eyes."""
    yield from (_name(segment), segment["space"]["name"], f"{segment['sqft']:,} sqft")
    if segment["start_date"]:
        ends = "" if segment["expiry"] is None else f" to {_day(segment['expiry'])}"
        yield f"{_day(segment['start_date'])}{ends}"
    if segment["rent_psf"] is not None:
        yield f"{segment['currency']} {segment['rent_psf']:,} per sqft and year"
    yield segment["status"].replace("_", " ").lower()


def _name(segment: Plan) -> str:
    status, tenant = str(segment["status"]), str(segment["tenant"])
    return status if status in _EMPTY else tenant


def _fill(bucket: str) -> str:
    border = (
        f'stroke="{_LINE}" stroke-dasharray="4 3"' if bucket == "VACANT" else f'stroke="{_INK}" stroke-opacity="0.25"'
    )
    return f'fill="{_COLOURS[bucket]}" {border}'


def _note(floors: list[Plan], largest: Decimal) -> str:
    note = "Bars are as long as their floors have area to let."
    if any(0 < floor["leasable_sqft"] < largest * Decimal(str(_SHORTEST)) for floor in floors):
        note = "Bars are as long as their floors have area to let; the shortest are drawn longer than they are."
    return f"{note} Rents are per square foot and year. Dark stripes: signed, not begun. Grey: reserved or offline."


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _label(
    x: float,
    y: float,
    text: str,
    size: int,
    *,
    bold: bool = False,
    colour: str = _INK,
    anchor: str = "start",
    turned: bool = False,
) -> str:
    weight = ' font-weight="700"' if bold else ""
    turn = f' transform="rotate(-90 {x:.2f} {y:.2f})"' if turned else ""
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size}"{weight} fill="{colour}" text-anchor="{anchor}"{turn}>'
        f"{_text(text)}</text>"
    )


def _text(text: str) -> str:
    return escape(_UNFIT.sub("\ufffd", " ".join(text.split())))


def _cut(text: str, room: float, size: int, bold: bool = False) -> str:
    """As much of the text as the room holds; nothing where that would be less than three letters."""
    text = " ".join(text.split())
    if _wide(text, size, bold) <= room:
        return text
    kept = text
    while len(kept) > 3 and _wide(f"{kept}…", size, bold) > room:
        kept = kept[:-1].rstrip()
    return f"{kept}…" if _wide(f"{kept}…", size, bold) <= room else ""


def _wide(text: str, size: int, bold: bool = False) -> float:
    """About how wide a text is; rather more than less, as nobody knows the font."""
    ems = sum(_ems(letter) for letter in text)
    return ems * size * (1.08 if bold else 1.0)


def _ems(letter: str) -> float:
    if letter in "iIjl.,:;'|!·()[] ":
        return 0.32
    if letter in "mwMW@%&—…":
        return 0.92
    if ord(letter) > 0x2E7F:
        return 1.02
    return 0.7 if letter.isupper() else 0.57
