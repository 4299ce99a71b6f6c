"""The optional terms of an offer: how they are stored, and how the engine reads them.

They are stored under their names in the API [docs/spec/lease-maths.md, Terms of an offer], with every default written
out: a default may change tomorrow, and no existing deal changes with it. `rentable_sqft`, stored beside them, is the
area that the offer was calculated with.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from shared.maths.currencies import exponent_of
from shared.maths.terms import FEE_DUE_DAYS, Discount, Escalation, IndexClause, LatePolicy, RentStep, Terms
from shared.terms.models import DEFAULTS

Stored = dict[str, Any]


def stored_terms(terms: Terms) -> Stored:
    """The optional terms as they are stored."""
    escalation = terms.escalation
    return {
        "billing_frequency": terms.billing_frequency,
        "proration": terms.proration,
        "escalation": None if escalation == Escalation() else _stored_escalation(escalation),
        "free_rent": {"months": list(terms.free_months)} if terms.free_months else None,
        "deposit_months": terms.deposit_months,
        "ti_allowance_psf": terms.ti_allowance_psf,
        "other_costs_psf": terms.other_costs_psf,
        "commission_percent": terms.commission_percent,
        "commission_base": terms.commission_base,
        "tax_percent": terms.tax_percent,
        "tax_codes": dict(terms.tax_codes) or None,
        "late_policy": _stored_late_policy(terms.late_policy) if terms.late_policy else None,
        "discount": terms.discount._asdict(),
        "rentable_sqft": terms.area,
        **({} if terms.proration == "ACTUAL_MONTH" else {"whole_periods": terms.whole_periods}),
    }


def engine_terms(
    terms: Stored,
    *,
    contract_type: Any,
    start_date: date,
    term_months: int | None,
    currency: str,
    bid_amount: Decimal | None,
    base_rent_psf: Decimal | None = None,
) -> Terms:
    """An offer as the engine counts with it; `terms` as they are stored, by an older release also without some."""
    terms = DEFAULTS | terms
    area = terms.get("rentable_sqft")
    return Terms(
        start_date=start_date,
        bid_amount=bid_amount,
        base_rent_psf=base_rent_psf,
        contract_type=contract_type,
        term_months=term_months,
        billing_frequency=terms["billing_frequency"],
        proration=terms["proration"],
        escalation=_escalation(terms["escalation"]),
        free_months=tuple(terms["free_rent"]["months"]) if terms["free_rent"] else (),
        deposit_months=Decimal(terms["deposit_months"]),
        ti_allowance_psf=Decimal(terms["ti_allowance_psf"]),
        other_costs_psf=Decimal(terms["other_costs_psf"]),
        commission_percent=Decimal(terms["commission_percent"]),
        commission_base=terms["commission_base"],
        tax_percent=Decimal(terms["tax_percent"]),
        tax_codes=tuple(sorted((terms["tax_codes"] or {}).items())),
        late_policy=_late_policy(terms["late_policy"]),
        discount=Discount(**_exact(terms["discount"])),
        area=None if area is None else Decimal(area),
        exponent=exponent_of(currency),
        # By the days of each month nothing changed.
        whole_periods=terms["proration"] == "ACTUAL_MONTH" or bool(terms.get("whole_periods")),
    )


def _stored_escalation(escalation: Escalation) -> Stored:
    clause = escalation.index_clause
    found = {
        "kind": escalation.kind,
        "percent": escalation.percent,
        "amount_psf": escalation.amount_psf,
        "every_months": escalation.every_months,
        "table": [step._asdict() for step in escalation.table] or None,
        "index": _named(clause._asdict()) if clause else None,
    }
    return _named(found)


def _named(values: Stored) -> Stored:
    return {name: value for name, value in values.items() if value is not None}


def _escalation(stored: Mapping[str, Any] | None) -> Escalation:
    if stored is None:
        return Escalation()
    rest = _exact({name: value for name, value in stored.items() if name not in ("table", "index", "every_months")})
    clause = stored.get("index")
    return Escalation(
        **rest,
        every_months=stored.get("every_months", 12),
        table=tuple(RentStep(step["from_month"], Decimal(step["rent"])) for step in stored.get("table") or ()),
        index_clause=IndexClause(**_exact(clause)) if clause else None,
    )


def _stored_late_policy(policy: LatePolicy) -> dict[str, Any]:
    # Policies from before fees had a due date of their own lack it, and so does one that keeps to the default: the
    # release before reads them too.
    stored = policy._asdict()
    if policy.fee_due_days == FEE_DUE_DAYS:
        del stored["fee_due_days"]
    return stored


def _late_policy(stored: Mapping[str, Any] | None) -> LatePolicy | None:
    if stored is None:
        return None
    days = {"grace_days": stored["grace_days"], "fee_due_days": stored.get("fee_due_days", FEE_DUE_DAYS)}
    return LatePolicy(**_exact(stored) | days)


def _exact(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The values with each number as a Decimal: JSON's whole numbers come back as int."""
    return {name: Decimal(value) if type(value) is int else value for name, value in stored.items()}
