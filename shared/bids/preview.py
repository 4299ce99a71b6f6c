"""What terms would come to, as it is shown before anybody offers them."""

from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Literal

from shared.bids.calculation import Calculated
from shared.bids.models import BidEconomics, OfferTerms
from shared.bids.offer import Preview
from shared.bids.proposal import stored_terms
from shared.kit.fields import View
from shared.kit.wire import Table
from shared.maths.schedule import schedule_total
from shared.maths.terms import Terms
from shared.spaces.deal import SpaceAtHand


class PreviewLine(View):
    """A payment of the schedule, without tax. Only rent installments are numbered."""

    installment_number: int | None
    charge: Literal["RENT", "DEPOSIT"]
    period_start: date
    period_end: date | None
    due_date: date
    amount: Decimal
    abatement: Decimal


_SHOWN = tuple(PreviewLine.model_fields)
_OF_LINE = attrgetter(*_SHOWN)


class PreviewParameters(OfferTerms):
    """All terms used in the calculation, including defaults."""

    bid_amount: Decimal | None
    base_rent_psf: Decimal | None
    currency: str


class BidPreview(View):
    """A payment schedule and economics (null for a SALE). `schedule_total` is the total rent without the deposit."""

    schedule: list[PreviewLine]
    schedule_total: Decimal
    economics: BidEconomics | None
    parameters: PreviewParameters


def preview_of(asked: Preview, space: SpaceAtHand, terms: Terms, calculated: Calculated) -> BidPreview:
    """The answer; `terms` are those of `asked` as the engine counts with them."""
    economics = calculated.economics
    parameters = {
        "contract_type": terms.contract_type,
        "start_date": terms.start_date,
        "term_months": terms.term_months,
        "terms": stored_terms(asked, space.gross_sqft),
        "bid_amount": asked.bid_amount,
        "base_rent_psf": asked.base_rent_psf,
        "currency": space.currency,
    }
    return BidPreview.of(
        {
            "schedule": Table(_SHOWN, [_OF_LINE(line) for line in calculated.lines]),
            "schedule_total": economics["schedule_total"] if economics else schedule_total(calculated.lines),
            "economics": economics,
            "parameters": PreviewParameters.of(parameters),
        }
    )
