"""The rent roll: one row for each leasable space, and what they come to."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.maths.exact import ZERO, rounded
from shared.maths.months import months_left
from shared.reports.models import RentRollRow
from shared.reports.plan import rent_psf
from shared.reports.portfolio import Holding, area_of
from shared.spaces.currencies import exponent_of

COLUMNS = list(RentRollRow.model_fields)
_BLANK: dict[str, Any] = dict.fromkeys(COLUMNS)


def rent_roll(found: Sequence[Holding], as_of: date) -> dict[str, Any]:
    """What `RentRoll` shows; deals with their money."""
    rows = [_row(one, as_of) for one in found]
    area, leased = area_of(found), area_of(one for one in found if one.lease)
    return {
        "as_of": as_of,
        "data": rows,
        "totals": {
            "spaces": len(rows),
            "area_sqft": area,
            "leased_sqft": leased,
            "vacant_sqft": area - leased,
            "rents": _totals(rows),
        },
    }


def _row(one: Holding, as_of: date) -> dict[str, Any]:
    row, deal, rents = one.row, one.deal, one.rents
    told = _BLANK | row
    del told["availability_status"]
    told["status"] = one.status
    told["currency"] = currency = one.currency
    if deal is None or rents is None:
        return told
    exponent, expiry = exponent_of(currency), deal["end_date"]
    for name in ("tenant", "contract_id", "start_date", "deposit_held", "past_due"):
        told[name] = deal[name]
    if expiry:
        told["expiry"] = expiry
        told["months_left"] = months_left(as_of, expiry)
    if deal["contract_type"] != "SALE":
        told["monthly_rent"] = rounded(rents.rent, exponent)
        told["annual_rent"] = rounded(rents.rent * 12, exponent)
        told["rent_psf"] = rent_psf(one)
    if rents.next_step and (expiry is None or rents.next_step[0] <= expiry):
        told["next_step_date"] = rents.next_step[0]
        told["next_step_rent"] = rounded(rents.next_step[1], exponent)
    return told


def _totals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By currency: amounts of several are never added."""
    leased = [row for row in rows if row["contract_id"]]
    found = []
    for currency in sorted({row["currency"] for row in leased}):
        its = [row for row in leased if row["currency"] == currency]
        sums = {
            name: sum((row[name] for row in its if row[name] is not None), ZERO)
            for name in ("monthly_rent", "annual_rent", "deposit_held", "past_due")
        }
        found.append({"currency": currency, "leases": len(its), **sums})
    return found
