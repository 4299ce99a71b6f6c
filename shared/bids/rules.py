"""What a bid may do: when it may be placed, and what each side may do with it next."""

from datetime import date
from typing import Literal

from shared.bids.models import Bid, BidStatus, SpaceNow
from shared.kit.errors import Conflict, Detail, Unprocessable

Move = Literal["approve", "reject", "counter", "accept", "revise", "withdraw"]

MOVES: dict[BidStatus, dict[Move, BidStatus]] = {
    "PENDING": {
        "approve": "APPROVED",
        "reject": "REJECTED",
        "counter": "COUNTER_OFFERED",
        "withdraw": "WITHDRAWN",
    },
    "COUNTER_OFFERED": {
        "accept": "APPROVED",
        "counter": "COUNTER_OFFERED",
        "revise": "PENDING",
        "reject": "REJECTED",
        "withdraw": "WITHDRAWN",
    },
}
"""An open bid's status → what may be done with it → the status that this brings. Any other status is final."""


class SpaceNotAvailable(Conflict):
    message = "The space is not available."
    constraint = "contracts_one_lease_at_a_time"


class BidAlreadyOpen(Conflict):
    message = "Your organization already has an open bid on this space."
    constraint = "bids_one_open_per_client"


class BidNotOpen(Conflict):
    message = "The bid is no longer open."


class NotYourTurn(Conflict):
    message = "It is the other side's turn to answer this bid."


class TermsChanged(Conflict):
    message = "The terms have changed since they were read."


class OfferExpired(Conflict):
    message = "The offer has expired."


class StartInThePast(Unprocessable):
    message = "The lease cannot start in the past."


class ExpiryInThePast(Unprocessable):
    message = "The offer cannot expire in the past."


def next_status(bid: Bid, move: Move) -> BidStatus:
    """The status that `move` brings. Raises BidNotOpen on a decided bid, NotYourTurn where it is not legal now."""
    moves = MOVES.get(bid.status)
    if moves is None:
        raise BidNotOpen(message=f"The bid is {bid.status.lower()}.")
    if move not in moves:
        raise NotYourTurn()
    return moves[move]


def check_terms_unchanged(bid: Bid, version: int | None) -> None:
    """Raises TermsChanged if other terms than those of `version` are on the table; None means whichever are."""
    if version is not None and version != bid.version:
        raise TermsChanged(Detail("version", f"is now {bid.version}"))


def check_takeable(bid: Bid, space: SpaceNow) -> None:
    """Raises OfferExpired after the last day of the terms on the table; SpaceNotAvailable where the space is
    no longer offered, for example because another bid won."""
    if bid.valid_until is not None and bid.valid_until < space.today:
        raise OfferExpired(message=f"The offer was valid until {bid.valid_until.isoformat()}.")
    if space.availability_status != "AVAILABLE":
        raise SpaceNotAvailable()


def check_days(start_date: date, valid_until: date | None, today: date) -> None:
    """Raises StartInThePast, ExpiryInThePast before the building's `today`."""
    if start_date < today:
        raise StartInThePast(Detail("start_date", f"must not be before {today.isoformat()}"))
    if valid_until is not None and valid_until < today:
        raise ExpiryInThePast(Detail("valid_until", f"must not be before {today.isoformat()}"))
