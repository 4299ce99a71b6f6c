"""When a space's data is complete, and how spaces are recommended."""

from decimal import ROUND_HALF_UP, Decimal

from shared.kit.db import Row
from shared.kit.errors import Conflict, Detail, Invalid
from shared.maths.currencies import WHOLE_CURRENCIES
from shared.spaces.deal import Ties
from shared.spaces.models import ScoreFactors, SpaceChanges


class ExternalIdTaken(Conflict):
    message = "Your organization already has a space with this external_id."
    constraint = "spaces_external_id_key"


class AvailabilityFixed(Conflict):
    message = "An owner can only switch a space between AVAILABLE and MAINTENANCE, and not while a contract holds it."


class StillInUse(Conflict):
    message = "It is still in use by a live contract, an open bid or an unpaid payment."


def check_space(values: Row) -> None:
    """Raises Invalid where more is usable than there is, or the price has cents that its currency lacks, as far
    as `values` say."""
    problems = []
    gross, usable = values.get("gross_sqft"), values.get("usable_sqft")
    if gross is not None and usable is not None and usable > gross:
        problems.append(Detail("usable_sqft", "must not be larger than gross_sqft"))
    price, currency = values.get("base_price_monthly"), values.get("currency")
    if price is not None and currency in WHOLE_CURRENCIES and price % 1:
        problems.append(Detail("base_price_monthly", f"must be a whole number: {currency} has no decimals"))
    if problems:
        raise Invalid(*problems)


def is_free_again(before: Row, after: Row) -> bool:
    """Whether the space can be leased, and could not before."""
    return bool(before["availability_status"] != "AVAILABLE" == after["availability_status"])


def is_news(before: Row, after: Row) -> bool:
    """Whether to notify owners of saved searches of a changed space: newly listed, available again, or cheaper."""
    was, costs = before["base_price_monthly"], after["base_price_monthly"]
    is_cheaper = was is not None and costs is not None and costs < was
    return bool(after["is_leasable"] and (not before["is_leasable"] or is_free_again(before, after) or is_cheaper))


def changed_space(before: Row, changes: SpaceChanges, ties: Ties) -> Row:
    """The space's row as it will be. Raises Invalid as `check_space` does, and AvailabilityFixed (spec 37)."""
    after = before | changes.model_dump(include=changes.model_fields_set)
    after |= {"amenities": after["amenities"] or [], "images": after["images"] or []}
    check_space(after)
    moved = {before["availability_status"], after["availability_status"]}
    if len(moved) == 2 and (ties.live_contracts or moved != {"AVAILABLE", "MAINTENANCE"}):
        raise AvailabilityFixed()
    return after


def check_unused(ties: Ties) -> None:
    """Raises StillInUse saying how much of what hangs on it (spec 28)."""
    found = (
        ("contracts", ties.live_contracts, "live"),
        ("bids", ties.open_bids, "open"),
        ("payments", ties.unpaid_payments, "unpaid"),
    )
    if any(number for _, number, _ in found):
        raise StillInUse(*(Detail(field, f"{number} {state}", "IN_USE") for field, number, state in found if number))


def recommendation(alike: list[Row]) -> tuple[Decimal, ScoreFactors]:
    """How well a space suits: its mean similarity to these spaces, and the means of what that is made of, each from
    0 to 1; 0 where there are none."""

    def mean(column: str) -> Decimal:
        total = sum((row[column] for row in alike), Decimal(0))
        return (total / max(len(alike), 1)).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)

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
