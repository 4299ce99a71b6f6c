"""A bid's current terms, as the engine calculates with them."""

from shared.bids.models import Bid
from shared.maths.terms import Terms
from shared.terms.stored import engine_terms


def terms_of_bid(bid: Bid) -> Terms:
    """The bid's current version; its amount is the counter-offer's, where there is one."""
    return engine_terms(
        bid.stored(),
        contract_type=bid.contract_type,
        start_date=bid.start_date,
        term_months=bid.term_months,
        currency=bid.currency,
        bid_amount=bid.counter_offer_amount or bid.bid_amount,
    )
