"""How each language writes amounts and days: as CLDR has it (babel 2.17 was asked)."""

from datetime import date
from decimal import Decimal

import pytest

from shared.notifications import languages


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        (4500, "USD", "en", "$4,500.00"),
        (4500, "EUR", "en", "EUR 4,500.00"),
        (450000, "JPY", "en", "JPY 450,000"),
        ("1234567.5", "EUR", "de", "1.234.567,50\u00a0€"),
        (4500, "CHF", "de", "4.500,00\u00a0CHF"),
        ("1234567.5", "EUR", "fr", "1\u202f234\u202f567,50\u00a0€"),
        (450000, "JPY", "fr", "450\u202f000\u00a0JPY"),
        ("1234567.5", "EUR", "es", "1.234.567,50\u00a0€"),
        (45000, "CAD", "es", "45.000,00\u00a0CAD"),
        ("0.5", "EUR", "de", "0,50\u00a0€"),
    ],
)
def test_an_amount_is_written_with_its_currency(amount, currency, language, written):
    assert languages.money(Decimal(amount), currency, language) == written


@pytest.mark.parametrize(
    ("day", "language", "written"),
    [
        (date(2027, 2, 1), "en", "1 February 2027"),
        (date(2027, 3, 31), "de", "31. März 2027"),
        (date(2027, 8, 15), "fr", "15 août 2027"),
        (date(2027, 2, 1), "fr", "1er février 2027"),
        (date(2027, 9, 2), "es", "2 de septiembre de 2027"),
    ],
)
def test_a_day_is_written_with_its_month_s_name(day, language, written):
    assert languages.day(day, language) == written


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_each_month_has_a_name_of_its_own(language):
    assert len({languages.day(date(2027, month, 2), language) for month in range(1, 13)}) == 12
