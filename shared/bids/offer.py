"""The terms of an offer, as a side sends them [docs/spec/lease-maths.md, Terms of an offer].

Apart from what a bid looks like when it is answered, which every read of a bid or a contract imports. Only the form of
a value is checked here (400); whether the terms make sense together is said by shared/bids/calculation.py (422).
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from shared.bids.models import DEFAULTS, Notes
from shared.kit.fields import Body, Count, Day, Flag, Id, Label, Money, Number, PositiveMoney, Shown, refuse


def _at_most(decimals: int) -> AfterValidator:
    def check(value: Decimal) -> Decimal:
        if abs(value) >= 10**10:
            raise refuse("must be below 10,000,000,000")
        if value != round(value, decimals):
            raise refuse(f"must have at most {decimals} decimals")
        return value

    return AfterValidator(check)


def _told(decimals: int, **bounds: int) -> Shown:
    """The ranges are rules of the maths (shared/maths/checks.py: 422); they are told, so that a form can help."""
    return Shown({"multipleOf": float(Decimal(1).scaleb(-decimals)), **bounds})


Months = Annotated[Count, Shown({"minimum": 1, "maximum": 600})]
Percent = Annotated[Number, _at_most(4), _told(4, minimum=0, maximum=1000)]
Change = Annotated[Number, _at_most(4), _told(4, minimum=-100, maximum=1000)]
Rate = Annotated[Number, _at_most(4), _told(4, exclusiveMinimum=-(10**10), exclusiveMaximum=10**10)]
IndexFigure = Annotated[Number, _at_most(6), _told(6, exclusiveMinimum=0, exclusiveMaximum=10**10)]
PartMonths = Annotated[Number, Field(ge=0), _at_most(2), _told(2, maximum=600)]


class RentFrom(Body):
    """From lease month `from_month` on, the monthly rent is `rent`."""

    from_month: Months
    rent: PositiveMoney


class IndexAsked(Body):
    """How the rent is adjusted to one of the owner's indexes: each change times `factor`, between `min` and `max`
    percent."""

    name: Annotated[Label, Field(max_length=64)]
    base_value: IndexFigure
    factor: IndexFigure = Decimal(1)
    min: Change | None = None
    max: Change | None = None
    max_rent: PositiveMoney | None = None
    mode: Literal["BASE", "PRIOR"] = "BASE"
    upward_only: Flag = False


class EscalationAsked(Body):
    """How the rent changes: by `percent` (COMPOUND, SIMPLE), by `table` (STEP, starting with the base rent), by
    `amount_psf` per square foot and year (AMOUNT), or by an `index` (INDEX)."""

    kind: Literal["NONE", "COMPOUND", "SIMPLE", "STEP", "AMOUNT", "INDEX"]
    percent: Change | None = None
    amount_psf: Rate | None = None
    every_months: Months = 12
    table: Annotated[list[RentFrom], Field(max_length=600)] | None = None
    index: IndexAsked | None = None


class FreeRent(Body):
    """Lease months without base rent, counted from 1."""

    months: Annotated[list[Months], Field(max_length=600)]


class LateTerms(Body):
    """The charges for an installment that is still unpaid `grace_days` after its due date."""

    grace_days: Annotated[Count, Field(ge=0, le=365)] = 0
    fee_percent: Percent = Decimal(0)
    min_fee: Money = Decimal(0)
    annual_interest_percent: Percent = Decimal(0)


class DiscountTerms(Body):
    """The rate at which later rent is discounted to today. It affects only figures for comparison, not the rent."""

    annual_percent: Percent = Decimal(8)
    compounding: Literal["NOMINAL_12", "EFFECTIVE"] = "NOMINAL_12"
    timing: Literal["ADVANCE", "ARREARS"] = "ADVANCE"
    period: Literal["MONTH", "YEAR"] = "MONTH"


class OfferedTerms(Body):
    """The terms beside the rent. In a first offer null is the default; in an answer to one, what is left out stays as
    it stands and null goes back to the default.

    By default: a LEASE of 12 months from the first of next month, billed MONTHLY by ACTUAL_MONTH, at one rent, with no
    free month, no deposit, no costs, no tax and no late charges; compared at 8 % a year, NOMINAL_12, in ADVANCE.
    """

    contract_type: Literal["LEASE", "RENTAL", "SALE"] | None = None
    start_date: Day | None = None
    term_months: Months | None = None
    billing_frequency: Literal["MONTHLY", "QUARTERLY", "ANNUAL"] | None = None
    escalation: EscalationAsked | None = None
    free_rent: FreeRent | None = None
    deposit_months: PartMonths | None = None
    ti_allowance_psf: Rate | None = None
    other_costs_psf: Rate | None = None
    commission_percent: Percent | None = None
    commission_base: Literal["NET_OF_FREE_RENT", "GROSS_RENT"] | None = None
    proration: Literal["ACTUAL_MONTH", "ACTUAL_365", "THIRTY_360"] | None = None
    late_policy: LateTerms | None = None
    tax_percent: Percent | None = None
    discount: DiscountTerms | None = None

    def given(self) -> dict[str, Any]:
        """The optional terms that were named, as they are stored (shared/bids/terms.py)."""
        return {
            name: value.model_dump(exclude_none=True) if isinstance(value, Body) else value
            for name in self.model_fields_set & DEFAULTS.keys()
            for value in (getattr(self, name),)
        }

    def index_name(self) -> str | None:
        """The index that the rent is to follow, if any."""
        clause = self.escalation and self.escalation.index
        return clause.name if clause else None


class Offer(OfferedTerms):
    """A client's offer for a space. `bid_amount` is the monthly base rent, or the price of a SALE.

    `valid_until` is the last day, in the building's time zone, on which the offer can be accepted. `on_behalf_of` is
    the organization of the client for whom a broker bids under a mandate; without it, the bid is the caller's own.
    """

    space_id: Id
    bid_amount: PositiveMoney
    valid_until: Day | None = None
    notes: Notes | None = None
    on_behalf_of: Id | None = None


class Answer(OfferedTerms):
    """New terms for an open bid: those that are left out stay as they stand.

    `valid_until` and `notes` belong to these terms alone and are never taken over from earlier ones.
    """

    valid_until: Day | None = None
    notes: Notes | None = None


class Counter(Answer):
    """The terms that the owner would accept instead."""

    counter_offer_amount: PositiveMoney


class Revision(Answer):
    """The client's new offer after a counter-offer. `on_behalf_of` works as in ClientDecision."""

    bid_amount: PositiveMoney
    on_behalf_of: Id | None = None


class Preview(OfferedTerms):
    """Terms to be calculated. `base_rent_psf` (per square foot and year) can replace `bid_amount`."""

    space_id: Id
    bid_amount: PositiveMoney | None = None
    base_rent_psf: Rate | None = None
    valid_until: Day | None = None
