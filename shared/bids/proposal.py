"""A bid's next version: a side's proposal, checked and calculated before it is stored."""

from collections.abc import Sequence
from decimal import Decimal

from shared.bids.models import Bid, Proposal, Side, SpaceNow
from shared.bids.offer import Answer, Counter, Offer, Revision
from shared.bids.rules import SpaceNotAvailable, check_days, next_status
from shared.bids.terms import terms_of_bid
from shared.maths.terms import IndexValue
from shared.spaces.deal import SpaceAtHand
from shared.terms.calculation import calculate, check_cents
from shared.terms.offered import answer_to, first_offer
from shared.terms.stored import stored_terms


def offered(space: SpaceAtHand, offer: Offer, index_values: Sequence[IndexValue]) -> Proposal:
    """The client's first version. Raises Invalid on cents that the currency lacks; SpaceNotAvailable; StartInThePast,
    ExpiryInThePast; InconsistentTerms."""
    terms = first_offer(
        offer, today=space.today, currency=space.currency, area=space.gross_sqft, bid_amount=offer.bid_amount
    )
    check_cents(terms, space.currency)
    if space.availability_status != "AVAILABLE":
        raise SpaceNotAvailable()
    check_days(terms.start_date, offer.valid_until, space.today)
    return Proposal(
        side="CLIENT",
        status="PENDING",
        bid_amount=offer.bid_amount,
        counter_offer_amount=None,
        contract_type=terms.contract_type,
        start_date=terms.start_date,
        term_months=terms.term_months,
        terms=stored_terms(terms),
        valid_until=offer.valid_until,
        notes=offer.notes,
        economics=calculate(terms, index_values).economics,
    )


def countered(bid: Bid, counter: Counter, space: SpaceNow, index_values: Sequence[IndexValue]) -> Proposal:
    """The owner's amount beside the client's. Raises as `revised` does."""
    return _answered("OWNER", bid, counter, counter.counter_offer_amount, space, index_values)


def revised(bid: Bid, revision: Revision, space: SpaceNow, index_values: Sequence[IndexValue]) -> Proposal:
    """The client's new amount, which replaces the counter-offer.

    Raises Invalid on cents that the currency lacks; BidNotOpen, NotYourTurn; StartInThePast, ExpiryInThePast;
    InconsistentTerms.
    """
    return _answered("CLIENT", bid, revision, revision.bid_amount, space, index_values)


def _answered(
    side: Side, bid: Bid, answer: Answer, amount: Decimal, space: SpaceNow, index_values: Sequence[IndexValue]
) -> Proposal:
    by_owner = side == "OWNER"
    field = "counter_offer_amount" if by_owner else "bid_amount"
    area = bid.rentable_sqft if space.gross_sqft is None else space.gross_sqft
    terms = answer_to(terms_of_bid(bid), answer, today=space.today, currency=bid.currency, area=area, bid_amount=amount)
    check_cents(terms, bid.currency, amount_field=field)
    status = next_status(bid, "counter" if by_owner else "revise")
    check_days(terms.start_date, answer.valid_until, space.today)
    return Proposal(
        side=side,
        status=status,
        bid_amount=bid.bid_amount if by_owner else amount,
        counter_offer_amount=amount if by_owner else None,
        contract_type=terms.contract_type,
        start_date=terms.start_date,
        term_months=terms.term_months,
        terms=stored_terms(terms),
        valid_until=answer.valid_until,
        notes=answer.notes,
        economics=calculate(terms, index_values, amount_field=field).economics,
    )
