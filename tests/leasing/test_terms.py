"""A bid's terms become the contract's, its schedule's and its document's; nothing that happens later reaches them."""

import io
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from functions.bids.accept_counter import accept_counter
from functions.bids.approve_bid import approve_bid
from functions.bids.counter_bid import counter_bid
from functions.bids.place_bid import place_bid
from functions.bids.preview_bid import preview_bid
from functions.contracts.download_contract import download_contract
from functions.contracts.get_contract import get_contract
from functions.contracts.get_schedule import get_schedule
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from shared.maths.terms import Discount, Escalation, LatePolicy, Terms
from shared.terms.deal import terms_of
from tests.leasing.deal import Deal

D = Decimal

OFFERED = {
    "billing_frequency": "QUARTERLY",
    "escalation": {"kind": "COMPOUND", "percent": 3},
    "free_rent": {"months": [1, 2]},
    "deposit_months": D("1.5"),
    "ti_allowance_psf": 20,
    "other_costs_psf": D("0.2"),
    "commission_percent": 6,
    "proration": "ACTUAL_365",
    "late_policy": {
        "grace_days": 5,
        "fee_percent": 5,
        "min_fee": 100,
        "annual_interest_percent": 18,
        "fee_due_days": 14,
    },
    "tax_percent": D("8.875"),
    "discount": {"annual_percent": 10},
}


@pytest.fixture
def deal(world, call):
    return Deal(world, call, start=date(2027, 2, 15), months=36, **OFFERED)


def read(call, deal):
    return call(get_contract, as_=deal.client, path={"contract_id": deal.contract}).json


def document(call, deal):
    pdf = call(download_contract, as_=deal.client, path={"contract_id": deal.contract}).body
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_an_approval_copies_the_bids_terms_into_the_contract(world, call, deal):
    frozen = Terms(
        start_date=date(2027, 2, 15),
        bid_amount=D(5000),
        contract_type="LEASE",
        term_months=36,
        billing_frequency="QUARTERLY",
        proration="ACTUAL_365",
        escalation=Escalation("COMPOUND", percent=D(3)),
        free_months=(1, 2),
        deposit_months=D("1.5"),
        ti_allowance_psf=D(20),
        other_costs_psf=D("0.2"),
        commission_percent=D(6),
        tax_percent=D("8.875"),
        late_policy=LatePolicy(5, D(5), D(100), D(18)),
        discount=Discount(D(10)),
        area=D(1000),
    )
    assert terms_of(deal.row()) == frozen

    world.sql("UPDATE spaces SET gross_sqft = 4000 WHERE id = %(id)s", id=deal.space)
    world.sql("UPDATE bids SET terms = '{}', bid_amount = 1 WHERE id = %(id)s", id=deal.bid)
    world.sql("UPDATE buildings SET name = 'Elsewhere' WHERE owner_id = %(id)s", id=deal.owner.id)

    assert terms_of(deal.row()) == frozen
    assert deal.row()["premises"]["gross_sqft"] == 1000


def test_a_space_remeasured_after_the_offer_is_leased_with_the_offered_area(world, call):
    owner = world.owner()
    space = world.space(owner)
    body = {"space_id": space, "bid_amount": 5000, "start_date": "2027-02-01"}
    bid = call(place_bid, as_=world.client(), body=body).json["id"]
    world.sql("UPDATE spaces SET gross_sqft = 4000, usable_sqft = 3000 WHERE id = %(id)s", id=space)

    contract = call(approve_bid, as_=owner, path={"bid_id": bid}).json["contract_id"]

    [row] = world.sql("SELECT * FROM contracts WHERE id = %(id)s", id=contract)
    assert (row["premises"]["gross_sqft"], row["premises"]["usable_sqft"], terms_of(row).area) == (1000, 1000, 1000)


def test_both_sides_read_the_terms_of_their_contract(call, deal):
    contract = read(call, deal)

    shown = OFFERED | {"escalation": {"kind": "COMPOUND", "percent": 3, "every_months": 12}}
    shown["discount"] = {"annual_percent": 10, "compounding": "NOMINAL_12", "timing": "ADVANCE", "period": "MONTH"}
    assert {name: contract[name] for name in shown} == shown
    assert (contract["start_date"], contract["end_date"], contract["term_months"]) == ("2027-02-15", "2030-02-14", 36)
    assert contract["rentable_sqft"] == 1000


def test_the_booked_schedule_is_the_previewed_one(world, call, deal):
    deal.signed().run(schedule_payments, activate_contract)
    body = {"space_id": deal.space, "bid_amount": 5000, "start_date": "2027-02-15", "term_months": 36} | OFFERED
    preview = call(preview_bid, as_=deal.owner, body=body).json

    booked = call(get_schedule, as_=deal.client, path={"contract_id": deal.contract}).json

    names = tuple(preview["schedule"][0])
    lines = sorted(preview["schedule"], key=lambda line: (line["due_date"], line["charge"]))
    assert [{name: line[name] for name in names} for line in booked["data"]] == lines
    assert booked["meta"]["schedule_total"] == preview["schedule_total"] == read(call, deal)["schedule_total"]
    deposit, first, second, *_ = booked["data"]
    assert (deposit["charge"], deposit["amount"], deposit["tax_amount"]) == ("DEPOSIT", 7500, 0)
    # A part month, all of it free; then a quarter whose first month and a half are.
    assert (first["amount"], first["abatement"]) == (0, D("2301.37"))
    assert second["abatement"] > 0
    assert second["tax_amount"] == round(second["amount"] * D("8.875") / 100, 2)


def test_an_accepted_counter_offers_terms_are_the_contracts_terms(world, call):
    owner, client = world.owner(), world.client()
    space = world.space(owner)
    body = {"space_id": space, "bid_amount": 5000, "start_date": "2027-02-01", "free_rent": {"months": [1]}}
    bid = call(place_bid, as_=client, body=body).json["id"]
    countered = {"counter_offer_amount": 5500, "term_months": 24, "free_rent": None, "deposit_months": 2}
    call(counter_bid, as_=owner, path={"bid_id": bid}, body=countered)
    contract = call(accept_counter, as_=client, path={"bid_id": bid}, body={}).json["contract_id"]

    found = call(get_contract, as_=client, path={"contract_id": contract}).json

    assert (found["base_rent"], found["term_months"], found["free_rent"], found["deposit_months"]) == (
        5500,
        24,
        None,
        2,
    )
    assert found["schedule_total"] == 24 * 5500


def test_the_lease_document_states_what_is_charged(call, deal):
    lease = document(call, deal)

    for fact in (
        "Changes of rent +3 % of the rent before, every 12 months",
        "Free rent Months 1 to 2",
        "quarterly in advance",
        "USD 7,500.00",
        "After 5 days: 5 % of the overdue amount, at least USD 100.00; interest 18 % a year",
        "13 to 24 15 February 2028 14 February 2029 5,150.00 61,800.00",
        "1 15 February 2027 28 February 2027 15 February 2027 2,301.37 0.00",
        f"USD {read(call, deal)['schedule_total']:,.2f} in all.",
    ):
        assert fact in lease


def test_a_rental_is_scheduled_like_a_lease_and_titled_rental_agreement(world, call):
    deal = Deal(world, call, contract_type="RENTAL")
    deal.signed().run(schedule_payments, activate_contract)

    assert (read(call, deal)["contract_type"], deal.count("payments")) == ("RENTAL", 12)
    assert "Commercial Rental Agreement" in document(call, deal)


def test_a_sale_is_one_payment_and_occupies_the_space_permanently(world, call):
    [today] = world.sql("SELECT app.today('UTC') AS today")
    deal = Deal(world, call, today["today"], None, contract_type="SALE", bid_amount=900000, tax_percent=5)
    text = document(call, deal)
    deal.signed().run(schedule_payments, activate_contract)

    contract = read(call, deal)
    assert (contract["end_date"], contract["term_months"], contract["status"]) == (None, None, "ACTIVE")
    [payment] = world.sql("SELECT * FROM payments WHERE contract_id = %(id)s", id=deal.contract)
    assert (payment["amount"], payment["tax_amount"], payment["period_end"]) == (900000, 45000, None)
    assert (payment["due_date"], payment["installment_number"], payment["total_installments"]) == (today["today"], 1, 1)
    assert contract["schedule_total"] == 900000
    assert deal.space_status() == "OCCUPIED"
    for fact in (
        "Agreement of Sale of Commercial Premises",
        "Price USD 900,000.00",
        "Tax of 5 % is added to the price",
    ):
        assert fact in text

    # Whatever becomes of the space's state, no lease follows a sale.
    world.sql(
        "UPDATE spaces SET availability_status = 'AVAILABLE', held_by_contract_id = NULL WHERE id = %(id)s",
        id=deal.space,
    )
    late = {"space_id": deal.space, "bid_amount": 1, "start_date": "2199-01-01"}
    bid = call(place_bid, as_=world.client(), body=late).json["id"]
    assert call(approve_bid, as_=deal.owner, path={"bid_id": bid}).code == "SPACE_NOT_AVAILABLE"


def test_a_schedule_in_a_currency_without_cents_has_whole_amounts(world, call):
    owner, client = world.owner(), world.client()
    space = world.space(owner, currency="JPY")
    body = {"space_id": space, "bid_amount": 100001, "start_date": "2027-01-20", "tax_percent": 10}
    body |= {"escalation": {"kind": "SIMPLE", "percent": D("3.33"), "every_months": 1}}
    bid = call(place_bid, as_=client, body=body).json["id"]
    contract = call(approve_bid, as_=owner, path={"bid_id": bid}).json["contract_id"]

    schedule_payments({"contract_id": contract, "correlation_id": "saga-1"}, None)

    rows = world.sql("SELECT amount, tax_amount FROM payments WHERE contract_id = %(id)s", id=contract)
    assert len(rows) == 13
    assert all(row["amount"] % 1 == row["tax_amount"] % 1 == 0 for row in rows)
