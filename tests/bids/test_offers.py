"""All terms of an offer: each version keeps its own, with what they are worth; both sides compare the same figures."""

from decimal import Decimal

import pytest

from functions.bids.place_bid import place_bid
from shared.kit.ids import new_id
from tests.bids.negotiation import Negotiation

OFFERED = {
    "start_date": "2027-02-01",
    "term_months": 60,
    "billing_frequency": "QUARTERLY",
    "escalation": {"kind": "COMPOUND", "percent": 3},
    "free_rent": {"months": [1, 2]},
    "deposit_months": Decimal("1.5"),
    "ti_allowance_psf": 20,
    "other_costs_psf": Decimal("0.2"),
    "commission_percent": 6,
    "commission_base": "GROSS_RENT",
    "proration": "THIRTY_360",
    "late_policy": {
        "grace_days": 5,
        "fee_percent": 5,
        "min_fee": 100,
        "annual_interest_percent": 18,
        "fee_due_days": 21,
    },
    "tax_percent": Decimal("8.875"),
    "discount": {"annual_percent": 10, "compounding": "EFFECTIVE", "timing": "ARREARS", "period": "YEAR"},
}
DEFAULTS = {
    "contract_type": "LEASE",
    "billing_frequency": "MONTHLY",
    "escalation": None,
    "free_rent": None,
    "deposit_months": 0,
    "ti_allowance_psf": 0,
    "other_costs_psf": 0,
    "commission_percent": 0,
    "commission_base": "NET_OF_FREE_RENT",
    "proration": "ACTUAL_MONTH",
    "late_policy": None,
    "tax_percent": 0,
    "tax_codes": None,
    "discount": {"annual_percent": 8, "compounding": "NOMINAL_12", "timing": "ADVANCE", "period": "MONTH"},
}


@pytest.fixture
def deal(world, call):
    return Negotiation(world, call, offer=OFFERED)


def told(thing, names):
    return {name: thing[name] for name in names}


def without_nulls(value):
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return value


def test_an_offer_stores_every_term_and_returns_it_unchanged(deal):
    bid = deal.seen()
    [version] = bid["versions"]

    full = OFFERED | {"escalation": OFFERED["escalation"] | {"every_months": 12}}
    assert told(bid, OFFERED) == told(version, OFFERED) == full
    assert bid["rentable_sqft"] == 1000


def test_an_offer_without_terms_stores_the_defaults(world, call):
    deal = Negotiation(world, call)

    assert told(deal.seen(), DEFAULTS) == DEFAULTS
    assert deal.row()["terms"] == {name: one for name, one in DEFAULTS.items() if name != "contract_type"} | {
        "rentable_sqft": 1000
    }


def test_a_null_term_in_a_first_offer_means_the_default(world, call):
    deal = Negotiation(world, call, offer=dict.fromkeys(OFFERED))

    assert told(deal.seen(), DEFAULTS) == DEFAULTS
    assert deal.seen()["term_months"] == 12


def test_an_answer_keeps_omitted_terms_and_null_resets_them(deal):
    deal.counter(4800, free_rent={"months": [1]}, discount=None, deposit_months=None)
    owner = deal.seen()
    deal.revise(4700, escalation=None, term_months=None, late_policy={"grace_days": 10})
    client = deal.seen()

    kept = set(OFFERED) - {"free_rent", "discount", "deposit_months", "escalation"}
    assert told(owner, kept) == told(OFFERED, kept)
    assert told(owner, ["free_rent", "deposit_months"]) == {"free_rent": {"months": [1]}, "deposit_months": 0}
    assert owner["discount"] == DEFAULTS["discount"]
    assert owner["escalation"]["percent"] == 3
    assert told(client, ["escalation", "term_months", "free_rent"]) == {
        "escalation": None,
        "term_months": 12,
        "free_rent": {"months": [1]},
    }
    assert client["late_policy"] == {
        "grace_days": 10,
        "fee_percent": 0,
        "min_fee": 0,
        "annual_interest_percent": 0,
        "fee_due_days": 14,
    }


def test_each_version_of_a_bid_is_listed_with_its_own_economics(world, call):
    """IREM's case [docs/spec/lease-maths.md]: 10,000 sqft at 25.00 +3 %, 5 years, one month free, 6 %, 20.20 a foot."""
    irem = {"escalation": {"kind": "COMPOUND", "percent": 3}, "term_months": 60, "free_rent": {"months": [1]}}
    irem |= {"commission_percent": 6, "ti_allowance_psf": 20, "other_costs_psf": Decimal("0.20")}
    offer = irem | {"bid_amount": Decimal("20833.33")}
    deal = Negotiation(world, call, offer=offer, gross_sqft=10000)
    deal.counter(25000, ti_allowance_psf=10)
    deal.revise(Decimal("22000"), free_rent=None)

    first, second, third = (version["economics"] for version in deal.seen(by=deal.client)["versions"])

    assert first == {
        "face_rent_psf": Decimal("25.00"),
        "total_contract_rent": Decimal("1327283.74"),
        "schedule_total": Decimal("1306450.43"),
        "free_rent_value": Decimal("20833.33"),
        "leasing_costs": Decimal("280387.02"),
        "ner_simple": Decimal("20.52"),
        "ner_dcf": first["ner_dcf"],
        "payback_years": Decimal("1.07"),
    }
    assert second["face_rent_psf"] == 30
    assert second["leasing_costs"] < first["leasing_costs"]
    assert third["free_rent_value"] == 0
    assert deal.seen() == deal.seen(by=deal.client)


def test_the_economics_of_a_version_are_never_recalculated(world, deal):
    before = deal.seen()["versions"]
    world.sql("UPDATE spaces SET gross_sqft = 2000 WHERE id = %(id)s", id=deal.space)
    deal.counter(4800)

    first, second = deal.seen()["versions"]

    assert [first] == before
    assert (first["rentable_sqft"], second["rentable_sqft"]) == (1000, 2000)


def test_a_sale_has_one_price_and_no_term(world, call):
    deal = Negotiation(world, call, offer={"contract_type": "SALE", "bid_amount": 900000})

    seen = deal.seen()

    assert told(seen, ["contract_type", "term_months"]) == {"contract_type": "SALE", "term_months": None}
    assert seen["versions"][0]["economics"] is None
    assert deal.counter(950000).json["contract_type"] == "SALE"
    assert deal.counter(950000, contract_type=None).json["term_months"] == 12


SENSELESS = {
    "escalation.percent": {"escalation": {"kind": "COMPOUND", "percent": Decimal("-100.01")}},
    "escalation.table.0.from_month": {
        "escalation": {"kind": "STEP", "table": [{"from_month": 2, "rent": 4500}, {"from_month": 3, "rent": 4600}]}
    },
    "escalation.table.1.from_month": {
        "escalation": {"kind": "STEP", "table": [{"from_month": 1, "rent": 4500}, {"from_month": 1, "rent": 4600}]}
    },
    "escalation.table.0.rent": {"escalation": {"kind": "STEP", "table": [{"from_month": 1, "rent": 4000}]}},
    "escalation.table": {"escalation": {"kind": "STEP", "table": []}},
    "escalation.index": {"escalation": {"kind": "INDEX"}},
    "escalation.index.name": {"escalation": {"kind": "INDEX", "index": {"name": "NOWHERE", "base_value": 100}}},
    "escalation.amount_psf": {"escalation": {"kind": "NONE", "amount_psf": 1}},
    "free_rent.months.1": {"free_rent": {"months": [1, 13]}},
    "free_rent.months.0": {"free_rent": {"months": [0]}},
    "term_months": {"term_months": 601},
    "tax_percent": {"tax_percent": Decimal("100.01")},
    "deposit_months": {"deposit_months": 601},
    "commission_percent": {"commission_percent": -1},
    "discount.annual_percent": {"discount": {"annual_percent": -1}},
    "late_policy.fee_percent": {"late_policy": {"fee_percent": 101}},
    "ti_allowance_psf": {"ti_allowance_psf": -1},
}


@pytest.mark.parametrize("field", SENSELESS)
def test_inconsistent_terms_are_refused_with_field_and_rule(world, call, field):
    body = {"space_id": world.space(), "bid_amount": 4500, "start_date": "2027-02-01"} | SENSELESS[field]

    reply = call(place_bid, as_=world.client(), body=body)

    assert (reply.status, reply.code) == (422, "INCONSISTENT_TERMS")
    assert field in reply.fields


def test_inconsistent_terms_of_a_counter_offer_name_its_own_amount_field(deal):
    reply = deal.counter(9_999_999_999, term_months=600, escalation=None)
    assert (reply.status, reply.fields) == (422, ["counter_offer_amount"])
    assert deal.counter(4800, term_months=12, free_rent={"months": [13]}).fields == ["free_rent.months.0"]
    # What stands is looked at with what is new: the free months stay where the term ends.
    assert deal.counter(4800, term_months=1).fields == ["free_rent.months.1"]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"escalation": {"kind": "COMPOUND", "percent": "3"}}, "escalation.percent"),
        ({"escalation": {"kind": "COMPOUND", "percent": Decimal("3.00001")}}, "escalation.percent"),
        ({"escalation": {"kind": "WEEKLY"}}, "escalation.kind"),
        ({"escalation": {"kind": "NONE", "step": 1}}, "escalation.step"),
        ({"escalation": {"kind": "STEP", "table": [{"from_month": 1, "rent": 0}]}}, "escalation.table.0.rent"),
        ({"free_rent": {"months": [Decimal("1.5")]}}, "free_rent.months.0"),
        ({"free_rent": [1]}, "free_rent"),
        ({"deposit_months": True}, "deposit_months"),
        ({"deposit_months": -1}, "deposit_months"),
        ({"deposit_months": Decimal("10000000000")}, "deposit_months"),
        ({"billing_frequency": "WEEKLY"}, "billing_frequency"),
        ({"discount": {"period": "DAY"}}, "discount.period"),
        ({"late_policy": {"grace_days": -1}}, "late_policy.grace_days"),
        ({"rentable_sqft": 1}, "rentable_sqft"),
        ({"economics": {}}, "economics"),
    ],
)
def test_malformed_terms_are_refused_with_400(world, call, terms, field):
    body = {"space_id": world.space(), "bid_amount": 4500} | terms

    reply = call(place_bid, as_=world.client(), body=body)

    assert (reply.status, reply.fields) == (400, [field])


def test_decimals_are_refused_in_every_amount_of_a_currency_without_cents(world, call):
    body = {"space_id": world.space(currency="JPY"), "bid_amount": 4500, "late_policy": {"min_fee": Decimal("0.5")}}

    reply = call(place_bid, as_=world.client(), body=body)

    assert (reply.status, reply.fields) == (400, ["late_policy.min_fee"])


def publish(world, owner, name, day, value):
    world.sql(
        """INSERT INTO index_values (id, organization_id, name, day, version, value)
           VALUES (%(id)s, %(organization)s, %(name)s, %(day)s, 1, %(value)s)""",
        id=new_id(),
        organization=owner.organization_id,
        name=name,
        day=day,
        value=value,
    )


def test_a_rent_may_follow_only_an_index_of_the_owner(world, call):
    owner, other = world.owner(), world.owner()
    publish(world, owner, "CPI-U", "2026-01-01", 100)
    publish(world, other, "HICP", "2026-01-01", 100)
    clause = {"kind": "INDEX", "index": {"name": "CPI-U", "base_value": 100, "max": 5}}

    deal = Negotiation(world, call, owner=owner, offer={"escalation": clause, "term_months": 24})

    assert without_nulls(deal.seen()["escalation"])["index"]["name"] == "CPI-U"
    # A counter that leaves the escalation out keeps the index, one that names another asks for its values.
    assert deal.counter(4800).json["escalation"]["index"]["name"] == "CPI-U"
    unknown = clause | {"index": clause["index"] | {"name": "HICP"}}
    assert deal.counter(4800, escalation=unknown).fields == ["escalation.index.name"]
    offer = {"space_id": world.space(owner), "bid_amount": 1, "escalation": unknown}
    assert call(place_bid, as_=world.client(), body=offer).fields == ["escalation.index.name"]


def test_a_rent_for_a_past_year_follows_the_published_index_values(world, call):
    owner = world.owner()
    publish(world, owner, "CPI-U", "2027-06-01", 110)
    clause = {"kind": "INDEX", "index": {"name": "CPI-U", "base_value": 100}}

    deal = Negotiation(world, call, owner=owner, offer={"escalation": clause, "term_months": 24})

    assert deal.seen()["versions"][0]["economics"]["schedule_total"] == 12 * 4500 + 12 * 4950
