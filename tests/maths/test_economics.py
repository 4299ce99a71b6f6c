"""An offer's figures against exact rationals, and their explanations."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.maths.economics import economics
from shared.maths.explain import explain
from shared.maths.schedule import schedule, schedule_total
from shared.maths.terms import Discount, Terms
from tests.maths import oracle
from tests.maths.formulas import check_explanation
from tests.maths.strategies import offers

D = Decimal

LEASE = Terms(start_date=date(2025, 1, 1), bid_amount=D(1000), term_months=24, area=D(500))


def figures(terms, values=()):
    found = economics(terms, schedule(terms, values))
    return found._asdict()


def close(value, exact):
    return abs(Fraction(value) - exact) <= max(abs(exact), 1) / 10**20


@given(
    offer=offers(longest=60),
    costs=st.tuples(*[st.decimals(D(0), D(50), places=2)] * 3),
    gross=st.booleans(),
    percent=st.decimals(D(0), D(30), places=2),
    timing=st.sampled_from(["ADVANCE", "ARREARS"]),
    period=st.sampled_from(["MONTH", "YEAR"]),
)
@settings(deadline=None, max_examples=150)
def test_every_economic_figure_is_exact_and_explained(offer, costs, gross, percent, timing, period):
    terms, values = offer
    ti, other, commission = costs
    terms = terms._replace(
        ti_allowance_psf=ti,
        other_costs_psf=other,
        commission_percent=commission,
        commission_base="GROSS_RENT" if gross else "NET_OF_FREE_RENT",
        discount=Discount(percent, "NOMINAL_12", timing, period),
    )
    found = figures(terms, values)
    lines = oracle.lines(terms, values)
    rents = oracle.rents(terms, values)
    area, years = Fraction(terms.area), Fraction(terms.term_months, 12)

    free = sum(abated for *_, abated in lines)
    total = sum(amount for _, _, amount, _ in lines) + free
    spent = (Fraction(ti) + Fraction(other)) * area + Fraction(commission) / 100 * (total if gross else total - free)
    first = rents[:12]
    # The discounted figure, over whole lease months.
    size = 1 if period == "MONTH" else 12
    paid = [0 if k in terms.free_months else rent for k, rent in enumerate(rents, start=1)]
    chunks = [paid[at : at + size] for at in range(0, len(paid), size)]
    worth, annuity = oracle.level_rent(
        [sum(chunk) for chunk in chunks],
        [Fraction(len(chunk), 12) for chunk in chunks],
        Fraction(percent) / 100 / (12 if period == "MONTH" else 1),
        timing == "ADVANCE",
    )
    expected = {
        "face_rent_psf": sum(first) / len(first) * 12 / area,
        "total_contract_rent": total,
        "schedule_total": Fraction(schedule_total(schedule(terms, values))),
        "free_rent_value": free,
        "leasing_costs": spent,
        "ner_simple": (total - free - spent) / area / years,
        "ner_dcf": (worth - spent) / annuity / area,
        "payback_years": spent / ((total - free) / years) if total > free else None,
    }
    for name, exact in expected.items():
        if exact is None:
            assert found[name] is None
            continue
        assert close(found[name].value, exact), name
        explanation = explain(found[name])
        assert explanation.amount == found[name].value
        check_explanation(explanation)
    # Half a unit a line is all that rounding can make of it.
    assert abs(expected["schedule_total"] - (total - free)) <= Fraction(len(lines), 2 * 10**terms.exponent)


def test_an_effective_rate_is_the_twelfth_root_of_the_annual_one():
    terms = LEASE._replace(discount=Discount(D(10), "EFFECTIVE"))
    rate = next(step for step in explain(figures(terms)["ner_dcf"]).steps if step.label == "Rate of a month")
    assert abs((1 + rate.result) ** 12 - D("1.1")) < D("1e-25")
    check_explanation(explain(figures(terms)["ner_dcf"]))


@pytest.mark.parametrize("discount", [Discount(D(0)), Discount(D(0), "EFFECTIVE"), Discount(D(0), period="YEAR")])
def test_at_a_discount_rate_of_zero_both_effective_rents_are_equal(discount):
    terms = LEASE._replace(discount=discount, free_months=(1, 2), ti_allowance_psf=D(3), term_months=30)
    found = figures(terms)
    assert abs(found["ner_dcf"].value - found["ner_simple"].value) < D("1e-24")


def test_without_an_area_there_is_nothing_per_square_foot():
    found = figures(LEASE._replace(area=None))
    assert {name for name, figure in found.items() if figure is None} == {"face_rent_psf", "ner_simple", "ner_dcf"}


def test_a_lease_with_only_free_rent_has_no_payback():
    assert figures(LEASE._replace(term_months=1, free_months=(1,)))["payback_years"] is None


def test_the_face_rent_of_a_short_term_is_annualized():
    assert figures(LEASE._replace(term_months=5))["face_rent_psf"].value == 24


def test_commission_is_on_rent_net_of_free_rent_unless_it_is_agreed_otherwise():
    terms = LEASE._replace(free_months=(1,), commission_percent=D(10))
    assert figures(terms)["leasing_costs"].value == 2300
    assert figures(terms._replace(commission_base="GROSS_RENT"))["leasing_costs"].value == 2400


def test_a_renewals_economics_count_only_its_own_days():
    earlier = schedule(LEASE._replace(start_date=date(2023, 6, 11)))[-1]
    terms = LEASE._replace(start_date=date(2025, 6, 11), term_months=1)
    found = economics(terms, schedule(terms, after=earlier))
    assert abs(found.total_contract_rent.value - (D(1000) * 20 / 30 + D(1000) * 10 / 31)) < D("1e-20")


def test_a_sale_has_no_rent_to_compare():
    sale = Terms(start_date=date(2025, 1, 1), bid_amount=D(1000), contract_type="SALE")
    with pytest.raises(ValueError, match="sale"):
        economics(sale, schedule(sale))
