"""What terms would come to: the schedule, its economics and what they were calculated with; nothing of it is kept."""

from decimal import Decimal

import pytest

from functions.bids.place_bid import place_bid
from functions.bids.preview_bid import preview_bid
from shared.kit.catalog import Role

D = Decimal


def ask(world, call, space=None, by=None, **terms):
    body = {"space_id": space or world.space(), **terms}
    return call(preview_bid, as_=by or world.client(), body=body)


def test_a_preview_shows_the_schedule_and_every_term_used(world, call):
    reply = ask(
        world,
        call,
        bid_amount=1000,
        start_date="2027-12-31",
        term_months=4,
        deposit_months=2,
        free_rent={"months": [2]},
    )

    assert reply.status == 200
    deposit, *rent = reply.json["schedule"]
    assert deposit == {
        "installment_number": None,
        "charge": "DEPOSIT",
        "period_start": "2027-12-31",
        "period_end": None,
        "due_date": "2027-12-31",
        "amount": D("2000.00"),
        "abatement": 0,
    }
    # Lease month 2 begins on Jan 31: of that day and of all but the last day of February nothing is asked.
    assert [(line["installment_number"], line["amount"], line["abatement"]) for line in rent] == [
        (1, D("32.26"), 0),
        (2, D("967.74"), D("32.26")),
        (3, D("34.48"), D("965.52")),
        (4, 1000, 0),
        (5, D("966.67"), 0),
    ]
    assert (rent[0]["period_end"], rent[-1]["period_end"]) == ("2027-12-31", "2028-04-29")
    assert reply.json["schedule_total"] == sum(line["amount"] for line in rent)
    assert reply.json["parameters"]["discount"] == {
        "annual_percent": 8,
        "compounding": "NOMINAL_12",
        "timing": "ADVANCE",
        "period": "MONTH",
    }
    expected = {
        "proration": "ACTUAL_MONTH",
        "currency": "USD",
        "rentable_sqft": 1000,
        "commission_base": "NET_OF_FREE_RENT",
    }
    assert {name: reply.json["parameters"][name] for name in expected} == expected


def test_the_preview_reproduces_published_lease_calculations(world, call):
    """IREM's case by the rent a square foot [docs/spec/lease-maths.md]."""
    reply = ask(
        world,
        call,
        world.space(gross_sqft=10000, usable_sqft=9000),
        base_rent_psf=25,
        start_date="2027-01-01",
        term_months=60,
        escalation={"kind": "COMPOUND", "percent": 3},
        free_rent={"months": [1]},
        commission_percent=6,
        ti_allowance_psf=20,
        other_costs_psf=D("0.20"),
    )

    found = reply.json["economics"]
    assert (found["total_contract_rent"], found["leasing_costs"]) == (D("1327283.95"), D("280387.04"))
    assert (found["ner_simple"], found["payback_years"]) == (D("20.52"), D("1.07"))
    assert found["face_rent_psf"] == 25


def test_the_preview_reproduces_a_published_present_value(world, call):
    reply = ask(
        world,
        call,
        world.space(gross_sqft=5000, usable_sqft=4000),
        base_rent_psf=D("28.59"),
        start_date="2027-01-01",
        term_months=120,
        free_rent={"months": list(range(1, 13))},
        discount={"annual_percent": 10},
    )

    # 10,121.87 a month for 5,000 square feet.
    assert reply.json["economics"]["ner_dcf"] == round(D("10121.87") * 12 / 5000, 2)


def test_a_bid_has_the_same_economics_as_its_preview(world, call):
    space, client = world.space(), world.client()
    terms = {"bid_amount": 4500, "start_date": "2027-02-10", "term_months": 36}
    terms |= {"escalation": {"kind": "SIMPLE", "percent": D("2.5")}, "free_rent": {"months": [1, 36]}}

    preview = ask(world, call, space, client, **terms).json
    bid = call(place_bid, as_=client, body={"space_id": space, **terms}).json["id"]

    [version] = world.sql("SELECT economics FROM bid_versions WHERE bid_id = %(id)s", id=bid)
    assert version["economics"] == preview["economics"]
    assert preview["economics"]["schedule_total"] == preview["schedule_total"]


def test_a_preview_accepts_any_start_and_a_space_held_by_others(world, call):
    space = world.space(status="OCCUPIED")

    reply = ask(world, call, space, bid_amount=1000, start_date="2001-05-01")

    assert reply.status == 200
    assert reply.json["schedule"][0]["due_date"] == "2001-05-01"


def test_a_preview_stores_nothing(world, call):
    client = world.client()

    ask(world, call, by=client, bid_amount=1000)

    assert world.events(actor=client) == []
    assert world.sql("SELECT id FROM bids WHERE client_id = %(id)s", id=client.id) == []


def test_a_preview_of_a_sale_has_a_price_and_no_economics(world, call):
    reply = ask(world, call, contract_type="SALE", bid_amount=900000, start_date="2027-01-01")

    assert reply.json["economics"] is None
    [line] = reply.json["schedule"]
    assert (line["amount"], line["period_end"], reply.json["schedule_total"]) == (900000, None, 900000)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({}, "bid_amount"),
        ({"bid_amount": 1, "base_rent_psf": 1}, "base_rent_psf"),
        ({"base_rent_psf": -1}, "base_rent_psf"),
        ({"bid_amount": 1, "term_months": 601}, "term_months"),
    ],
)
def test_a_preview_refuses_inconsistent_terms_like_a_bid(world, call, terms, field):
    reply = ask(world, call, **terms)

    assert (reply.status, reply.code, reply.fields) == (422, "INCONSISTENT_TERMS", [field])


def test_a_preview_on_a_hidden_space_is_not_found(world, call):
    owner = world.owner()
    hidden = world.space(owner, is_leasable=False)

    assert ask(world, call, hidden, bid_amount=1).status == 404
    assert ask(world, call, hidden, by=owner, bid_amount=1).status == 200


@pytest.mark.parametrize("role", [Role.OWNER, Role.AGENT, Role.CLIENT, Role.BROKER])
def test_everyone_who_negotiates_may_preview_terms(world, call, role):
    assert ask(world, call, by=world.user(role), bid_amount=1).status == 200
