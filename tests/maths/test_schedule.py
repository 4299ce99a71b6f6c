"""The schedule, line by line and over generated leases, against exact rationals."""

import decimal
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.maths.checks import check_terms
from shared.maths.explain import explain
from shared.maths.months import add_months, end_date, first_of_next_month, months_left
from shared.maths.schedule import catch_up, end_early, schedule, schedule_total
from shared.maths.terms import Escalation, IndexClause, IndexValue, RentStep, Terms
from tests.maths import oracle
from tests.maths.formulas import check_explanation
from tests.maths.strategies import offers, rents, starts
from tests.work import counted

D = Decimal


def lease(start, rent, term_months=12, **more):
    return Terms(start_date=start, bid_amount=D(rent), term_months=term_months, **more)


def amounts(lines):
    return [line.amount for line in lines if line.charge == "RENT"]


@pytest.mark.parametrize(
    ("monthly_rent", "start", "amount"),
    [
        ("1200", date(2025, 1, 10), "851.61"),  # 22 of 31 days
        ("60", date(2028, 2, 9), "43.45"),  # 21 of 29 days
        ("0.01", date(2025, 4, 16), "0.01"),  # half a cent goes up
        ("0.01", date(2025, 4, 17), "0.00"),  # 14 of 30 days: less than half goes down
    ],
)
def test_a_part_month_costs_its_share_of_the_days_in_that_month(monthly_rent, start, amount):
    assert schedule(lease(start, monthly_rent, 2))[0].amount == D(amount)


def test_a_currency_without_minor_units_is_rounded_to_whole_units():
    lines = schedule(lease(date(2025, 1, 10), 100000, 1, exponent=0))

    assert [str(line.amount) for line in lines] == ["70968", "32143"]  # 22 of 31 days, 9 of 28


def test_rounding_thirds_loses_no_cent():
    # 0.20 a year and sqft on 1 sqft: 0.01666… a month, and 9 of 30 days of it are half a cent exactly.
    terms = Terms(start_date=date(2025, 4, 22), base_rent_psf=D("0.20"), area=D(1), term_months=1)
    assert schedule(terms)[0].amount == D("0.01")


def test_a_step_inside_a_month_splits_its_line_by_days_and_rounds_it_once():
    steps = Escalation("STEP", table=(RentStep(1, D(1000)), RentStep(2, D(1100))))

    lines = schedule(lease(date(2025, 4, 11), 1000, 2, escalation=steps))

    # May: 10 days at 1,000 and 21 at 1,100, of 31.
    assert amounts(lines) == [D("666.67"), D("1067.74"), D("366.67")]
    assert [step.label for step in explain(lines[1]).steps][2:] == [
        "Rent of 10 of 31 days",
        "Rent of 21 of 31 days",
        "Rent of the period",
        "Rounded half-up",
    ]


def test_a_free_month_inside_a_calendar_month_splits_that_months_line_by_days():
    lines = schedule(lease(date(2025, 4, 11), 3100, 2, free_months=(1,)))

    # May: the first 10 of its days are free.
    assert [(line.amount, line.abatement) for line in lines] == [
        (D("0.00"), D("2066.67")),
        (D("2100.00"), D("1000.00")),
        (D("1033.33"), D("0")),
    ]


def test_a_free_month_stays_in_the_schedule_at_zero_with_its_abatement():
    lines = schedule(lease(date(2025, 2, 1), 5000, 3, free_months=(2,)))

    assert [(line.amount, line.abatement) for line in lines] == [
        (D("5000.00"), D(0)),
        (D("0.00"), D("5000.00")),
        (D("5000.00"), D(0)),
    ]


def test_quarterly_billing_runs_from_the_start_date():
    lines = schedule(lease(date(2025, 2, 1), 5000, 12, billing_frequency="QUARTERLY"))

    assert [(line.due_date, line.amount) for line in lines] == [
        (date(2025, 2, 1), D(15000)),
        (date(2025, 5, 1), D(15000)),
        (date(2025, 8, 1), D(15000)),
        (date(2025, 11, 1), D(15000)),
    ]


def test_a_start_inside_a_month_is_billed_to_the_months_end_then_by_whole_quarters_then_the_rest():
    lines = schedule(lease(date(2025, 1, 10), 3100, 12, billing_frequency="QUARTERLY"))

    assert [(line.period_start, line.period_end, line.amount) for line in lines] == [
        (date(2025, 1, 10), date(2025, 1, 31), D(2200)),
        (date(2025, 2, 1), date(2025, 4, 30), D(9300)),
        (date(2025, 5, 1), date(2025, 7, 31), D(9300)),
        (date(2025, 8, 1), date(2025, 10, 31), D(9300)),
        (date(2025, 11, 1), date(2026, 1, 9), D(7100)),
    ]


def test_annual_billing_has_one_payment_a_year():
    rise = Escalation("COMPOUND", percent=D(3))
    lines = schedule(lease(date(2025, 2, 1), 5000, 30, billing_frequency="ANNUAL", escalation=rise))

    assert amounts(lines) == [D(60000), D(61800), D("31827")]


def test_a_line_can_be_explained_down_to_its_amount():
    line = schedule(lease(date(2027, 12, 31), 1000, 1))[0]

    base, share, rounding = explain(line).steps
    assert base.inputs == {"bid_amount": D(1000)}
    assert share.inputs == {"monthly_rent": D(1000), "days": 1, "days_in_month": 31}
    assert share.formula == "monthly_rent × days ÷ days_in_month"
    assert str(share.result).startswith("32.258064516129")
    assert rounding.result == line.amount == D("32.26")


def test_the_deposit_is_one_unnumbered_line_due_at_the_start():
    deposit, first, *_ = schedule(lease(date(2025, 3, 15), "1234.56", deposit_months=D("2.5"), free_months=(1,)))

    assert (deposit.charge, deposit.installment_number, deposit.period_end) == ("DEPOSIT", None, None)
    assert (deposit.amount, deposit.due_date) == (D("3086.40"), date(2025, 3, 15))
    assert schedule_total([deposit]) == 0
    assert first.installment_number == 1


def test_a_sale_is_one_payment_of_the_price_without_an_end():
    [line] = schedule(Terms(start_date=date(2025, 3, 15), bid_amount=D("1500000.00"), contract_type="SALE"))

    assert (line.installment_number, line.charge, line.amount) == (1, "RENT", D("1500000.00"))
    assert (line.period_end, line.due_date) == (None, date(2025, 3, 15))
    check_explanation(explain(line))


@pytest.mark.parametrize(
    ("escalation", "expected"),
    [
        (Escalation("SIMPLE", percent=D(10)), ["1000", "1100", "1200"]),
        (Escalation("COMPOUND", percent=D(10)), ["1000", "1100", "1210"]),
        (Escalation("AMOUNT", amount_psf=D("1.20")), ["1000", "1050", "1100"]),  # 1.20 a year on 500 sqft
        (Escalation("COMPOUND", percent=D(-100)), ["1000", "0", "0"]),
    ],
)
def test_the_rent_moves_at_each_anniversary(escalation, expected):
    lines = schedule(lease(date(2025, 1, 1), 1000, 36, escalation=escalation, area=D(500)))

    assert [lines[at].amount for at in (0, 11, 12, 23, 24, 35)] == [D(one) for one in expected for _ in (1, 2)]


def index_lease(term_months=36, **clause):
    escalation = Escalation("INDEX", index_clause=IndexClause("CPI", D(100), **clause))
    return lease(date(2025, 1, 1), 1000, term_months, escalation=escalation)


def yearly(*values):
    return [IndexValue(date(2026 + at, 1, 1), D(value)) for at, value in enumerate(values)]


@pytest.mark.parametrize(
    ("clause", "values", "expected"),
    [
        ({}, yearly(90, 95), ["900", "950"]),
        ({"upward_only": True}, yearly(110, 105), ["1100", "1100"]),
        ({"upward_only": True}, yearly(90, 95), ["1000", "1000"]),
        # From the adjustment before, whatever came of it: 95 is more than 90.
        ({"upward_only": True, "mode": "PRIOR"}, yearly(90, 99), ["1000", "1100"]),
        ({"max": D(5), "mode": "PRIOR"}, yearly(110, 110), ["1050", "1050"]),
        ({"max": D(5)}, yearly(103, 110), ["1030", "1050"]),
        ({"min": D(2), "mode": "PRIOR"}, yearly(100, 100), ["1020", "1040.40"]),
        ({"max_rent": D(1050)}, yearly(104, 120), ["1040", "1050"]),
        ({"factor": D("0.5")}, yearly(104, 120), ["1020", "1100"]),
        ({}, [], ["1000", "1000"]),
        # A value from before the term is not news.
        ({}, [IndexValue(date(2024, 12, 1), D(90))], ["1000", "1000"]),
        # A provisional value until the final one; of two finals the later version.
        ({}, [*yearly(104), IndexValue(date(2026, 1, 1), D(120), final=False, version=9)], ["1040", "1040"]),
        ({}, [IndexValue(date(2026, 1, 1), D(120), final=False)], ["1200", "1200"]),
        ({}, [*yearly(104), IndexValue(date(2026, 1, 1), D(105), version=2)], ["1050", "1050"]),
    ],
)
def test_the_rent_follows_its_index_within_its_bounds(clause, values, expected):
    lines = schedule(index_lease(**clause), values)

    assert [lines[0].amount, lines[12].amount, lines[24].amount] == [D(1000), *map(D, expected)]
    check_explanation(explain(lines[24]))


def test_an_index_published_late_adds_one_line_and_leaves_the_issued_ones():
    terms = index_lease()
    issued = schedule(terms, [])[:15]
    known = yearly("103.333")

    corrected = schedule(terms, known)
    line = catch_up(issued, corrected, due_date=date(2026, 4, 1))

    # Three months at 1,000 that should have been 1,033.33.
    assert (line.amount, line.due_date) == (D("99.99"), date(2026, 4, 1))
    assert (line.installment_number, line.charge) == (None, "RENT")
    assert (line.period_start, line.period_end) == (date(2026, 1, 1), date(2026, 3, 31))
    assert schedule_total([*issued, line, *corrected[15:]]) == schedule_total(corrected)
    check_explanation(explain(line))


def test_a_final_value_below_its_provisional_one_gives_back():
    terms = index_lease()
    provisional = [IndexValue(date(2026, 1, 1), D(110), final=False)]
    asked = schedule(terms, provisional)[:14]

    line = catch_up(asked, schedule(terms, [*provisional, *yearly(104)]), due_date=date(2026, 3, 1))

    assert line.amount == D("-120.00")
    check_explanation(explain(line))


def test_a_catch_up_on_a_free_month_is_all_abatement():
    terms = index_lease()._replace(free_months=(13,))
    line = catch_up(schedule(terms)[:13], schedule(terms, yearly(110)), due_date=date(2026, 2, 1))
    assert (line.amount, line.abatement) == (D(0), D(100))


def test_an_index_that_changes_nothing_adds_no_line():
    terms = index_lease()
    assert catch_up(schedule(terms)[:20], schedule(terms, yearly(100)), due_date=date(2026, 9, 1)) is None


def test_a_catch_up_against_another_leases_schedule_is_refused():
    other = schedule(lease(date(2025, 1, 1), 1000, 36, billing_frequency="QUARTERLY"))
    with pytest.raises(ValueError, match="2025-01-01"):
        catch_up(schedule(index_lease())[:2], other, due_date=date(2026, 9, 1))


def test_an_early_end_credits_the_month_less_what_is_kept_of_it():
    ended = end_early(lease(date(2025, 2, 1), "1000", 12, deposit_months=D(1)), last_day=date(2025, 6, 10))

    assert [line.amount for line in ended.kept] == [D(1000), *[D(1000)] * 4, D("333.33")]
    assert ended.credit.amount == D("666.67")
    assert [line.period_start for line in ended.cancelled] == [
        *(date(2025, month, 1) for month in range(7, 13)),
        date(2026, 1, 1),
    ]
    check_explanation(explain(ended.credit))


def test_an_end_on_a_months_last_day_credits_nothing():
    ended = end_early(lease(date(2025, 2, 1), "1000", 12), last_day=date(2025, 6, 30))

    assert ended.credit is None
    assert (len(ended.kept), len(ended.cancelled)) == (5, 7)


def test_an_end_outside_the_term_is_refused():
    terms = lease(date(2025, 2, 1), "1000", 12)
    for day in (date(2025, 1, 31), date(2026, 2, 1)):
        with pytest.raises(ValueError, match="inside the term"):
            end_early(terms, last_day=day)
    sale = Terms(start_date=date(2025, 3, 15), bid_amount=D(1), contract_type="SALE")
    with pytest.raises(ValueError, match="sale"):
        end_early(sale, last_day=date(2025, 3, 15))


def test_a_renewal_inside_a_month_costs_that_month_less_the_earlier_line():
    # 15 of 30 days at 0.01 are half a cent, rounded up to the whole of it: nothing is left for the later line.
    last = schedule(lease(date(2025, 4, 16), "0.01", 12))[-1]
    assert (last.period_end, last.amount) == (date(2026, 4, 15), D("0.01"))

    renewed = schedule(lease(date(2026, 4, 16), "0.01", 12), after=last)

    assert renewed[0].amount == D("0.00")
    check_explanation(explain(renewed[0]))


@pytest.mark.parametrize("proration", ["ACTUAL_MONTH", "ACTUAL_365", "THIRTY_360"])
def test_a_month_of_two_documents_at_one_rent_costs_that_rent(proration):
    last = schedule(lease(date(2025, 5, 11), 1000, 12, proration=proration))[-1]

    first = schedule(lease(date(2026, 5, 11), 1000, 12, proration=proration), after=last)[0]

    assert last.amount + first.amount == 1000


def test_a_month_of_two_documents_at_two_rents_is_split_by_days_and_rounded_once():
    last = schedule(lease(date(2025, 5, 11), 1000, 12))[-1]

    first = schedule(lease(date(2026, 5, 11), 1100, 12), after=last)[0]

    assert (last.amount, first.amount) == (D("322.58"), D("745.16"))  # 1,067.74 together
    check_explanation(explain(first))


def test_two_documents_may_count_days_differently():
    last = schedule(lease(date(2025, 5, 11), 1000, 12, proration="THIRTY_360"))[-1]

    first = schedule(lease(date(2026, 5, 11), 1100, 12, proration="ACTUAL_365"), after=last)[0]

    # 10 of 30 days at 1,000; the month is whole by the later document's days: 10 of 31 at 1,000 and 21 at 1,100.
    assert (last.amount, first.amount) == (D("333.33"), D("734.41"))
    check_explanation(explain(first))


@pytest.mark.parametrize(
    ("proration", "january"), [("ACTUAL_MONTH", "101645.16"), ("ACTUAL_365", "101645.16"), ("THIRTY_360", "101600.00")]
)
def test_a_rent_that_changes_inside_a_month_stays_between_its_two_rents(proration, january):
    rise = Escalation("COMPOUND", percent=D(3))
    lines = schedule(lease(date(2027, 1, 15), 100000, 24, escalation=rise, proration=proration))

    # 14 days at 100,000 and 17 at 103,000; by days of 30 a month 14 and 16.
    assert (lines[12].period_start, lines[12].amount) == (date(2028, 1, 1), D(january))
    assert (lines[11].amount, lines[13].amount) == (100000, 103000)
    check_explanation(explain(lines[12]))


def test_thirty_days_a_month_leave_nothing_for_the_thirty_first():
    rise = Escalation("COMPOUND", percent=D(3))
    lines = schedule(lease(date(2027, 1, 31), 1000, 24, escalation=rise, proration="THIRTY_360"))
    assert lines[12].amount == 1000  # January 31 counts no more
    check_explanation(explain(lines[12]))

    lines = schedule(lease(date(2027, 2, 15), 1000, 24, escalation=rise, proration="THIRTY_360"))
    assert lines[12].amount == 1016  # in February 14 days, and 16 for the rest


@pytest.mark.parametrize(
    ("proration", "amount"), [("ACTUAL_MONTH", "3015.52"), ("ACTUAL_365", "3014.84"), ("THIRTY_360", "3016.00")]
)
def test_a_rent_that_changes_inside_a_quarter_weighs_by_its_days(proration, amount):
    rise = Escalation("COMPOUND", percent=D(3))
    terms = lease(date(2027, 2, 15), 1000, 24, escalation=rise, proration=proration, billing_frequency="QUARTERLY")
    line = schedule(terms)[4]

    # December, January and February 2028 with its 29 days: of 91 days 15 at 1,030.
    assert (line.period_start, line.period_end) == (date(2027, 12, 1), date(2028, 2, 29))
    assert line.amount == D(amount)
    check_explanation(explain(line))


@pytest.mark.parametrize(
    ("proration", "paid"), [("ACTUAL_MONTH", "2100.00"), ("ACTUAL_365", "2100.00"), ("THIRTY_360", "2066.67")]
)
def test_a_month_that_is_free_in_part_costs_its_rent_with_its_abatement(proration, paid):
    line = schedule(lease(date(2025, 4, 11), 3100, 2, free_months=(1,), proration=proration))[1]

    # The first ten days of May are free.
    assert (line.amount, line.amount + line.abatement) == (D(paid), 3100)
    check_explanation(explain(line))


@pytest.mark.parametrize("proration", ["ACTUAL_MONTH", "ACTUAL_365", "THIRTY_360"])
@given(first=rents, second=rents, day=st.integers(2, 31))
@settings(deadline=None, max_examples=60)
def test_a_month_shared_with_a_renewal_stays_between_its_two_rents(proration, first, second, day):
    last = schedule(lease(date(2025, 5, day), first, 12, proration=proration))[-1]

    line = schedule(lease(date(2026, 5, day), second, 12, proration=proration), after=last)[0]

    assert line.amount >= 0
    together = last.amount + line.amount
    assert min(first, second) <= together <= max(first, second)
    check_explanation(explain(line))


def test_a_renewal_at_a_lower_rent_takes_nothing_back_of_a_month():
    last = schedule(lease(date(2025, 5, 31), 1000, 12, proration="ACTUAL_365"))[-1]
    line = schedule(lease(date(2026, 5, 31), 10, 12, proration="ACTUAL_365"), after=last)[0]

    # 30 days ÷ 365 × 12 were 986.30; 30 of 31 days at 1,000 and one at 10 are 968.06.
    assert (last.amount, line.amount) == (D("986.30"), 0)
    assert [step.formula for step in explain(line).steps][-2:] == ["month − earlier", "max(rest, 0)"]
    check_explanation(explain(line))


def test_an_early_end_at_a_rent_that_falls_credits_nothing_below_zero():
    steps = Escalation("STEP", table=(RentStep(1, D(1000)), RentStep(2, D(10))))
    terms = lease(date(2025, 4, 30), 1000, 3, escalation=steps, proration="ACTUAL_365")
    # May is 29 days at 1,000 and two at 10; by ÷ 365 the first 29 alone come to more.
    ended = end_early(terms, last_day=date(2025, 5, 29))

    assert (ended.credit.amount, ended.kept[-1].amount) == (0, ended.credit.line.amount)
    assert ended.credit.line.amount == D("936.13")
    check_explanation(explain(ended.credit))


def test_a_deal_of_an_earlier_release_keeps_the_schedule_that_was_signed():
    rise = Escalation("COMPOUND", percent=D(3))
    terms = lease(date(2027, 1, 15), 100000, 24, escalation=rise, whole_periods=False)

    found = {
        proration: schedule(terms._replace(proration=proration))[12].amount
        for proration in ("ACTUAL_MONTH", "ACTUAL_365", "THIRTY_360")
    }

    assert found == {
        "ACTUAL_MONTH": D("101645.16"), "ACTUAL_365": D("103594.52"), "THIRTY_360": D("105033.33")
    }  # fmt: skip


def test_a_third_document_in_the_same_month_pays_what_the_first_two_left():
    first = schedule(lease(date(2025, 4, 1), "0.05", 12), until=date(2025, 4, 10))[-1]
    second = schedule(lease(date(2025, 4, 11), "0.05", 12), until=date(2025, 4, 20), after=first)[-1]
    third = schedule(lease(date(2025, 4, 21), "0.05", 12), after=second)[0]

    assert [first.amount, second.amount, third.amount] == [D("0.02"), D("0.01"), D("0.02")]
    check_explanation(explain(third))


def test_a_renewal_leaves_no_gap_and_no_overlap():
    last = schedule(lease(date(2025, 5, 11), 1000, 12))[-1]
    for start in (date(2026, 5, 10), date(2026, 5, 12)):
        with pytest.raises(ValueError, match="renew"):
            schedule(lease(start, 1000, 12), after=last)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2025, 1, 31), 2, date(2025, 3, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2100, 1, 31), 1, date(2100, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
    ],
)
def test_adding_months_clamps_to_the_end_of_the_month(day, months, expected):
    assert add_months(day, months) == expected


def test_a_bid_without_a_start_begins_on_the_first_of_next_month():
    assert first_of_next_month(date(2025, 12, 31)) == date(2026, 1, 1)
    assert first_of_next_month(date(2025, 2, 1)) == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("as_of", "expiry", "months"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), 12),
        (date(2025, 1, 2), date(2025, 12, 31), 11),
        (date(2025, 12, 31), date(2025, 12, 31), 0),
        (date(2026, 1, 1), date(2025, 6, 30), 0),
    ],
)
def test_months_left_are_whole_months(as_of, expiry, months):
    assert months_left(as_of, expiry) == months


@pytest.mark.parametrize("term_months", [0, -1, 601])
def test_a_term_outside_one_to_six_hundred_months_is_refused(term_months):
    with pytest.raises(ValueError, match="term_months"):
        schedule(lease(date(2025, 1, 1), 1, term_months))
    with pytest.raises(ValueError, match="term_months"):
        end_date(date(2025, 1, 1), term_months)


@pytest.mark.parametrize("rent", [0, -1])
@pytest.mark.parametrize("contract_type", ["LEASE", "SALE"])
def test_a_rent_or_a_price_that_is_not_above_zero_is_refused(rent, contract_type):
    term_months = None if contract_type == "SALE" else 1
    with pytest.raises(ValueError, match="must be greater than 0"):
        schedule(lease(date(2025, 1, 1), rent, term_months, contract_type=contract_type))


def test_a_term_past_the_end_of_the_calendar_is_refused():
    with pytest.raises(ValueError, match="year"):
        schedule(lease(date(9990, 1, 1), 1, 600))


def no_floats(thing):
    if isinstance(thing, tuple | list):
        return all(map(no_floats, thing))
    if isinstance(thing, dict):
        return all(map(no_floats, thing.values()))
    return not isinstance(thing, float)


def check_against_the_oracle(terms, values):
    lines = schedule(terms, values)
    rent = [line for line in lines if line.charge == "RENT"]
    exact = oracle.lines(terms, values)

    # The lines tile the term.
    assert [(line.period_start, line.period_end) for line in rent] == [(first, last) for first, last, *_ in exact]
    assert rent[0].period_start == terms.start_date
    assert all(
        later.period_start - line.period_end == timedelta(days=1) for line, later in zip(rent, rent[1:], strict=False)
    )
    assert rent[-1].period_end == terms.start_date + relativedelta(months=terms.term_months) - timedelta(days=1)
    assert [line.installment_number for line in rent] == list(range(1, len(rent) + 1))
    assert all(line.due_date == line.period_start for line in rent)

    # Each is the half-up rounding of the exact amount, to the currency's unit, and says what it would be without
    # abatement; so it is within half a unit of it.
    for line, (*_, amount, abated), bounds in zip(rent, exact, oracle.bounds(terms, values), strict=True):
        assert Fraction(line.amount) == oracle.half_up(amount, terms.exponent)
        assert Fraction(line.amount + line.abatement) == oracle.half_up(amount + abated, terms.exponent)
        assert line.amount >= 0 and line.abatement >= 0
        if bounds:
            # No whole period costs less than at its cheapest rent, or more than at its dearest.
            least, most = (oracle.half_up(bound, terms.exponent) for bound in bounds)
            assert least <= Fraction(line.amount + line.abatement) <= most
        assert line.amount.as_tuple().exponent == -terms.exponent
    assert schedule_total(lines) == sum(line.amount for line in rent)

    deposits = [line for line in lines if line.charge == "DEPOSIT"]
    assert [Fraction(line.amount) for line in deposits] == [
        oracle.half_up(oracle.rent_of(terms, values, 1) * Fraction(terms.deposit_months), terms.exponent)
        for _ in range(terms.deposit_months > 0)
    ]
    assert no_floats(lines)


@given(offer=offers())
@settings(deadline=None, max_examples=150)
def test_a_lease_is_the_exact_computation_rounded_half_up_line_by_line(offer):
    check_against_the_oracle(*offer)


@pytest.mark.slow
@given(offer=offers())
@settings(deadline=None, max_examples=1000)
def test_thousands_of_leases_are_the_exact_computation_rounded_half_up_line_by_line(offer):
    check_against_the_oracle(*offer)


@given(offer=offers(), data=st.data())
@settings(deadline=None, max_examples=150)
def test_every_lines_explanation_follows_step_by_step_to_its_amount(offer, data):
    lines = schedule(*offer)
    line = lines[data.draw(st.integers(0, len(lines) - 1))]

    explanation = explain(line)

    assert explanation.amount == line.amount
    check_explanation(explanation)
    assert no_floats(explanation)


@given(offer=offers(longest=30), precision=st.integers(1, 60))
@settings(deadline=None, max_examples=100)
def test_the_same_terms_give_the_same_lines_whatever_the_caller_set(offer, precision):
    lines = schedule(*offer)
    total, explanation = schedule_total(lines), explain(lines[-1])

    with decimal.localcontext() as context:
        context.prec, context.rounding = precision, decimal.ROUND_DOWN
        assert schedule(*offer) == lines
        assert (schedule_total(lines), explain(lines[-1])) == (total, explanation)


@given(offer=offers(), data=st.data())
@settings(deadline=None, max_examples=150)
def test_an_early_end_splits_every_schedule_into_kept_credited_and_cancelled(offer, data):
    terms, values = offer
    whole = schedule(terms, values)
    last_day = data.draw(st.dates(terms.start_date, end_date(terms.start_date, terms.term_months)))

    ended = end_early(terms, values, last_day=last_day)

    assert ended.kept[-1].period_end == last_day
    credit = ended.credit.amount if ended.credit else D(0)
    assert credit >= 0
    if ended.credit:
        check_explanation(explain(ended.credit))
    assert schedule_total([*ended.kept, *ended.cancelled]) + credit == schedule_total(whole)
    assert all(line.period_start > last_day for line in ended.cancelled)


@given(offer=offers(longest=24, proration="ACTUAL_MONTH"), data=st.data())
@settings(deadline=None, max_examples=150)
def test_a_lease_in_two_documents_on_the_same_terms_costs_what_it_costs_in_one(offer, data):
    terms = offer[0]._replace(escalation=Escalation(), bid_amount=D("1234.57"), base_rent_psf=None)
    terms = terms._replace(billing_frequency="MONTHLY", free_months=(), start_date=terms.start_date.replace(day=1))
    cut = data.draw(st.dates(terms.start_date, end_date(terms.start_date, terms.term_months) - timedelta(days=1)))
    first = schedule(terms, until=cut)
    # The second document's own months are counted from another day: only the shared month is compared.
    second = schedule(terms._replace(start_date=cut + timedelta(days=1), deposit_months=D(0)), after=first[-1])

    month = [
        line for line in (*first, *second) if (line.period_start.year, line.period_start.month) == (cut.year, cut.month)
    ]
    rent = [line.amount for line in month if line.charge == "RENT"]
    if second[0].earlier is not None:
        assert sum(rent) == oracle.half_up(Fraction(terms.bid_amount), terms.exponent)
    else:
        assert rent == amounts(first)[-1:]


@given(offer=offers(longest=48), known=st.integers(0, 6), issued=st.integers(1, 48))
@settings(deadline=None, max_examples=100)
def test_issued_lines_with_their_catch_up_ask_what_the_corrected_schedule_asks(offer, known, issued):
    terms, values = offer
    asked = [line for line in schedule(terms, values[:known]) if line.charge == "RENT"][:issued]
    corrected = schedule(terms, values)

    line = catch_up(asked, corrected, due_date=terms.start_date)

    expected = sum(amounts(corrected)[: len(asked)], D(0))
    assert schedule_total([*asked, *([line] if line else [])]) == expected
    if line:
        check_explanation(explain(line))


@given(offer=offers())
@settings(deadline=None, max_examples=100)
def test_generated_terms_are_consistent(offer):
    terms, values = offer
    assert list(check_terms(terms, values)) == []


@given(start=starts, months=st.integers(0, 600), more=st.integers(0, 600))
def test_anniversaries_are_anchored_to_the_start_and_never_drift(start, months, more):
    day = add_months(start, months)

    assert day == start + relativedelta(months=months)
    assert add_months(start, months + more) >= add_months(day, more)


@given(monthly_rent=rents, start=starts, term_months=st.integers(400, 600))
@settings(deadline=None, max_examples=10)
def test_a_schedule_of_fifty_years_is_exact(monthly_rent, start, term_months):
    rise = Escalation("COMPOUND", percent=D("3.3333"), every_months=6)
    terms = lease(start, monthly_rent, term_months, escalation=rise)

    exact = oracle.lines(terms)

    assert [Fraction(line.amount) for line in schedule(terms)] == [oracle.half_up(one[2], 2) for one in exact]


def test_the_work_of_a_schedule_grows_linearly_with_its_lines():
    def work(months: int) -> int:
        terms = lease(
            date(2024, 1, 31),
            "4321.99",
            months,
            escalation=Escalation("COMPOUND", percent=D(3)),
            free_months=(1, 2),
            deposit_months=D(2),
        )
        _, lines = counted(lambda: schedule(terms))
        return lines

    ten_years = work(120)

    assert ten_years < 120 * 60
    assert work(240) < 2.1 * ten_years
