"""How days, money and names are written in PDFs."""

import unicodedata
from datetime import date
from decimal import Decimal

MONTHS = "January February March April May June July August September October November December".split()
REPLACEMENT = "\ufffd"


def written_day(day: date) -> str:
    """1 February 2025: unambiguous on both sides of the Atlantic and in every locale."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def written_money(currency: str, amount: Decimal, exponent: int) -> str:
    """USD 5,000.00; the amount in major units, shown with the currency's decimals."""
    return f"{currency} {amount:,.{exponent}f}"


def clean(text: str) -> str:
    """The text in composed form, on one line, without control characters, encodable.

    Format characters (zero width, bidirectional overrides) are removed too: they can make one name look like another.
    """
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(filter(None, map(_settable, composed)))


def _settable(char: str) -> str | None:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    return None if category in ("Cc", "Cf") else REPLACEMENT if category == "Cs" else char
