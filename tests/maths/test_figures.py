"""Every figure that docs/spec/lease-maths.md prints, under the name of its source."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from shared.maths.economics import economics
from shared.maths.exact import rounded
from shared.maths.explain import explain
from shared.maths.late import Settled, late_charges
from shared.maths.rent import levels
from shared.maths.reports import Lease, Space, aging, aging_bucket, occupancy, walt
from shared.maths.schedule import schedule, schedule_total
from shared.maths.terms import Discount, Escalation, IndexClause, IndexValue, LatePolicy, RentStep, Terms

D = Decimal


def cents(value):
    return rounded(value, 2)


def amounts(terms, values=()):
    return [line.amount for line in schedule(terms, values)]


IREM = Terms(
    start_date=date(2025, 1, 1),
    base_rent_psf=D("25.00"),
    area=D(10000),
    term_months=60,
    escalation=Escalation("COMPOUND", percent=D(3)),
)


def test_s0_a_year_from_the_first_of_february_is_twelve_times_5000_due_on_the_first():
    lines = schedule(Terms(start_date=date(2025, 2, 1), bid_amount=D(5000), term_months=12))

    assert [line.amount for line in lines] == [D("5000.00")] * 12
    assert [line.due_date for line in lines] == [*(date(2025, month, 1) for month in range(2, 13)), date(2026, 1, 1)]
    assert lines[-1].period_end == date(2026, 1, 31)


def test_ours_a_start_on_new_years_eve_never_drifts():
    lines = schedule(Terms(start_date=date(2027, 12, 31), bid_amount=D(1000), term_months=4))

    assert [line.amount for line in lines] == [D("32.26"), D(1000), D(1000), D(1000), D("966.67")]
    assert lines[-1].period_end == date(2028, 4, 29)


@pytest.mark.parametrize(
    ("proration", "amount"), [("ACTUAL_MONTH", "851.61"), ("ACTUAL_365", "867.95"), ("THIRTY_360", "880.00")]
)
def test_ours_22_days_of_january_by_each_convention(proration, amount):
    terms = Terms(start_date=date(2025, 1, 10), bid_amount=D(1200), term_months=2, proration=proration)
    assert amounts(terms)[0] == D(amount)


def test_lago_21_days_of_february_at_60_are_45():
    assert amounts(Terms(start_date=date(2025, 2, 8), bid_amount=D("60.00"), term_months=1))[0] == D("45.00")


def test_irem_three_percent_compound_over_five_years():
    lines = schedule(IREM)
    assert cents(economics(IREM, lines).total_contract_rent.value) == D("1327283.95")
    assert schedule_total(lines) == D("1327283.88")


def test_oracle_jde_a_change_is_clamped_between_min_and_max_and_the_rent_below_its_limit():
    clause = IndexClause("CPI", D("462.200"), D("0.9"), min=D("1.5"), max=D("2.0"), max_rent=D(2100))
    terms = Terms(
        start_date=date(2025, 1, 1),
        bid_amount=D(2000),
        term_months=24,
        escalation=Escalation("INDEX", index_clause=clause),
    )
    assert amounts(terms, [IndexValue(date(2026, 1, 1), D("472.810"))])[12] == D("2040.00")


@pytest.mark.parametrize("mode", ["BASE", "PRIOR"])
def test_d365_an_index_is_followed_alike_from_its_base_and_from_year_to_year(mode):
    clause = IndexClause("CPI", D("105.65"), mode=mode)
    terms = Terms(
        start_date=date(2025, 1, 1),
        bid_amount=D(1000),
        term_months=36,
        escalation=Escalation("INDEX", index_clause=clause),
    )
    values = [IndexValue(date(2026, 1, 1), D("110.5")), IndexValue(date(2027, 1, 1), D("114.25"))]

    found = amounts(terms, values)

    assert (found[12], found[24]) == (D("1045.91"), D("1081.40"))
    assert D("1127.31") not in found


def test_d365_a_year_that_an_index_changes_inside_is_split_by_its_365_days():
    clause = IndexClause("CPI", D(244))
    terms = Terms(
        start_date=date(2024, 8, 1),
        base_rent_psf=D(1),
        area=D(1000),
        term_months=12,
        billing_frequency="ANNUAL",
        proration="ACTUAL_365",
        escalation=Escalation("INDEX", every_months=1, index_clause=clause),
    )
    assert amounts(terms, [IndexValue(date(2024, 9, 1), D(250))]) == [D("1022.50")]


def test_ours_an_installment_a_month_late_costs_250_and_73_97():
    charges = late_charges(
        principal=D(5000),
        due_date=date(2025, 2, 1),
        policy=LatePolicy(grace_days=5, fee_percent=D(5), min_fee=D(0), annual_interest_percent=D(18)),
        settled=[Settled(date(2025, 3, 3), D(5000))],
        as_of=date(2025, 3, 3),
    )
    assert [(one.charge, one.amount) for one in charges] == [("LATE_FEE", D("250.00")), ("INTEREST", D("73.97"))]


def test_irem_net_effective_rent_and_payback():
    terms = Terms(
        start_date=IREM.start_date,
        base_rent_psf=IREM.base_rent_psf,
        area=IREM.area,
        term_months=60,
        escalation=IREM.escalation,
        free_months=(1,),
        commission_percent=D(6),
        ti_allowance_psf=D("20.00"),
        other_costs_psf=D("0.20"),
    )

    found = economics(terms, schedule(terms))

    assert cents(found.face_rent_psf.value) == D("25.00")
    assert cents(found.total_contract_rent.value - found.free_rent_value.value) == D("1306450.62")
    assert cents(found.leasing_costs.value) == D("280387.04")
    assert cents(found.ner_simple.value) == D("20.52")
    assert cents(found.payback_years.value) == D("1.07")


def test_five_rents_at_the_end_of_each_year_at_12_percent_are_worth_63_67_or_17_66_a_year():
    yearly = [D(15), D("16.5"), D(18), D("19.5"), D(21)]
    terms = Terms(
        start_date=date(2025, 1, 1),
        bid_amount=yearly[0] / 12,
        area=D(1),
        term_months=60,
        escalation=Escalation(
            "STEP", table=tuple(RentStep(12 * year + 1, rent / 12) for year, rent in enumerate(yearly))
        ),
        discount=Discount(D(12), timing="ARREARS", period="YEAR"),
    )

    found = economics(terms, schedule(terms)).ner_dcf

    present_value = next(s for s in explain(found).steps if s.label == "Present value of the rent less free rent")
    assert cents(present_value.result) == D("63.67")
    assert cents(found.value) == D("17.66")


def test_ten_years_with_the_first_one_free_are_10121_87_a_month():
    terms = Terms(
        start_date=date(2025, 1, 1),
        base_rent_psf=D("28.59"),
        area=D(5000),
        term_months=120,
        free_months=tuple(range(1, 13)),
        discount=Discount(D(10), compounding="NOMINAL_12", timing="ADVANCE"),
    )
    found = economics(terms, schedule(terms)).ner_dcf
    assert cents(found.value * 5000 / 12) == D("10121.87")


@pytest.mark.parametrize(("term_months", "a_month"), [(24, "0.875"), (27, "0.889")])
def test_a_dollar_a_month_with_three_months_free_inside_the_term_or_outside(term_months, a_month):
    terms = Terms(
        start_date=date(2025, 1, 1), bid_amount=D(1), area=D(1), term_months=term_months, free_months=(1, 2, 3)
    )
    assert rounded(economics(terms, schedule(terms)).ner_simple.value / 12, 3) == D(a_month)


def test_a_hundred_equal_units_80_at_full_rent_10_at_half():
    def let(charged):
        return Space(D(100), D(1000), (Lease(date(2024, 1, 1), date(2029, 12, 31), D(100), D(1000), charged),))

    spaces = [let(D(1000))] * 80 + [let(D(500))] * 10 + [Space(D(100), D(1000))] * 10

    found = occupancy(spaces, date(2025, 6, 1))

    assert (found.occupied, found.economic) == (D("0.9"), D("0.85"))


def test_60k_for_five_years_and_40k_for_ten_are_seven_years_on_average():
    leases = [
        Lease(date(2020, 1, 1), date(2030, 1, 1), D(100), D(5000), D(5000)),
        Lease(date(2020, 1, 1), date(2035, 1, 1), D(100), D(40000) / 12, D(0)),
    ]
    assert rounded(walt(leases, date(2025, 1, 1)), 2) == D("7.00")


def test_the_first_of_july_unpaid_on_the_last_of_august_is_61_days_past_due():
    assert (date(2025, 8, 31) - date(2025, 7, 1)).days == 61
    assert aging_bucket(date(2025, 7, 1), date(2025, 8, 31)) == "61–90"
    assert aging([(date(2025, 7, 1), D(5))], date(2025, 8, 31))["61–90"] == D(5)


def test_an_indexs_rent_steps_are_not_rounded():
    clause = IndexClause("CPI", D("105.65"))
    terms = Terms(
        start_date=date(2025, 1, 1),
        bid_amount=D(1000),
        term_months=24,
        escalation=Escalation("INDEX", index_clause=clause),
    )
    last = levels(terms, [IndexValue(date(2026, 1, 1), D("110.5"))])[-1]
    assert last.rent == Fraction(1000) * Fraction("110.5") / Fraction("105.65")
