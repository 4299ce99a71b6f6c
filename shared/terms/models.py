"""The terms of an offer, as in a response."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import PrivateAttr

from shared.kit.fields import Like, View
from shared.maths.choices import BillingFrequency, CommissionBase, ContractType, Proration
from shared.maths.terms import FEE_DUE_DAYS

DEFAULTS: dict[str, Any] = {
    "billing_frequency": "MONTHLY",
    "proration": "ACTUAL_MONTH",
    "escalation": None,
    "free_rent": None,
    "deposit_months": 0,
    "ti_allowance_psf": 0,
    "other_costs_psf": 0,
    "commission_percent": 0,
    "commission_base": "NET_OF_FREE_RENT",
    "tax_percent": 0,
    "tax_codes": None,
    "late_policy": None,
    "discount": {"annual_percent": 8, "compounding": "NOMINAL_12", "timing": "ADVANCE", "period": "MONTH"},
}
"""The optional terms of an offer that names none; stored.py says how they are stored."""


class OfferTerms(View):
    """The terms of an offer, named as they are asked (`OfferedTerms`), and the area in square feet that they count
    with; by default where a release before this one stored none."""

    contract_type: ContractType
    start_date: date
    term_months: int | None
    billing_frequency: BillingFrequency
    escalation: Annotated[dict[str, Any], Like("shared.terms.offered.Escalation")] | None
    free_rent: Annotated[dict[str, Any], Like("shared.terms.offered.FreeRent")] | None
    deposit_months: Decimal
    ti_allowance_psf: Decimal
    other_costs_psf: Decimal
    commission_percent: Decimal
    commission_base: CommissionBase
    proration: Proration
    late_policy: Annotated[dict[str, Any], Like("shared.terms.offered.LatePolicy")] | None
    tax_percent: Decimal
    tax_codes: Annotated[dict[str, Any], Like("shared.terms.offered.TaxCodes")] | None
    discount: Annotated[dict[str, Any], Like("shared.terms.offered.Discount")]
    rentable_sqft: Decimal | None
    _whole_periods: bool = PrivateAttr(default=False)

    def stored(self) -> dict[str, Any]:
        """The optional terms as they are stored, with how the engine counts them."""
        return {name: getattr(self, name) for name in (*DEFAULTS, "rentable_sqft")} | {
            "whole_periods": self._whole_periods
        }

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """The view of a row whose `terms` are as they are stored."""
        row = DEFAULTS | {"rentable_sqft": None} | row["terms"] | row
        del row["terms"]
        # How the engine counts is no term.
        whole_periods = bool(row.pop("whole_periods", False))
        if policy := row["late_policy"]:
            row["late_policy"] = {"fee_due_days": FEE_DUE_DAYS} | policy
        made = cls.model_construct(**row)
        made._whole_periods = whole_periods
        return made
