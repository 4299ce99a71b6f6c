"""Preview lease terms.

Calculates what the terms would cost before anyone offers them: the full payment schedule, line by line, and the
value of the lease. Nothing is stored. Any start date is allowed and the space does not need to be available, so
both sides can try out terms while they negotiate, even on a space that is leased to someone else.
"""

from shared.bids.preview import BidPreview, Preview, preview_of
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.spaces.access import visible_space
from shared.terms.calculation import InconsistentTerms, calculate, check_cents
from shared.terms.index import index_of_space
from shared.terms.offered import first_offer


@endpoint("POST /bids/preview", access=may(Right.TRY_TERMS), raises=(InconsistentTerms,))
def preview_bid(caller: Caller, preview: Preview) -> BidPreview:
    with reading(caller) as tx:
        space = visible_space(tx, preview.space_id)
        index_values = index_of_space(tx, preview.space_id, preview).answer()
    terms = first_offer(
        preview,
        today=space.today,
        currency=space.currency,
        area=space.gross_sqft,
        bid_amount=preview.bid_amount,
        base_rent_psf=preview.base_rent_psf,
    )
    check_cents(terms, space.currency)
    return preview_of(terms, space.currency, calculate(terms, index_values))
