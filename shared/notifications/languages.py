"""How each language writes days, amounts and our sentences. English stands in the table of news and in the e-mails'
templates; the others each have a file in news/languages/.

babel knows the same of 800 languages. For four it would add 36 MB to the layer and 26 ms to each cold start.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from shared.maths.currencies import exponent_of
from shared.notifications.entries import Amount, News
from shared.notifications.models import Side
from shared.users.models import Language


@dataclass(frozen=True, slots=True)
class _Style:
    thousands: str
    point: str
    signs: dict[str, str]
    """Currencies with a sign of their own. The others go by their codes, as their signs are shared or not known
    everywhere."""
    signed: str
    coded: str
    date: str
    months: tuple[str, ...]
    first: str = "1"
    """The first day of a month."""


# CLDR 47, but for the French premier, which CLDR leaves to whoever writes. Amounts are not broken at the end of a line.
_STYLES: dict[Language, _Style] = {
    "en": _Style(
        thousands=",",
        point=".",
        signs={"USD": "$"},
        signed="{sign}{amount}",
        coded="{sign} {amount}",
        date="{day} {month} {year}",
        months=tuple("January February March April May June July August September October November December".split()),
    ),
    "de": _Style(
        thousands=".",
        point=",",
        signs={"EUR": "€"},
        signed="{amount}\N{NO-BREAK SPACE}{sign}",
        coded="{amount}\N{NO-BREAK SPACE}{sign}",
        date="{day}. {month} {year}",
        months=tuple("Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()),
    ),
    "fr": _Style(
        thousands="\N{NARROW NO-BREAK SPACE}",
        point=",",
        signs={"EUR": "€"},
        signed="{amount}\N{NO-BREAK SPACE}{sign}",
        coded="{amount}\N{NO-BREAK SPACE}{sign}",
        date="{day} {month} {year}",
        months=tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
        first="1er",
    ),
    "es": _Style(
        thousands=".",
        point=",",
        signs={"EUR": "€"},
        signed="{amount}\N{NO-BREAK SPACE}{sign}",
        coded="{amount}\N{NO-BREAK SPACE}{sign}",
        date="{day} de {month} de {year}",
        months=tuple(
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
        ),
    ),
}


def money(amount: Decimal, currency: str, language: Language = "en") -> str:
    """`$4,500.00` in English, `4.500,00 €` in German."""
    style = _STYLES[language]
    digits = f"{amount:,.{exponent_of(currency)}f}"
    digits = digits.translate({ord(","): style.thousands, ord("."): style.point})
    pattern = style.signed if currency in style.signs else style.coded
    return pattern.format(amount=digits, sign=style.signs.get(currency, currency))


def day(moment: date, language: Language = "en") -> str:
    """`1 February 2027` in English, `1er février 2027` in French."""
    style = _STYLES[language]
    number = style.first if moment.day == 1 else str(moment.day)
    return style.date.format(day=number, month=style.months[moment.month - 1], year=moment.year)


def written(fact: Amount | date | int | str, language: Language) -> str:
    """The fact as people read it."""
    if isinstance(fact, Amount):
        return money(fact.amount, fact.currency, language)
    return day(fact, language) if isinstance(fact, date) else str(fact)


def title(key: str, entry: News, language: Language) -> str:
    """The title of the entry with that name."""
    return str(entry.title if language == "en" else texts(language)["news"][key]["title"])


def sentence(key: str, entry: News, side: Side, language: Language) -> str:
    """What the side reads, with placeholders."""
    return str(entry.sentence(side) if language == "en" else texts(language)["news"][key][side.lower()])


def phrase(english: str, language: Language) -> str:
    """A phrase of our e-mails."""
    return english if language == "en" else str(texts(language)["mails"][english])


@cache
def texts(language: Language) -> dict[str, Any]:
    """The file of a language other than English: `news`, by entry, and the phrases of `mails`, by the English ones."""
    path = Path(__file__).parent / "news" / "languages"
    found: dict[str, Any] = json.loads((path / f"{language}.json").read_text(encoding="utf-8"))
    return found
