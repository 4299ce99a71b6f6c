"""Offers nobody would think of, from the wire to the contract's terms and back, without a database.

Quality 68: what makes no sense is refused by name; what is taken gives one schedule, to the cent, each time, also after
it was stored and read again; and no float stands anywhere on the way.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kit import wire
from shared.maths.schedule import schedule, schedule_total
from shared.maths.terms import Terms
from shared.terms.calculation import InconsistentTerms, calculate
from shared.terms.models import DEFAULTS
from shared.terms.offered import OfferedTerms, answer_to, first_offer
from shared.terms.stored import engine_terms, stored_terms

TODAY = date(2027, 1, 31)
AREA = Decimal("1234.50")

percents = st.decimals(-120, 200, places=2)
money = st.decimals("0.01", 99_999, places=2)
months = st.integers(-1, 40)
steps = st.lists(st.fixed_dictionaries({"from_month": months, "rent": money}), max_size=3)
every = st.sampled_from([12, 12, 1, 5, 30, 0])
escalations = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["COMPOUND", "SIMPLE"]), "percent": percents, "every_months": every}
    ),
    st.fixed_dictionaries({"kind": st.just("AMOUNT"), "amount_psf": st.decimals(-3, 9, places=3)}),
    st.fixed_dictionaries({"kind": st.just("STEP"), "table": steps.map(lambda later: [{"from_month": 1}, *later])}),
    # What does not belong together.
    st.fixed_dictionaries({"kind": st.sampled_from(["NONE", "STEP", "INDEX"])}, optional={"percent": percents}),
)
offers = st.fixed_dictionaries(
    {},
    optional={
        "contract_type": st.sampled_from(["LEASE", "RENTAL", "SALE", None]),
        "start_date": st.dates(date(2027, 1, 1), date(2032, 12, 31)).map(date.isoformat),
        "term_months": st.one_of(st.integers(1, 40), st.sampled_from([0, 600, 601]), st.none()),
        "billing_frequency": st.sampled_from(["MONTHLY", "QUARTERLY", "ANNUAL"]),
        "escalation": st.none() | escalations,
        "free_rent": st.none() | st.fixed_dictionaries({"months": st.lists(months, max_size=4)}),
        "deposit_months": st.decimals(0, 12, places=1),
        "ti_allowance_psf": st.decimals(0, 50, places=2),
        "commission_percent": st.decimals(0, 10, places=2),
        "commission_base": st.sampled_from(["NET_OF_FREE_RENT", "GROSS_RENT"]),
        "proration": st.sampled_from(["ACTUAL_MONTH", "ACTUAL_365", "THIRTY_360"]),
        "tax_percent": st.decimals(-1, 30, places=3),
        "late_policy": st.none() | st.fixed_dictionaries({"fee_percent": percents.filter(lambda one: one >= 0)}),
        "discount": st.none() | st.fixed_dictionaries({}, optional={"annual_percent": st.decimals(0, 30, places=1)}),
    },
)


def floats(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [one for item in value.values() for one in floats(item)]
    if isinstance(value, list | tuple):
        return [one for item in value for one in floats(item)]
    return [value] if isinstance(value, float) else []


@settings(max_examples=400, deadline=None)
@given(offer=offers, amount=money, currency=st.sampled_from(["USD", "JPY", "EUR"]))
def test_any_generated_offer_is_refused_by_field_or_adds_up_in_preview_and_bid(offer, amount, currency):
    amount = amount.to_integral_value() + 1 if currency == "JPY" else amount
    for step in (offer.get("escalation") or {}).get("table", ()):
        step.setdefault("rent", amount)
    asked = OfferedTerms.model_validate(wire.parse(wire.render(offer)))
    terms = first_offer(asked, today=TODAY, currency=currency, area=AREA, bid_amount=amount)
    try:
        calculated = calculate(terms)
    except InconsistentTerms as refusal:
        assert refusal.details
        roots = {detail["field"].partition(".")[0] for detail in refusal.details}
        assert roots <= {"bid_amount", "term_months", "escalation", *DEFAULTS}
        return

    # What is stored and read back is the same deal.
    kept = wire.load(wire.render(stored_terms(terms)))
    again = engine_terms(
        kept,
        contract_type=terms.contract_type,
        start_date=terms.start_date,
        term_months=terms.term_months,
        currency=currency,
        bid_amount=amount,
    )
    assert again == terms
    assert schedule(again) == calculated.lines
    rent = [line for line in calculated.lines if line.charge == "RENT"]
    assert sum((line.amount for line in rent), Decimal(0)) == schedule_total(calculated.lines)
    unit = Decimal(1) if currency == "JPY" else Decimal("0.01")
    assert all(line.amount % unit == line.abatement % unit == 0 for line in calculated.lines)
    if calculated.economics:
        assert calculated.economics["schedule_total"] == schedule_total(rent)
        assert floats(calculated.economics) == floats(kept) == []
    else:
        assert terms.contract_type == "SALE"


def is_whole(offer):
    return (offer.get("escalation") or {}).get("kind") != "STEP"


@settings(max_examples=200, deadline=None)
@given(first=offers.filter(is_whole), answer=offers.filter(is_whole))
def test_an_answer_to_a_bid_changes_only_the_terms_that_it_names(first, answer):
    space: dict[str, Any] = {"today": TODAY, "currency": "USD", "area": AREA, "bid_amount": Decimal(5000)}
    standing = first_offer(OfferedTerms.model_validate(wire.parse(wire.render(first))), **space)
    asked = OfferedTerms.model_validate(wire.parse(wire.render(answer)))

    after = answer_to(standing, asked, **space)

    blank = first_offer(OfferedTerms(), **space)
    named = asked.named()
    for name, value in after._asdict().items():
        expected = named.get(name, getattr(standing, name))
        if name == "term_months" and expected is None and after.contract_type == "SALE":
            assert value is None
        else:
            assert value == (getattr(blank, name) if expected is None else expected), name


def test_the_api_returns_the_engines_default_terms():
    assert stored_terms(Terms(TODAY)) == DEFAULTS | {"rentable_sqft": None}
