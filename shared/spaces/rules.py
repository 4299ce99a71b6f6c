"""What makes a space's entry whole, and how spaces are recommended."""

from decimal import ROUND_HALF_UP, Decimal

from shared.kit.db import Row
from shared.kit.errors import Conflict, Detail, Invalid
from shared.spaces.currencies import WHOLE_CURRENCIES
from shared.spaces.models import NewSpace, ScoreFactors


class ExternalIdTaken(Conflict):
    message = "Your organization already has a space with this external_id."
    constraint = "spaces_external_id_key"


def check_new_space(new: NewSpace) -> None:
    """Raises Invalid where more is usable than there is, or the price has cents that its currency lacks."""
    problems = []
    if new.usable_sqft > new.gross_sqft:
        problems.append(Detail("usable_sqft", "must not be larger than gross_sqft"))
    price = new.base_price_monthly
    if price is not None and new.currency in WHOLE_CURRENCIES and price % 1:
        problems.append(Detail("base_price_monthly", f"must be whole: {new.currency} has no decimals"))
    if problems:
        raise Invalid(*problems)


def recommendation(similar: list[Row]) -> tuple[Decimal, ScoreFactors]:
    """How well the market serves who likes a space: the mean similarity of the spaces most like it, and
    the means of what it is made of, each from 0 to 1; 0 where there are none."""

    def mean(column: str) -> Decimal:
        total = sum((row[column] for row in similar), Decimal(0))
        return (total / max(len(similar), 1)).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)

    factors = ScoreFactors.of(
        {
            "area": mean("same_area"),
            "price_per_sqft": mean("same_price"),
            "floor": mean("same_floor"),
            "distance": mean("same_place"),
            "amenities": mean("same_amenities"),
        }
    )
    return mean("similarity"), factors
