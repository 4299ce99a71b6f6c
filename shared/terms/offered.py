"""The terms of an offer as a side sends them, and as the engine calculates with them.

Their meaning: [docs/spec/lease-maths.md, Terms of an offer].
Only the form of a value is checked here (400); whether the terms make sense together is said by calculation.py (422).
"""

from abc import abstractmethod
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

from shared.kit.fields import Body, Count, Day, Flag, Label, Money, Number, PositiveMoney, Says, Shown, Text, refuse
from shared.maths import terms as engine
from shared.maths.choices import (
    BillingFrequency,
    CommissionBase,
    Compounding,
    ContractType,
    DiscountPeriod,
    DiscountTiming,
    EscalationKind,
    IndexMode,
    Proration,
)
from shared.maths.currencies import exponent_of
from shared.maths.months import first_of_next_month
from shared.maths.terms import Terms
from shared.terms.models import DEFAULTS

TERM_MONTHS = 12
"""The term of a lease if none is given, in months."""


def _at_most(decimals: int) -> AfterValidator:
    def check(value: Decimal) -> Decimal:
        if abs(value) >= 10**10:
            raise refuse("must be below 10,000,000,000", "TOO_LARGE")
        if value != round(value, decimals):
            raise refuse(f"must have at most {decimals} decimals", "WRONG_FORMAT")
        return value

    return AfterValidator(check)


def _told(decimals: int, **bounds: int) -> Shown:
    """The ranges are rules of the maths (shared/maths/checks.py: 422); they are told, so that a form can help."""
    return Shown({"x-decimals": decimals, **bounds})


Months = Annotated[Count, Shown({"minimum": 1, "maximum": 600})]
Percent = Annotated[Number, _at_most(4), _told(4, minimum=0, maximum=1000)]
Change = Annotated[Number, _at_most(4), _told(4, minimum=-100, maximum=1000)]
Rate = Annotated[Number, _at_most(4), _told(4, exclusiveMinimum=-(10**10), exclusiveMaximum=10**10)]
IndexFigure = Annotated[Number, _at_most(6), _told(6, exclusiveMinimum=0, exclusiveMaximum=10**10)]
TaxCodeName = Annotated[
    Text, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"), Says("must be one of the owner's tax codes")
]
PartMonths = Annotated[Number, Field(ge=0), _at_most(2), _told(2, maximum=600)]


class _Clause(Body):
    """A term that is several fields."""

    @abstractmethod
    def counted(self) -> Any:
        """As the engine counts with it."""


class RentStep(_Clause):
    """From lease month `from_month` on, the monthly rent is `rent`."""

    from_month: Months
    """Lease month, counted from 1. The first step begins in month 1, the others in ascending order."""
    rent: PositiveMoney
    """Per month, without tax."""

    def counted(self) -> engine.RentStep:
        return engine.RentStep(self.from_month, self.rent)


class IndexClause(_Clause):
    """How the rent is adjusted to one of the owner's indexes: each change times `factor`, between `min` and `max`
    percent."""

    name: Annotated[Label, Field(max_length=64)]
    """One of the indexes whose values the owner publishes."""
    base_value: IndexFigure
    """The value of the index from which the first change is measured."""
    factor: IndexFigure = Decimal(1)
    """The part of each change that the rent follows: 0.9 for 90 percent."""
    min: Change | None = None
    """The lowest change in percent; null for no limit."""
    max: Change | None = None
    """The highest change in percent; null for no limit."""
    max_rent: PositiveMoney | None = None
    """The highest base rent per month; null for no limit."""
    mode: IndexMode = "BASE"
    """BASE measures each change from `base_value` and the first rent, PRIOR from the change before."""
    upward_only: Flag = False
    """Whether the rent never falls."""

    def counted(self) -> engine.IndexClause:
        return engine.IndexClause(**dict(self))


class Escalation(_Clause):
    """How the rent changes: by `percent` (COMPOUND, SIMPLE), by `table` (STEP, starting with the base rent), by
    `amount_psf` per square foot and year (AMOUNT), or by an `index` (INDEX)."""

    kind: EscalationKind
    """It decides which of the other fields apply."""
    percent: Change | None = None
    """For COMPOUND and SIMPLE: the change at each step, of the last rent or of the first."""
    amount_psf: Rate | None = None
    """For AMOUNT: what each step adds per square foot and year."""
    every_months: Months = 12
    """The months between two changes; STEP has its own."""
    table: Annotated[list[RentStep], Field(max_length=600)] | None = None
    """For STEP: the rents and when they begin."""
    index: IndexClause | None = None
    """For INDEX: how the rent follows an index."""

    def counted(self) -> engine.Escalation:
        return engine.Escalation(
            kind=self.kind,
            percent=self.percent,
            amount_psf=self.amount_psf,
            every_months=self.every_months,
            table=tuple(step.counted() for step in self.table or ()),
            index_clause=self.index.counted() if self.index else None,
        )


class FreeRent(_Clause):
    """Lease months without base rent, counted from 1."""

    months: Annotated[list[Months], Field(max_length=600)]
    """For example `[1, 2]` for the first two months."""

    def counted(self) -> tuple[int, ...]:
        return tuple(self.months)


class LatePolicy(_Clause):
    """The charges for an installment that is still unpaid `grace_days` after its due date."""

    grace_days: Annotated[Count, Field(ge=0, le=365)] = 0
    """Days after the due date in which payment costs nothing."""
    fee_percent: Percent = Decimal(0)
    """A fee, charged once, in percent of what is unpaid when `grace_days` end."""
    min_fee: Money = Decimal(0)
    """The lowest fee, in the contract's currency."""
    annual_interest_percent: Percent = Decimal(0)
    """Simple interest by days of a year of 365, from the due date, on what is unpaid."""
    fee_due_days: Annotated[Count, Field(ge=0, le=365)] = engine.FEE_DUE_DAYS
    """How many days after it is charged a late fee, interest or an index catch-up is due."""

    def counted(self) -> engine.LatePolicy:
        return engine.LatePolicy(**dict(self))


class TaxCodes(_Clause):
    """The owner's tax codes by which charges are taxed, in place of `tax_percent`: by the rates of the days that each
    charge is for."""

    RENT: TaxCodeName | None = None
    """Of the rent, or of the price of a SALE."""

    def counted(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((charge, code) for charge, code in self if code is not None))


class Discount(_Clause):
    """The rate at which later rent is discounted to today. It affects only figures for comparison, not the rent."""

    annual_percent: Percent = Decimal(8)
    """The rate per year."""
    compounding: Compounding = "NOMINAL_12"
    """The rate of a month: a twelfth (NOMINAL_12), or what compounds to the rate of the year (EFFECTIVE)."""
    timing: DiscountTiming = "ADVANCE"
    """Whether rent is counted at the beginning (ADVANCE) or the end (ARREARS) of a period."""
    period: DiscountPeriod = "MONTH"
    """The period after which rent is discounted."""

    def counted(self) -> engine.Discount:
        return engine.Discount(**dict(self))


class OfferedTerms(Body):
    """The terms beside the rent. In a first offer null is the default; in an answer to one, what is left out stays as
    it stands and null goes back to the default.

    By default: a LEASE of 12 months from the first of next month, billed MONTHLY by ACTUAL_MONTH, at one rent, with no
    free month, no deposit, no costs, no tax and no late charges; compared at 8 % a year, NOMINAL_12, in ADVANCE.
    """

    contract_type: ContractType | None = None
    start_date: Day | None = None
    term_months: Months | None = None
    billing_frequency: BillingFrequency | None = None
    escalation: Escalation | None = None
    free_rent: FreeRent | None = None
    deposit_months: PartMonths | None = None
    ti_allowance_psf: Rate | None = None
    other_costs_psf: Rate | None = None
    commission_percent: Percent | None = None
    commission_base: CommissionBase | None = None
    proration: Proration | None = None
    late_policy: LatePolicy | None = None
    tax_percent: Percent | None = None
    tax_codes: TaxCodes | None = None
    discount: Discount | None = None

    def named(self) -> dict[str, Any]:
        """The terms that are named, as the engine counts with them; None is the default."""
        return {
            _ENGINE.get(name, name): value.counted() if isinstance(value, _Clause) else value
            for name in self.model_fields_set & _TERMS
            for value in (getattr(self, name),)
        }

    def tax_code_names(self) -> list[str]:
        """The tax codes that charges are to be taxed by, each once."""
        return sorted({code for _, code in self.tax_codes.counted()}) if self.tax_codes else []

    def index_name(self) -> str | None:
        """The index that the rent is to follow, if any."""
        clause = self.escalation and self.escalation.index
        return clause.name if clause else None


def _state_defaults(schema: dict[str, Any]) -> None:
    stated: dict[str, Any] = {"contract_type": "LEASE", "term_months": TERM_MONTHS} | DEFAULTS
    for name in stated.keys() & schema["properties"].keys():
        field = schema["properties"][name]
        if isinstance(stated[name], dict):
            # Code generators can't write an object as a default.
            default = ", ".join(f"`{part}` {value}" for part, value in stated[name].items())
            field["description"] = f"{field.get('description', '')} By default {default}.".strip()
        elif stated[name] is not None:
            field["default"] = stated[name]
    schema["properties"]["start_date"]["description"] = "By default the first day of next month."


class FirstTerms(OfferedTerms):
    """Terms that no others stand before: what they leave out is as stated."""

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra=_state_defaults)


_TERMS = frozenset(OfferedTerms.model_fields)
_ENGINE = {"free_rent": "free_months"}
"""What the engine calls otherwise."""


def first_offer(
    offered: OfferedTerms,
    *,
    today: date,
    currency: str,
    area: Decimal | None,
    bid_amount: Decimal | None,
    base_rent_psf: Decimal | None = None,
) -> Terms:
    """A first offer as the engine counts with it, for a space of `area` square feet; `today` is the day it is there."""
    blank = _blank(today, currency, area, bid_amount, base_rent_psf)
    return agreed(offered, blank, blank)


def answer_to(
    standing: Terms, offered: OfferedTerms, *, today: date, currency: str, area: Decimal | None, bid_amount: Decimal
) -> Terms:
    """The terms after an answer: what it leaves out is as it stands, and null goes back to the default."""
    blank = _blank(today, currency, area, bid_amount)
    return agreed(offered, standing._replace(area=area, bid_amount=bid_amount), blank)


def agreed(offered: OfferedTerms, standing: Terms, blank: Terms) -> Terms:
    """`standing` with what `asked` names; where that is null, as in `blank`."""
    named = {name: getattr(blank, name) if value is None else value for name, value in offered.named().items()}
    terms = standing._replace(**named)
    if terms.term_months is None and terms.contract_type != "SALE":
        return terms._replace(term_months=TERM_MONTHS)
    return terms


def _blank(
    today: date,
    currency: str,
    area: Decimal | None,
    bid_amount: Decimal | None,
    base_rent_psf: Decimal | None = None,
) -> Terms:
    return Terms(
        start_date=first_of_next_month(today),
        bid_amount=bid_amount,
        base_rent_psf=base_rent_psf,
        area=area,
        exponent=exponent_of(currency),
    )
