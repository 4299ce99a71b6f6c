"""Preview lease terms.

Calculates what the terms would cost before anyone offers them: the full payment schedule, line by line, and the
value of the lease. Nothing is stored. Any start date is allowed and the space does not need to be available, so
both sides can try out terms while they negotiate, even on a space that is leased to someone else.
"""

from shared.bids.calculation import InconsistentTerms, calculate, check_cents
from shared.bids.index import index_of_space
from shared.bids.offer import Preview
from shared.bids.preview import BidPreview, preview_of
from shared.bids.proposal import asked_terms
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.spaces.access import visible_space


@endpoint("POST /bids/preview", access=may(Right.TRY_TERMS), raises=(InconsistentTerms,))
def preview_bid(caller: Caller, asked: Preview) -> BidPreview:
    with reading(caller) as tx:
        space = visible_space(tx, asked.space_id)
        index_values = index_of_space(tx, asked.space_id, asked).answer()
    amounts = asked.bid_amount, asked.base_rent_psf
    terms = asked_terms(asked, space.today, space.currency, space.gross_sqft, *amounts)
    check_cents(terms, space.currency)
    return preview_of(asked, space, terms, calculate(terms, index_values))
