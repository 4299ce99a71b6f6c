"""Occupancy, expirations and aging of a portfolio."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any

from shared.kit.wire import Table
from shared.maths import reports
from shared.maths.currencies import exponent_of
from shared.maths.exact import ZERO, added, less, rounded
from shared.reports.answer import table_of
from shared.reports.models import BuildingOccupancy, CurrencyOccupancy
from shared.reports.money import Account
from shared.reports.portfolio import Holding, area_of, leases_of
from shared.reports.queries import Asked

_NOTHING = Decimal("0.00")
_AGES = ("current", "days_1_30", "days_31_60", "days_61_90", "days_over_90")
"""How `AGING_BUCKETS` are named on the wire."""
_BESIDE = ("unapplied_credit", "prepaid", "ledger_balance", "deposit_held")
_ACCOUNT = ("contract_id", "tenant", "building_id", "building_name", "space_id", "space_name", "currency")


def occupancy(found: Sequence[Holding], as_of: date) -> dict[str, Any]:
    """The `Occupancy` report: each building, by name, and the total."""
    buildings = groupby(found, key=lambda one: (one.row.building_id, one.row.building_name))
    return {
        "as_of": as_of,
        "data": [_occupied(*building, list(its), as_of) for building, its in buildings],
        "totals": _occupied(None, None, found, as_of),
    }


def by_currency(report: dict[str, Any]) -> Table:
    """An occupancy report as a table: a row for each building and currency."""
    columns = [name for name in BuildingOccupancy.model_fields if name != "currencies"]
    rows = [building | its for building in report["data"] for its in building["currencies"]]
    return table_of([*columns, *CurrencyOccupancy.model_fields], rows)


def _occupied(building_id: Any, name: str | None, found: Sequence[Holding], as_of: date) -> dict[str, Any]:
    rates = reports.occupancy((one.space for one in found), as_of)
    area, leased = area_of(found), area_of(one for one in found if one.lease)
    return {
        "building_id": building_id,
        "building_name": name,
        "spaces": len(found),
        "leasable_sqft": area,
        "leased_sqft": leased,
        "occupied_sqft": area_of(one for one in found if one.status in reports.IN_PLACE),
        "vacant_sqft": area - leased,
        "leased": _shown(rates.leased, 4),
        "occupied": _shown(rates.occupied, 4),
        "walt_by_area_years": _shown(reports.walt(leases_of(found), as_of, by="AREA"), 2),
        "currencies": [_in_currency(currency, its, as_of) for currency, its in _split(found)],
    }


def _in_currency(currency: str, found: Sequence[Holding], as_of: date) -> dict[str, Any]:
    exponent, spaces = exponent_of(currency), [one.space for one in found]
    on_the_day = [(space, reports.lease_on(space, as_of)) for space in spaces]
    charged = added(*(lease.charged for _, lease in on_the_day if lease))
    asking = added(
        *(lease.rent if space.asking is None and lease else space.asking or ZERO for space, lease in on_the_day)
    )
    leases = leases_of(found)
    return {
        "currency": currency,
        "rent_charged": rounded(charged, exponent),
        "asking_rent": rounded(asking, exponent),
        "economic": _shown(reports.occupancy(spaces, as_of).economic, 4),
        "annual_rent": rounded(added(*(lease.annual_rent for lease in leases)), exponent),
        "walt_years": _shown(reports.walt(leases, as_of), 2),
    }


def expirations(found: Sequence[Holding], as_of: date) -> dict[str, Any]:
    """The `Expirations` report, currency by currency."""
    area = area_of(found)
    return {
        "as_of": as_of,
        "data": [
            _expiry(currency, year)
            for currency, its in _split(found)
            for year in reports.expirations(leases_of(its), as_of, leasable_area=area)
        ],
    }


def _expiry(currency: str, year: reports.ExpiryYear) -> dict[str, Any]:
    return {
        "currency": currency,
        "year": year.year,
        "leases": year.leases,
        "area_sqft": year.area,
        "area_percent": rounded(year.area_percent, 2),
        "annual_rent": rounded(year.annual_rent, exponent_of(currency)),
        "rent_percent": rounded(year.rent_percent, 2),
        "cumulative_area_percent": rounded(year.cumulative_area_percent, 2),
        "cumulative_rent_percent": rounded(year.cumulative_rent_percent, 2),
    }


def aging(accounts: Sequence[Account], asked: Asked) -> dict[str, Any]:
    """The `Aging` report. Of a day ahead nobody knows what will be open: its amounts are null."""
    named = _unknown if asked.is_ahead else partial(_aged, as_of=asked.as_of)
    lines = [{name: getattr(one, name) for name in _ACCOUNT} | named([one]) for one in accounts]
    totals = []
    for currency in sorted({one.currency for one in accounts}):
        its = [one for one in accounts if one.currency == currency]
        figures = named(its)
        in_journal = None if asked.is_ahead else added(_NOTHING, *(one.deposits_in_journal for one in its))
        ties = None if asked.is_ahead else tie(figures, "total") and in_journal == figures["deposit_held"]
        totals.append({"currency": currency, **figures, "deposits_in_journal": in_journal, "ties": ties})
    return {"as_of": asked.as_of, "data": lines, "totals": totals}


def _aged(accounts: Sequence[Account], as_of: date) -> dict[str, Decimal | None]:
    found = [pair for one in accounts for pair in zip(one.days, one.amounts, strict=True)]
    ages = [added(_NOTHING, amount) for amount in reports.aging(found, as_of).values()]
    ahead = [added(_NOTHING, *(getattr(one, name) for one in accounts)) for name in _BESIDE]
    return dict(zip((*_AGES, "total", *_BESIDE), (*ages, added(*ages), *ahead), strict=True))


def _unknown(accounts: Sequence[Account]) -> dict[str, Decimal | None]:
    return dict.fromkeys((*_AGES, "total", *_BESIDE))


def tie(figures: Mapping[str, Decimal | None], *owed: str) -> bool | None:
    """Whether what is open, less unapplied credit, less what is prepaid, is what the ledgers say; None of a day
    ahead."""
    balance, *open_, credit, prepaid = (figures[name] for name in ("ledger_balance", *owed, *_BESIDE[:2]))
    if balance is None:
        return None
    return balance == less(added(*(amount or ZERO for amount in open_)), credit or ZERO, prepaid or ZERO)


def _split(found: Sequence[Holding]) -> list[tuple[str, list[Holding]]]:
    """Amounts of several currencies are never added."""
    return [
        (currency, [one for one in found if one.currency == currency])
        for currency in sorted({one.currency for one in found})
    ]


def _shown(value: Decimal | None, decimals: int) -> Decimal | None:
    return None if value is None else rounded(value, decimals)
