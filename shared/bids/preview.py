"""What terms would cost, shown before anyone offers them."""

from datetime import date
from decimal import Decimal
from operator import attrgetter

from shared.bids.models import BidEconomics
from shared.kit.fields import Day, Id, PositiveMoney, View
from shared.kit.wire import Table
from shared.maths.choices import ScheduledCharge
from shared.maths.schedule import schedule_total
from shared.maths.terms import Terms
from shared.terms.calculation import Calculated
from shared.terms.models import OfferTerms
from shared.terms.offered import FirstTerms, Rate
from shared.terms.stored import stored_terms


class Preview(FirstTerms):
    """Terms to be calculated. `base_rent_psf` (per square foot and year) can replace `bid_amount`."""

    space_id: Id
    bid_amount: PositiveMoney | None = None
    base_rent_psf: Rate | None = None
    valid_until: Day | None = None


class PreviewLine(View):
    """A payment of the schedule, without tax. Only rent installments are numbered."""

    installment_number: int | None
    charge: ScheduledCharge
    period_start: date
    period_end: date | None
    due_date: date
    amount: Decimal
    """Without tax, after `abatement`."""
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


def preview_of(terms: Terms, currency: str, calculated: Calculated) -> BidPreview:
    """What `terms` come to."""
    economics = calculated.economics
    parameters = {
        "contract_type": terms.contract_type,
        "start_date": terms.start_date,
        "term_months": terms.term_months,
        "terms": stored_terms(terms),
        "bid_amount": terms.bid_amount,
        "base_rent_psf": terms.base_rent_psf,
        "currency": currency,
    }
    return BidPreview.of(
        {
            "schedule": Table(_SHOWN, [_OF_LINE(line) for line in calculated.lines]),
            "schedule_total": economics["schedule_total"] if economics else schedule_total(calculated.lines),
            "economics": economics,
            "parameters": PreviewParameters.of(parameters),
        }
    )
