"""The terms of an offer, as the engine counts with them [docs/spec/lease-maths.md, Terms of an offer].

Percents are percents (3 is 3 %), money is in major units, areas in square feet, `…_psf` per square foot and year.
What the terms may not be stands in `checks.py`.

The engine's values are named tuples: a request that only reads a contract imports some of these modules, and six
frozen dataclasses take as long to define as forty named tuples.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

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

ZERO = Decimal(0)


class RentStep(NamedTuple):
    """From lease month `from_month` on the monthly rent is `rent`."""

    from_month: int
    rent: Decimal


class IndexClause(NamedTuple):
    """How the rent follows an index. `min` and `max` bound each adjustment's percent, `max_rent` the monthly rent.

    BASE measures from `base_value` and the base rent each time; PRIOR from the adjustment before, whatever came of it.
    """

    name: str
    base_value: Decimal
    factor: Decimal = Decimal(1)
    min: Decimal | None = None
    max: Decimal | None = None
    max_rent: Decimal | None = None
    mode: IndexMode = "BASE"
    upward_only: bool = False


class IndexValue(NamedTuple):
    """One publication of an index's value for `day`: a final value beats provisional ones, a later version earlier.

    The versions of a day differ.
    """

    day: date
    value: Decimal
    final: bool = True
    version: int = 1


class Escalation(NamedTuple):
    """How the rent moves, every `every_months` months: by `percent`, by `table`, by `amount_psf`, or by an index."""

    kind: EscalationKind = "NONE"
    percent: Decimal | None = None
    amount_psf: Decimal | None = None
    every_months: int = 12
    table: tuple[RentStep, ...] = ()
    index_clause: IndexClause | None = None


FEE_DUE_DAYS = 14
"""So many days after it is charged a late fee, interest or an index catch-up is due, where nothing else was agreed."""


class LatePolicy(NamedTuple):
    """What an installment costs that is still unpaid `grace_days` after it was due."""

    grace_days: int
    fee_percent: Decimal
    min_fee: Decimal
    annual_interest_percent: Decimal
    fee_due_days: int = FEE_DUE_DAYS
    """So many days after it is charged a fee is due, and so are interest and an index catch-up."""


def fee_due_days(policy: LatePolicy | None) -> int:
    """So many days after it is charged what comes beside the schedule is due."""
    return policy.fee_due_days if policy else FEE_DUE_DAYS


class Discount(NamedTuple):
    """By which rate, and from when, rent of later periods is worth less today."""

    annual_percent: Decimal = Decimal(8)
    compounding: Compounding = "NOMINAL_12"
    timing: DiscountTiming = "ADVANCE"
    period: DiscountPeriod = "MONTH"


class Terms(NamedTuple):
    """An offer's terms, and what they are counted in: the space's rentable `area` and the currency's `exponent`.

    `bid_amount` is the monthly base rent (a SALE's price); `base_rent_psf` may stand in its place. A SALE has no
    `term_months`. `free_months` are lease months, counted from 1. `commission_percent` is of the rent of the whole
    term, net of free rent unless `commission_base` says otherwise. `tax_codes` name the owner's tax code of a charge,
    in place of `tax_percent`. Deals of earlier releases have no `whole_periods`:
    their schedules stay as they were signed, also where the parts of a period weigh more than one together.
    """

    start_date: date
    bid_amount: Decimal | None = None
    base_rent_psf: Decimal | None = None
    contract_type: ContractType = "LEASE"
    term_months: int | None = None
    billing_frequency: BillingFrequency = "MONTHLY"
    proration: Proration = "ACTUAL_MONTH"
    escalation: Escalation = Escalation()
    free_months: tuple[int, ...] = ()
    deposit_months: Decimal = ZERO
    ti_allowance_psf: Decimal = ZERO
    other_costs_psf: Decimal = ZERO
    commission_percent: Decimal = ZERO
    commission_base: CommissionBase = "NET_OF_FREE_RENT"
    tax_percent: Decimal = ZERO
    tax_codes: tuple[tuple[str, str], ...] = ()
    late_policy: LatePolicy | None = None
    discount: Discount = Discount()
    area: Decimal | None = None
    exponent: int = 2
    whole_periods: bool = True
