"""A building's stacking plan: floor by floor from the top, who sits where and until when."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from shared.kit.db import Row
from shared.maths.currencies import exponent_of
from shared.maths.exact import CONTEXT, rounded
from shared.maths.reports import ExpiryBucket, expiry_bucket, percent, walt, widths
from shared.reports.portfolio import Holding, area_of, leases_of

BUCKETS: tuple[ExpiryBucket, ...] = ("<12m", "12–24m", "24–36m", ">36m", "VACANT")
VACANT = "VACANT"

_MONTHS = Decimal(12)
_NUMBERS = re.compile(r"(\d+)")


def stacking_plan(building: Row, floors: Sequence[int], found: Sequence[Holding], as_of: date) -> dict[str, Any]:
    """What `StackingPlan` shows. Floors without a leasable space are there, and empty."""
    by_floor: dict[int, list[Holding]] = {number: [] for number in floors}
    for one in found:
        by_floor.setdefault(one.row.floor_number, []).append(one)
    leased = [one for one in found if one.lease]
    area, leased_area = area_of(found), area_of(leased)
    years = walt(leases_of(found), as_of, by="AREA")
    return {
        "building": {name: building[name] for name in ("id", "name", "address")},
        "as_of": as_of,
        "floors": [_floor(number, by_floor[number], as_of) for number in sorted(by_floor, reverse=True)],
        "totals": {
            "spaces": len(found),
            "leasable_sqft": area,
            "leased_sqft": leased_area,
            "vacant_sqft": area - leased_area,
            "leased_percent": rounded(percent(leased_area, area), 2),
            "walt_years": None if years is None else rounded(years, 2),
            "buckets": [_bucket(bucket, found, area, as_of) for bucket in BUCKETS],
        },
    }


def _floor(number: int, found: list[Holding], as_of: date) -> dict[str, Any]:
    ordered = sorted(found, key=lambda one: (_as_people_count(one.row.space_name), str(one.row.space_id)))
    shares = widths([one.row.area_sqft for one in ordered]) if ordered else ()
    return {
        "floor_number": number,
        "leasable_sqft": area_of(ordered),
        "leased_sqft": area_of(one for one in ordered if one.lease),
        "segments": [_segment(one, share, as_of) for one, share in zip(ordered, shares, strict=True)],
    }


def _segment(one: Holding, share: Decimal, as_of: date) -> dict[str, Any]:
    row, deal = one.row, one.deal
    return {
        "space": {"id": row.space_id, "name": row.space_name},
        "tenant": deal.tenant if deal else VACANT,
        "contract_id": deal.contract_id if deal else None,
        "sqft": row.area_sqft,
        "width_pct": share,
        "start_date": deal.start_date if deal else None,
        "expiry": one.expiry,
        "current_term_end": deal.end_date if deal else None,
        "bucket": _bucket_of(one, as_of),
        "rent_psf": rent_psf(one),
        "currency": one.currency,
        "status": one.status,
    }


def _bucket(bucket: ExpiryBucket, found: Sequence[Holding], area: Decimal, as_of: date) -> dict[str, Any]:
    inside = [one for one in found if _bucket_of(one, as_of) == bucket]
    sqft = area_of(inside)
    return {"bucket": bucket, "spaces": len(inside), "sqft": sqft, "percent": rounded(percent(sqft, area), 2)}


def _bucket_of(one: Holding, as_of: date) -> ExpiryBucket:
    if one.lease and one.expiry is None:
        # Who has bought does not leave; who goes on after the last day may leave any month.
        return ">36m" if one.lease.holdover is None else "<12m"
    return expiry_bucket(one.expiry, as_of)


def rent_psf(one: Holding) -> Decimal | None:
    """The base rent per square foot and year, as it is shown; None where nothing is let, or it was sold."""
    row, deal, _, _, rents = one
    if rents is None or deal is None or deal.contract_type == "SALE":
        return None
    yearly = CONTEXT.divide(CONTEXT.multiply(rents.rent, _MONTHS), row.area_sqft)
    # A rate has cents also in a currency without them: a rounded rate times the area is no rent.
    return rounded(yearly, max(2, exponent_of(deal.currency)))


def _as_people_count(name: str) -> list[tuple[int, int, str]]:
    """Suite 2 before Suite 10."""
    parts = _NUMBERS.split(name.casefold())
    return [(0, int(part[:18]), part) if part.isdecimal() else (1, 0, part) for part in parts if part]
