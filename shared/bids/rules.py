"""What a bid may do: when it may be placed, and what each side may do with it next."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from shared.bids.models import Answer, Bid, BidStatus, Counter, Offer, Revision, SpaceNow, Terms
from shared.kit.errors import Conflict, Detail, Invalid, Senseless
from shared.spaces.currencies import exponent_of
from shared.spaces.deal import SpaceAtHand

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

LARGEST_TOTAL = 10**10
"""Money columns hold less than this."""


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


class OfferExpired(Conflict):
    message = "The offer has expired."


class StartInThePast(Senseless):
    message = "The lease cannot start in the past."


class ExpiryInThePast(Senseless):
    message = "The offer would have expired before it is made."


class TotalTooLarge(Senseless):
    message = "The rent of the whole term is larger than a contract can hold."


def next_status(bid: Bid, move: Move) -> BidStatus:
    """The status that `move` brings. Raises BidNotOpen on a decided bid, NotYourTurn where it is not legal now."""
    moves = MOVES.get(bid.status)
    if moves is None:
        raise BidNotOpen(message=f"The bid is {bid.status.lower()}.")
    if move not in moves:
        raise NotYourTurn()
    return moves[move]


def check_offer(space: SpaceAtHand, offer: Offer) -> None:
    """Raises Invalid on cents that the currency lacks; SpaceNotAvailable; what `_check_terms` raises."""
    _check_cents("bid_amount", offer.bid_amount, space.currency)
    if space.availability_status != "AVAILABLE":
        raise SpaceNotAvailable()
    _check_terms("bid_amount", offer.bid_amount, offer, space.today)


def check_takeable(bid: Bid, space: SpaceNow) -> None:
    """Raises OfferExpired after the last day of the terms on the table; SpaceNotAvailable where another bid won."""
    if bid.valid_until is not None and bid.valid_until < space.today:
        raise OfferExpired(message=f"The offer was valid until {bid.valid_until.isoformat()}.")
    if space.availability_status != "AVAILABLE":
        raise SpaceNotAvailable()


def countered(bid: Bid, counter: Counter, today: date) -> Terms:
    """The owner's amount beside the client's. Raises as `revised` does."""
    amount = counter.counter_offer_amount
    _check_cents("counter_offer_amount", amount, bid.currency)
    status = next_status(bid, "counter")
    terms = Terms("OWNER", status, bid.bid_amount, amount, **_rest(bid, counter))
    _check_terms("counter_offer_amount", amount, terms, today)
    return terms


def revised(bid: Bid, revision: Revision, today: date) -> Terms:
    """The client's new amount; the counter-offer is off the table.

    Raises Invalid on cents that the currency lacks, BidNotOpen, NotYourTurn, what `_check_terms` raises.
    """
    amount = revision.bid_amount
    _check_cents("bid_amount", amount, bid.currency)
    status = next_status(bid, "revise")
    terms = Terms("CLIENT", status, amount, None, **_rest(bid, revision))
    _check_terms("bid_amount", amount, terms, today)
    return terms


def _rest(bid: Bid, answer: Answer) -> dict[str, Any]:
    return {
        "start_date": answer.start_date or bid.start_date,
        "term_months": answer.term_months or bid.term_months,
        "valid_until": answer.valid_until,
        "notes": answer.notes,
    }


def _check_cents(field: str, amount: Decimal, currency: str) -> None:
    if amount % Decimal(1).scaleb(-exponent_of(currency)):
        raise Invalid(Detail(field, f"must be whole: {currency} has no decimals"))


def _check_terms(field: str, amount: Decimal, terms: Offer | Terms, today: date) -> None:
    """Raises StartInThePast and ExpiryInThePast before the building's `today`; TotalTooLarge, naming `field`."""
    if terms.start_date is not None and terms.start_date < today:
        raise StartInThePast(Detail("start_date", f"must not be before {today.isoformat()}"))
    if terms.valid_until is not None and terms.valid_until < today:
        raise ExpiryInThePast(Detail("valid_until", f"must not be before {today.isoformat()}"))
    # One month more: the part months at both ends can add up to more than the month they replace.
    if terms.term_months is not None and amount * (terms.term_months + 1) >= LARGEST_TOTAL:
        raise TotalTooLarge(Detail(field, f"is too large for {terms.term_months} months"))
