"""What a tax code may be called, how it is stored, and what the report adds up."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from shared.kit.errors import Detail, Invalid
from shared.maths.currencies import exponent_of
from shared.maths.exact import added
from shared.maths.tax import TaxPart, TaxRate, TaxRule, combined, shared_out
from shared.taxes.models import TaxCodeChange

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)

REASONS = {"ZERO": "Zero-rated", "EXEMPT": "Exempt from tax", "REVERSE": "Reverse charge: the recipient owes the tax"}
"""Why no tax is charged, where the code says no more."""


def check_code(code: str) -> None:
    """Raises Invalid on `code`."""
    if not _CODE.fullmatch(code):
        raise Invalid(Detail("code", "must be 1 to 32 letters, digits or . _ - and start with a letter or digit"))


def stored(change: TaxCodeChange) -> dict[str, Any]:
    """The code as it is stored: `category`, `reason`, `rates`. A rate that changes nothing is left out."""
    rates: list[dict[str, Any]] = []
    for rate in change.rates:
        if not rates or rates[-1]["percent"] != rate.percent:
            rates.append({"from": rate.begins, "percent": rate.percent})
    return {
        "category": change.category,
        "reason": change.reason or REASONS.get(change.category),
        # A code without a percent has none on any day.
        "rates": rates or [{"from": "1900-01-01", "percent": Decimal(0)}],
    }


def rule_of(row: dict[str, Any]) -> TaxRule:
    """The rule of a row with a tax code's `code`, `category`, `reason` and `rates`."""
    rates = tuple(TaxRate(date.fromisoformat(one["from"]), Decimal(one["percent"])) for one in row["rates"])
    return TaxRule(row["code"], row["category"], row["reason"], rates)


def parts_of(*taxes: Iterable[dict[str, Any]] | None) -> tuple[TaxPart, ...]:
    """The parts as they are stored, of one document or of several; None has none."""
    return tuple(
        TaxPart(**one | {name: Decimal(one[name]) for name in ("percent", "net", "tax")})
        for some in taxes
        for one in some or ()
    )


def stored_parts(parts: Iterable[TaxPart]) -> list[dict[str, Any]]:
    """The parts as they are stored and answered."""
    return [part._asdict() for part in parts]


def share(invoice: dict[str, Any], net: Decimal, tax: Decimal) -> tuple[TaxPart, ...] | None:
    """So much of what is left of an invoice (its `taxes`, those `credited` by its notes, its `currency`), by its parts;
    None where it has none."""
    if invoice["taxes"] is None:
        return None
    left = combined(parts_of(invoice["taxes"]), parts_of(*(invoice["credited"] or ())))
    return shared_out(left, net, tax, exponent_of(invoice["currency"]))


def rows_of(invoiced: Sequence[dict[str, Any]], reliefs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The report's rows: what was invoiced (`queries.select_tax`), less what write-offs relieve, in the proportions of
    their invoices."""
    currencies = sorted({row["currency"] for row in (*invoiced, *reliefs)})
    return [
        {"code": part.code or None, "category": part.category, "percent": part.percent, "currency": currency}
        | {"net": part.net, "tax": part.tax}
        for currency in currencies
        for part in combined(
            (_part(row, row["category"], row["percent"]) for row in invoiced if row["currency"] == currency),
            (part for row in reliefs if row["currency"] == currency for part in _relieved(row)),
        )
    ]


def _part(row: dict[str, Any], category: Any, percent: Decimal) -> TaxPart:
    # Without a code the lease states the percent itself.
    return TaxPart(row.get("code") or "", category, percent, row["net"], row["tax"], None)


def _relieved(row: dict[str, Any]) -> tuple[TaxPart, ...]:
    return share(row, row["net"], row["tax"]) or (_part(row, "STANDARD", row["tax_percent"]),)


def totals_of(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """By currency: amounts of several are never added."""
    currencies = sorted({row["currency"] for row in rows})
    return [
        {"currency": currency}
        | {name: added(*(row[name] for row in rows if row["currency"] == currency)) for name in ("net", "tax")}
        for currency in currencies
    ]
