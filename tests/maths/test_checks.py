"""Terms without sense are named by field and rule."""

from datetime import date
from decimal import Decimal

import pytest

from shared.maths.checks import Wrong, check_terms
from shared.maths.schedule import schedule
from shared.maths.terms import Discount, Escalation, IndexClause, IndexValue, LatePolicy, RentStep, Terms

D = Decimal

LEASE = Terms(start_date=date(2025, 1, 1), bid_amount=D(1000), term_months=12, area=D(500))
SALE = Terms(start_date=date(2025, 1, 1), bid_amount=D(1000), contract_type="SALE")
VALUES = (IndexValue(date(2026, 1, 1), D(110)),)


def table(*steps):
    return Escalation("STEP", table=tuple(RentStep(month, D(rent)) for month, rent in steps))


def index(**clause):
    return Escalation("INDEX", index_clause=IndexClause(**({"name": "CPI", "base_value": D(100)} | clause)))


def late(**policy):
    return LatePolicy(
        **({"grace_days": 5, "fee_percent": D(5), "min_fee": D(0), "annual_interest_percent": D(9)} | policy)
    )


BY_THEMSELVES = [
    ({"bid_amount": None}, "bid_amount", "is required"),
    ({"bid_amount": D(0)}, "bid_amount", "must be greater than 0"),
    ({"bid_amount": D(10) ** 10}, "bid_amount", "is larger than a contract allows"),
    ({"base_rent_psf": D(25)}, "base_rent_psf", "replaces bid_amount: give only one of the two"),
    ({"bid_amount": None, "base_rent_psf": D(0)}, "base_rent_psf", "must be greater than 0"),
    (
        {"bid_amount": None, "base_rent_psf": D(25), "area": None},
        "base_rent_psf",
        "is per square foot, but the space's rentable area is unknown",
    ),
    ({"term_months": None}, "term_months", "must be between 1 and 600"),
    ({"term_months": 0}, "term_months", "must be between 1 and 600"),
    ({"term_months": 601}, "term_months", "must be between 1 and 600"),
    (
        {"start_date": date(9999, 2, 1)},
        "start_date",
        "is too late: the term would end after the year 9999",
    ),
    ({"free_months": (1, 13)}, "free_rent.months.1", "must be within the term, between 1 and 12"),
    ({"free_months": (0,)}, "free_rent.months.0", "must be within the term, between 1 and 12"),
    ({"free_months": (3, 1, 3)}, "free_rent.months.2", "repeats month 3"),
    ({"escalation": Escalation("COMPOUND")}, "escalation.percent", "is required for COMPOUND"),
    (
        {"escalation": Escalation("COMPOUND", percent=D("-100.01"))},
        "escalation.percent",
        "must be between -100 and 1000 percent",
    ),
    (
        {"escalation": Escalation("SIMPLE", percent=D(1001))},
        "escalation.percent",
        "must be between -100 and 1000 percent",
    ),
    (
        {"escalation": Escalation("NONE", percent=D(3))},
        "escalation.percent",
        "applies to COMPOUND or SIMPLE, not to NONE",
    ),
    (
        {"escalation": Escalation("COMPOUND", percent=D(3), every_months=0)},
        "escalation.every_months",
        "must be between 1 and 600",
    ),
    ({"escalation": Escalation("AMOUNT")}, "escalation.amount_psf", "is required for AMOUNT"),
    (
        {"escalation": Escalation("AMOUNT", amount_psf=D(1)), "area": None},
        "escalation.amount_psf",
        "is per square foot, but the space's rentable area is unknown",
    ),
    ({"escalation": Escalation("STEP")}, "escalation.table", "is required for STEP"),
    (
        {"escalation": table((2, 1000))},
        "escalation.table.0.from_month",
        "must be 1: the table starts with the first month",
    ),
    (
        {"escalation": table((1, 1000), (7, 1100), (7, 1200))},
        "escalation.table.2.from_month",
        "must be greater than 7: months must be in ascending order",
    ),
    (
        {"escalation": table((1, 1000), (7, 1100), (4, 1200))},
        "escalation.table.2.from_month",
        "must be greater than 7: months must be in ascending order",
    ),
    (
        {"escalation": table((1, 1000), (13, 1100))},
        "escalation.table.1.from_month",
        "must be within the term, between 1 and 12",
    ),
    (
        {"escalation": table((1, 1000), (3, 0))},
        "escalation.table.1.rent",
        "must be greater than 0 and no larger than a contract allows",
    ),
    ({"escalation": Escalation("INDEX")}, "escalation.index", "is required for INDEX"),
    ({"escalation": index(base_value=D(0))}, "escalation.index.base_value", "must be greater than 0"),
    ({"escalation": index(factor=D(0))}, "escalation.index.factor", "must be greater than 0 and at most 1000"),
    ({"escalation": index(min=D(-101))}, "escalation.index.min", "must be between -100 and 1000 percent"),
    ({"escalation": index(max=D(-101))}, "escalation.index.max", "must be between -100 and 1000 percent"),
    ({"escalation": index(min=D(3), max=D(2))}, "escalation.index.max", "must not be less than min"),
    ({"escalation": index(max_rent=D(999))}, "escalation.index.max_rent", "must not be less than the base rent"),
    ({"deposit_months": D(-1)}, "deposit_months", "must be between 0 and 600"),
    ({"ti_allowance_psf": D(-1)}, "ti_allowance_psf", "must not be negative"),
    (
        {"other_costs_psf": D(1), "area": None},
        "other_costs_psf",
        "is per square foot, but the space's rentable area is unknown",
    ),
    ({"commission_percent": D(101)}, "commission_percent", "must be between 0 and 100 percent"),
    ({"tax_percent": D(-1)}, "tax_percent", "must be between 0 and 100 percent"),
    ({"discount": Discount(D(-1))}, "discount.annual_percent", "must be between 0 and 1000 percent"),
    ({"late_policy": late(grace_days=-1)}, "late_policy.grace_days", "must not be negative"),
    ({"late_policy": late(fee_percent=D(101))}, "late_policy.fee_percent", "must be between 0 and 100 percent"),
    ({"late_policy": late(min_fee=D(-1))}, "late_policy.min_fee", "must not be negative"),
    (
        {"late_policy": late(annual_interest_percent=D(-1))},
        "late_policy.annual_interest_percent",
        "must be between 0 and 1000 percent",
    ),
]


@pytest.mark.parametrize(
    ("change", "field", "rule"), BY_THEMSELVES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_inconsistent_terms_name_field_and_rule_and_have_no_schedule(change, field, rule):
    terms = LEASE._replace(**change)

    assert list(check_terms(terms, VALUES)) == [Wrong(field, rule)]
    with pytest.raises(ValueError, match=field.replace(".", r"\.")):
        schedule(terms)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"term_months": 12}, "term_months"),
        ({"escalation": Escalation("COMPOUND", percent=D(3))}, "escalation.kind"),
        ({"free_months": (1,)}, "free_rent.months"),
        ({"deposit_months": D(1)}, "deposit_months"),
        ({"bid_amount": None, "base_rent_psf": D(1), "area": D(1)}, "base_rent_psf"),
    ],
)
def test_a_sale_is_one_payment_and_has_no_terms_of_a_lease(change, field):
    assert [wrong.field for wrong in check_terms(SALE._replace(**change))] == [field]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        (
            {"escalation": Escalation("SIMPLE", percent=D(-60)), "term_months": 36},
            "escalation",
            "makes the rent of lease month 25 negative",
        ),
        (
            {"escalation": Escalation("AMOUNT", amount_psf=D(-25), every_months=1)},
            "escalation",
            "makes the rent of lease month 2 negative",
        ),
        (
            {"escalation": Escalation("COMPOUND", percent=D(1000), every_months=1)},
            "escalation",
            "makes the rent of lease month 8 larger than a contract allows",
        ),
        ({"bid_amount": D(800_000_000)}, "bid_amount", "is too large for 12 months"),
        ({"bid_amount": D(750_000_000), "proration": "THIRTY_360"}, "bid_amount", "is too large for 12 months"),
        (
            {"bid_amount": None, "base_rent_psf": D(10) ** 9},
            "base_rent_psf",
            "makes the rent of lease month 1 larger than a contract allows",
        ),
        (
            {"bid_amount": D(10) ** 8, "deposit_months": D(100)},
            "deposit_months",
            "makes the deposit larger than a contract allows",
        ),
    ],
)
def test_rents_too_large_for_a_contract_are_refused(change, field, rule):
    assert list(check_terms(LEASE._replace(**change))) == [Wrong(field, rule)]


def test_an_index_without_values_is_refused():
    terms = LEASE._replace(escalation=index())
    assert [wrong.field for wrong in check_terms(terms)] == ["escalation.index.name"]
    assert [wrong.field for wrong in check_terms(terms, [IndexValue(date(2026, 1, 1), D(0))])] == [
        "escalation.index.name"
    ]
    assert list(check_terms(terms, VALUES)) == []


def test_all_inconsistencies_are_reported_at_once():
    terms = LEASE._replace(term_months=601, deposit_months=D(-1), tax_percent=D(101))
    assert [wrong.field for wrong in check_terms(terms)] == ["term_months", "deposit_months", "tax_percent"]


@pytest.mark.parametrize(
    "terms",
    [
        LEASE,
        LEASE._replace(bid_amount=D(750_000_000)),
        LEASE._replace(escalation=Escalation("STEP", table=(RentStep(1, D(1000)), RentStep(12, D(4_000_000_000))))),
        SALE,
        LEASE._replace(escalation=Escalation("COMPOUND", percent=D(-100)), term_months=600),
    ],
)
def test_consistent_terms_pass_the_checks(terms):
    assert list(check_terms(terms)) == []
