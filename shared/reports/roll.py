"""The rent roll: one row for each leasable space, and what they come to."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

from shared.kit.wire import Table
from shared.maths.currencies import exponent_of
from shared.maths.exact import ZERO, rounded
from shared.maths.months import months_left
from shared.reports.models import RentRollRow
from shared.reports.plan import rent_psf
from shared.reports.portfolio import Holding

COLUMNS = tuple(RentRollRow.model_fields)
_CONTRACT, _CURRENCY = COLUMNS.index("contract_id"), COLUMNS.index("currency")

# Leases end on few days.
_months_left = lru_cache(1000)(months_left)


def rent_roll(found: Iterable[Holding], as_of: date) -> dict[str, Any]:
    """What `RentRoll` shows; deals with their money."""
    rows = [_row(one, as_of) for one in found]
    let = [row for row in rows if row[_CONTRACT]]
    area, leased = _sum(rows, "area_sqft"), _sum(let, "area_sqft")
    return {
        "as_of": as_of,
        "data": Table(COLUMNS, rows),
        "totals": {
            "spaces": len(rows),
            "area_sqft": area,
            "leased_sqft": leased,
            "vacant_sqft": area - leased,
            "rents": _totals(let),
        },
    }


def _row(one: Holding, as_of: date) -> tuple[Any, ...]:
    """The values of COLUMNS. Tuples, as ten thousand of them are told of at once."""
    row, deal, status, _, rents = one
    space_id, building_id, building, floor, name, area, percent, *asking, _ = row
    space = building_id, building, floor, space_id, name, status, area, percent
    if deal is None or rents is None:
        return *space, *_NOBODY, one.currency, *_NO_RENT, *asking
    currency, expiry = deal.currency, deal.end_date
    exponent = exponent_of(currency)
    monthly, annual, next_day, next_rent = None, None, None, None
    if deal.contract_type != "SALE":
        monthly, annual = rounded(rents.rent, exponent), rounded(rents.rent * 12, exponent)
    if rents.next_step and (expiry is None or rents.next_step[0] <= expiry):
        next_day, next_rent = rents.next_step[0], rounded(rents.next_step[1], exponent)
    return (
        *space,
        deal.tenant,
        deal.contract_id,
        deal.start_date,
        expiry,
        _months_left(as_of, expiry) if expiry else None,
        currency,
        monthly,
        annual,
        rent_psf(one),
        next_day,
        next_rent,
        deal.deposit_held,
        deal.past_due,
        *asking,
    )


_NOBODY = (None,) * 5
_NO_RENT = (None,) * 7


def _totals(let: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """By currency: amounts of several are never added."""
    by_currency: dict[str, list[tuple[Any, ...]]] = {}
    for row in let:
        by_currency.setdefault(row[_CURRENCY], []).append(row)
    return [
        {"currency": currency, "leases": len(rows)}
        | {name: _sum(rows, name) for name in ("monthly_rent", "annual_rent", "deposit_held", "past_due")}
        for currency, rows in sorted(by_currency.items())
    ]


def _sum(rows: Sequence[tuple[Any, ...]], name: str) -> Decimal:
    return sum(filter(None, map(itemgetter(COLUMNS.index(name)), rows)), ZERO)
