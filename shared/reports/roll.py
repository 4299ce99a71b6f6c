"""The rent roll: one row for each leasable space, and what they come to."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

from shared.kit.paging import END
from shared.kit.wire import Table
from shared.maths.currencies import exponent_of
from shared.maths.exact import ZERO, rounded
from shared.maths.months import months_left
from shared.reports.figures import tie
from shared.reports.models import RentRollFilter, RentRollRow
from shared.reports.plan import rent_psf
from shared.reports.portfolio import Holding
from shared.reports.queries import Asked

COLUMNS = tuple(RentRollRow.model_fields)
_CONTRACT, _CURRENCY = COLUMNS.index("contract_id"), COLUMNS.index("currency")
_SPACE = COLUMNS.index("space_id")
_OWED = ("past_due", "current", "unapplied_credit", "prepaid", "ledger_balance")
_UNKNOWN = (None,) * len(_OWED)

PLAIN_PAGE = 5_000
"""How many rows fit into an answer that is not compressed."""

# Leases end on few days.
_months_left = lru_cache(1000)(months_left)


def rent_roll(found: Iterable[Holding], day: Asked) -> dict[str, Any]:
    """What `RentRoll` shows, all of it; deals with their money, which nobody knows of a day ahead."""
    rows = [_row(one, day) for one in found]
    let = [row for row in rows if row[_CONTRACT]]
    area, leased = _sum(rows, "area_sqft"), _sum(let, "area_sqft")
    return {
        "as_of": day.as_of,
        "data": Table(COLUMNS, rows),
        "totals": {
            "spaces": len(rows),
            "area_sqft": area,
            "leased_sqft": leased,
            "vacant_sqft": area - leased,
            "rents": _totals(let, day),
        },
        "meta": END,
    }


def page_of(report: dict[str, Any], asked: RentRollFilter, *, most: int) -> dict[str, Any]:
    """The report with one page of its rows, `most` at most: those behind the space that the cursor names. Where it is
    gone, those behind its place."""
    _, place, space_id = asked.key_before(str, int, str)
    rows = report["data"].rows
    first = next((n for n, row in enumerate(rows, start=1) if row[_SPACE] == space_id), place) if space_id else 0
    last = first + min(asked.limit, most)
    meta = asked.more_after(report["as_of"], last, rows[last - 1][_SPACE]) if last < len(rows) else END
    return report | {"data": Table(COLUMNS, rows[first:last]), "meta": meta}


def day_of(asked: RentRollFilter) -> date | None:
    """The day asked for; of a further page, the first one's."""
    day, _, _ = asked.key_before(date.fromisoformat, int, str)
    return asked.as_of or day


def _row(one: Holding, day: Asked) -> tuple[Any, ...]:
    """The values of COLUMNS. Tuples, as ten thousand of them are told of at once."""
    row, deal, status, _, rents = one
    space_id, building_id, building, floor, name, area, percent, *asking, _, external_id = row
    space = building_id, building, floor, space_id, name, status, area, percent
    if deal is None or rents is None or one.lease is None:
        return *space, *_NOBODY, one.currency, *_NO_RENT, *asking, None, external_id, None
    currency, expiry = deal.currency, one.expiry
    exponent = exponent_of(currency)
    monthly, annual, next_day, next_rent = None, None, None, None
    if deal.contract_type != "SALE":
        monthly, annual = rounded(rents.rent, exponent), one.lease.annual_rent
    if rents.next_step:
        next_day, next_rent = rents.next_step[0], rounded(rents.next_step[1], exponent)
    return (
        *space,
        deal.tenant,
        deal.contract_id,
        deal.start_date,
        expiry,
        deal.end_date,
        _months_left(day.as_of, expiry) if expiry else None,
        currency,
        monthly,
        annual,
        rent_psf(one),
        next_day,
        next_rent,
        deal.deposit_held,
        *(_UNKNOWN if day.is_ahead else deal[-len(_OWED) :]),
        *asking,
        rents.charged < rents.rent if monthly is not None else None,
        external_id,
        deal.external_id,
    )


_NOBODY = (None,) * 6
_NO_RENT = (None,) * 11


def _totals(let: Sequence[tuple[Any, ...]], day: Asked) -> list[dict[str, Any]]:
    """By currency: amounts of several are never added."""
    by_currency: dict[str, list[tuple[Any, ...]]] = {}
    for row in let:
        by_currency.setdefault(row[_CURRENCY], []).append(row)
    return [_total(currency, rows, day) for currency, rows in sorted(by_currency.items())]


def _total(currency: str, rows: Sequence[tuple[Any, ...]], day: Asked) -> dict[str, Any]:
    owed: dict[str, Decimal | None] = {name: None if day.is_ahead else _sum(rows, name) for name in _OWED}
    rents = {name: _sum(rows, name) for name in ("monthly_rent", "annual_rent", "deposit_held")}
    return {"currency": currency, "leases": len(rows), **rents, **owed, "ties": tie(owed, "past_due", "current")}


def _sum(rows: Sequence[tuple[Any, ...]], name: str) -> Decimal:
    return sum(filter(None, map(itemgetter(COLUMNS.index(name)), rows)), ZERO)
