"""How days, money and names are written in PDFs."""

import unicodedata
from datetime import date
from decimal import Decimal

from shared.kit.characters import JOINERS, VARIATIONS, joins, named

MONTHS = "January February March April May June July August September October November December".split()
ISOLATES = "\u2068\u2069"
"""Around what a sentence takes over from somebody: its direction is its own, and ends with it."""


_TURNING = ("R", "AL", "AN")


def written_day(day: date) -> str:
    """1 February 2025: unambiguous on both sides of the Atlantic and in every locale."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """1 Feb 2025, for the narrow column of a table."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def written_money(currency: str, amount: Decimal, exponent: int) -> str:
    """USD 5,000.00; the amount in major units, shown with the currency's decimals."""
    return f"{currency} {amount:,.{exponent}f}"


def isolated(text: str) -> str:
    """What somebody else wrote, for a sentence of ours: a name in Hebrew turns nothing around it."""
    cleaned = "".join(char for char in clean(text) if char not in ISOLATES)
    return cleaned.join(ISOLATES) if any(unicodedata.bidirectional(char) in _TURNING for char in cleaned) else cleaned


def clean(text: str) -> str:
    """The text in composed form, on one line, without control characters, encodable.

    Format characters (zero width, bidirectional overrides) are removed too: they can make one name look like another.
    """
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(_settable(composed, place) for place in range(len(composed)))


def placeholder(char: str) -> str:
    """What is printed for a character that no font has: [U+E000]."""
    return f"[{named(char)}]"


def _settable(text: str, place: int) -> str:
    char = text[place]
    if char.isspace():
        return " "
    if char in JOINERS:
        return char if joins(text, place) else ""
    if char in ISOLATES or char in VARIATIONS:
        return char
    category = unicodedata.category(char)
    if category in ("Cc", "Cf") and unicodedata.bidirectional(char) != "AN":
        return ""
    return placeholder(char) if category == "Cs" else char
