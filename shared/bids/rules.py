"""What a bid may do: when it may be placed, and what each side may do with it next."""

from datetime import date
from decimal import Decimal

from shared.bids.models import Bid, Offer
from shared.kit.errors import Conflict, Detail, Invalid, Senseless
from shared.spaces.currencies import exponent_of
from shared.spaces.models import SpaceAtHand


class SpaceNotAvailable(Conflict):
    message = "The space is not available."
    constraint = "contracts_one_lease_at_a_time"


class BidAlreadyOpen(Conflict):
    message = "Your organization already has an open bid on this space."
    constraint = "bids_one_open_per_client"


class BidNotOpen(Conflict):
    message = "The bid is no longer open."


class StartInThePast(Senseless):
    message = "The lease cannot start in the past."


def check_offer(space: SpaceAtHand, offer: Offer) -> None:
    """Raises SpaceNotAvailable; StartInThePast before the building's today; Invalid on cents a currency lacks."""
    if offer.bid_amount % Decimal(1).scaleb(-exponent_of(space.currency)):
        raise Invalid(Detail("bid_amount", f"must be whole: {space.currency} has no decimals"))
    if space.availability_status != "AVAILABLE":
        raise SpaceNotAvailable()
    if offer.start_date is not None and offer.start_date < space.today:
        raise StartInThePast(Detail("start_date", f"must not be before {space.today.isoformat()}"))


def check_approvable(bid: Bid, availability: str) -> None:
    """Raises BidNotOpen unless the owner may approve the bid; SpaceNotAvailable where another one won."""
    if bid.status != "PENDING":
        raise BidNotOpen(message=f"The bid is {bid.status.replace('_', ' ').lower()}.")
    if availability != "AVAILABLE":
        raise SpaceNotAvailable()
