"""What a bid may do: when it may be placed, and what each side may do with it next."""

from datetime import date, timedelta

from shared.bids.models import Bid, Offer
from shared.kit.errors import Conflict, Detail, Senseless


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


def check_offer(availability: str, today: date, offer: Offer) -> None:
    """Raises SpaceNotAvailable, or StartInThePast where the start lies before `today` at the building."""
    if availability != "AVAILABLE":
        raise SpaceNotAvailable()
    if offer.start_date is not None and offer.start_date < today:
        raise StartInThePast(Detail("start_date", f"must not be before {today.isoformat()}"))


def default_start(today: date) -> date:
    """The first day of the month after `today` (decision 20)."""
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def check_approvable(bid: Bid, availability: str) -> None:
    """Raises BidNotOpen unless the owner may approve the bid; SpaceNotAvailable where another one won."""
    if bid.status != "PENDING":
        raise BidNotOpen(message=f"The bid is {bid.status.replace('_', ' ').lower()}.")
    if availability != "AVAILABLE":
        raise SpaceNotAvailable()
