"""Leases that name tax codes: each day has its rate, before an invoice and after it."""

from datetime import date
from decimal import Decimal

import pytest

from functions.bids.place_bid import place_bid
from functions.journal.show_journal import show_journal
from functions.payments.download_credit_note import download_credit_note
from functions.payments.download_invoice import download_invoice
from functions.payments.follow_indexes import follow_indexes
from functions.payments.issue_invoices import issue_invoices
from functions.payments.reverse_write_off import reverse_write_off
from functions.payments.send_invoice import send_invoice
from functions.payments.write_off_payment import write_off_payment
from functions.taxes.change_tax_code import change_tax_code
from functions.taxes.follow_tax_codes import follow_tax_codes
from functions.taxes.list_tax_codes import list_tax_codes
from functions.taxes.show_tax import show_tax
from shared.kit.catalog import Role
from tests.journal.books import balances, journal
from tests.payments.lease import credit, invoices, text_of
from tests.payments.test_follow_indexes import INDEX, publish, value
from tests.scenarios.test_lease_holds_over import hold_over

RATES = [
    {"from": "2020-01-01", "percent": Decimal("5.5")},
    {"from": "2027-12-01", "percent": Decimal("4.5")},
    {"from": "2028-06-01", "percent": 2},
]


def code(world, call, user, name="FL", rates=RATES, category="STANDARD", **more):
    body = {"category": category, "rates": rates} | more
    return call(change_tax_code, as_=user, path={"code": name}, body=body)


@pytest.fixture
def owner(calendar, call):
    owner = calendar.world.owner()
    assert code(calendar.world, call, owner).status == 200
    return owner


def lease_of(calendar, owner, **terms):
    """10,000 a month for a year from November 2027, drawn up in October."""
    calendar.set("2027-10-05T08:00:00Z")
    return calendar.lease(
        **{"start": date(2027, 11, 1), "months": 12, "owner": owner, "bid_amount": 10000}
        | {"tax_codes": {"RENT": "FL"}}
        | terms
    )


def taxes(lease):
    return [one["tax_amount"] for one in lease.payments() if one["charge"] == "RENT"]


def report(lease, **query):
    found = lease.call(show_tax, as_=lease.owner, query=query)
    assert found.status == 200
    return {(row["code"], row["percent"]): (row["net"], row["tax"]) for row in found.json["data"]}


def follow(calendar, day):
    calendar.set(f"{day}T08:00:00Z")
    calendar.run(follow_tax_codes)


def test_each_month_is_taxed_at_its_own_rate_whenever_it_is_paid(calendar, owner):
    lease = lease_of(calendar, owner)

    assert taxes(lease)[:2] + taxes(lease)[6:8] == [550, 450, 450, 200]
    assert lease.payments()[0]["taxes"] == [
        {"code": "FL", "category": "STANDARD", "percent": Decimal("5.5"), "net": 10000, "tax": 550, "reason": None}
    ]
    # December's rent, paid in November.
    calendar.set("2027-11-10T08:00:00Z")
    paid = lease.pay(lease.payments()[1], paid_date="2027-11-10")
    assert (paid.json["applied"], paid.json["status"]) == (10450, "PAID")
    invoice = invoices(lease)[0]
    assert (invoice["tax_percent"], invoice["tax_amount"], invoice["total_amount"]) == (Decimal("4.5"), 450, 10450)


def test_a_period_over_a_change_has_a_part_for_each_rate(calendar, owner):
    lease = lease_of(calendar, owner, billing_frequency="QUARTERLY")
    calendar.set("2027-11-01T08:00:00Z")
    calendar.run(issue_invoices)

    [invoice] = invoices(lease)
    assert invoice["tax_percent"] is None
    # 30 of 92 days, and 62.
    assert [(part["percent"], part["net"], part["tax"]) for part in invoice["taxes"]] == [
        (Decimal("5.5"), Decimal("9782.61"), Decimal("538.04")),
        (Decimal("4.5"), Decimal("20217.39"), Decimal("909.78")),
    ]
    assert (invoice["net_amount"], invoice["tax_amount"]) == (30000, Decimal("1447.82"))
    path = {"payment_id": invoice["payment_id"]}
    pdf = text_of(lease.call(download_invoice, as_=lease.client, path=path))
    assert "FL 5.5 % of " in pdf
    assert "FL 4.5 % of " in pdf

    # A part of it is credited at both rates.
    credit(lease, invoice, amount=1000)
    note = invoices(lease, kind="CREDIT_NOTE")[0]
    assert [part["percent"] for part in note["taxes"]] == [Decimal("5.5"), Decimal("4.5")]
    assert (sum(part["net"] for part in note["taxes"]), sum(part["tax"] for part in note["taxes"])) == (
        note["net_amount"],
        note["tax_amount"],
    )


def test_a_new_rate_changes_what_is_not_invoiced_and_corrects_what_is(calendar, call, owner):
    lease = lease_of(calendar, owner)
    for day in ("2027-10-25", "2027-11-25"):
        calendar.set(f"{day}T08:00:00Z")
        calendar.run(issue_invoices)
    november, december = sorted(invoices(lease), key=lambda one: one["number"])
    lease.pay(lease.payments()[0], paid_date="2027-11-25")
    # From 16 November on it had been 3 %, and from January on it is 6 %.
    rates = [RATES[0], {"from": "2027-11-16", "percent": 3}, {"from": "2028-01-01", "percent": 6}]
    assert code(calendar.world, call, owner, rates=rates).status == 200

    follow(calendar, "2027-11-26")

    assert taxes(lease)[2:] == [600] * 10
    notes = {one["credits_invoice_id"]: one for one in invoices(lease, kind="CREDIT_NOTE")}
    assert (notes[november["id"]]["net_amount"], notes[november["id"]]["tax_amount"]) == (0, 125)
    assert (notes[december["id"]]["net_amount"], notes[december["id"]]["tax_amount"]) == (0, 150)
    assert "tax rate" in notes[november["id"]]["reason"]
    assert report(lease) == {("FL", Decimal("5.5")): (5000, 275), ("FL", Decimal(3)): (15000, 450)}
    # What was paid of November and is not owed any more settles December.
    assert [one["paid_amount"] for one in lease.payments()[:2]] == [10425, 125]
    # Once followed, nothing happens again.
    before = len(invoices(lease))
    follow(calendar, "2027-11-27")
    assert len(invoices(lease)) == before


def test_an_invoice_that_is_sent_ahead_has_the_rates_of_that_moment(calendar, call, owner):
    lease = lease_of(calendar, owner)
    *_, last = lease.rows()
    day = last["period_start"].isoformat()
    rates = [RATES[0], {"from": day, "percent": 7}]
    assert code(calendar.world, call, owner, rates=rates).status == 200

    answer = call(send_invoice, as_=owner, path={"payment_id": last["id"]})

    assert (answer.status, answer.json["tax_amount"]) == (200, round(last["amount"] * 7 / 100, 2))
    [invoice] = [one for one in invoices(lease) if one["payment_id"] == str(last["id"])]
    assert invoice["tax_amount"] == answer.json["tax_amount"]


def test_too_little_tax_is_asked_for_by_an_invoice_that_cites_the_others(calendar, call, owner):
    lease = lease_of(calendar, owner)
    for day in ("2027-10-25", "2027-11-25"):
        calendar.set(f"{day}T08:00:00Z")
        calendar.run(issue_invoices)
    november, december = sorted(invoices(lease), key=lambda one: one["number"])
    assert code(calendar.world, call, owner, rates=[{"from": "2020-01-01", "percent": 6}]).status == 200

    follow(calendar, "2027-11-26")

    extra = invoices(lease)[0]
    assert (extra["net_amount"], extra["tax_amount"], extra["kind"]) == (0, 200, "INVOICE")
    assert [(one["invoice_id"], one["tax"]) for one in extra["corrects"]] == [
        (november["id"], 50),
        (december["id"], 150),
    ]
    assert report(lease)["FL", Decimal(6)] == (20000, 1200)
    assert sum(tax for _, tax in report(lease).values()) == 1200 == -balances(journal(lease))["TAX"]
    pdf = text_of(lease.call(download_invoice, as_=lease.client, path={"payment_id": extra["payment_id"]}))
    assert "Rent, tax correction" in pdf
    assert "Corrects the tax of INV-000001, INV-000002, at a rate that became known later." in pdf
    assert "FL 6 % of 20,000.00" in pdf

    # The next rate corrects what the documents now say.
    assert code(calendar.world, call, owner, rates=[{"from": "2020-01-01", "percent": 5}]).status == 200
    follow(calendar, "2027-11-27")
    assert sum(tax for _, tax in report(lease).values()) == 1000


def test_an_early_end_credits_the_tax_of_the_days_that_are_taken_off(calendar, owner):
    lease = lease_of(calendar, owner, billing_frequency="QUARTERLY")
    calendar.set("2027-11-01T08:00:00Z")
    calendar.run(issue_invoices)

    lease.terminate("2027-12-01")

    [note] = invoices(lease, kind="CREDIT_NOTE")
    assert (note["net_amount"], note["tax_amount"]) == (20000, Decimal("897.82"))
    # November is left, at November's rate.
    assert report(lease) == {("FL", Decimal("5.5")): (10000, 550)}


def test_an_early_end_takes_back_what_a_correction_asked_for_the_days_after_it(calendar, call, owner):
    lease = lease_of(calendar, owner)
    calendar.set("2027-10-25T08:00:00Z")
    calendar.run(issue_invoices)
    assert code(calendar.world, call, owner, rates=[{"from": "2020-01-01", "percent": 6}]).status == 200
    follow(calendar, "2027-11-05")
    assert [one["tax_amount"] for one in invoices(lease)] == [50, 550]

    lease.terminate("2027-11-16")
    follow(calendar, "2027-11-06")

    # Half of the month at 6 %.
    assert report(lease) == {("FL", Decimal(6)): (5000, 300)}
    assert lease.ledger()[1] == 5300


def test_a_rent_that_falls_is_credited_at_the_rates_of_its_invoices(calendar, call, owner):
    rates = [RATES[0], {"from": "2028-12-01", "percent": Decimal("4.5")}]
    assert code(calendar.world, call, owner, rates=rates).status == 200
    lease = lease_of(calendar, owner, months=24, escalation=INDEX)
    publish(owner, value("2028-10-15", "110.5"))
    calendar.set("2028-11-28T08:00:00Z")
    calendar.run(follow_indexes)
    calendar.run(issue_invoices)
    asked = [one for one in lease.payments() if one["period_start"] >= "2028-11-01"][:2]
    assert [(one["amount"], one["tax_amount"]) for one in asked] == [
        (Decimal("10459.06"), Decimal("575.25")),
        (Decimal("10459.06"), Decimal("470.66")),
    ]
    publish(owner, value("2028-10-15", "109"))
    calendar.run(follow_indexes)

    [note] = invoices(lease, kind="CREDIT_NOTE")
    assert [(part["percent"], part["net"], part["tax"]) for part in note["taxes"]] == [
        (Decimal("5.5"), Decimal("141.98"), Decimal("7.81")),
        (Decimal("4.5"), Decimal("141.98"), Decimal("6.39")),
    ]
    assert [(one["net"], one["tax"]) for one in note["credits"]] == [
        (Decimal("141.98"), Decimal("7.81")),
        (Decimal("141.98"), Decimal("6.39")),
    ]
    assert (note["tax_percent"], note["tax_amount"]) == (None, Decimal("14.20"))
    path = {"credit_note_id": note["id"]}
    pdf = text_of(lease.call(download_credit_note, as_=lease.client, path=path))
    assert "FL 5.5 % of 141.98 7.81" in pdf
    assert "FL 4.5 % of 141.98 6.39" in pdf

    # A later rate corrects what the note has left of December's invoice.
    rates[1] |= {"percent": 6}
    assert code(calendar.world, call, owner, rates=rates).status == 200
    follow(calendar, "2028-11-29")
    extra = invoices(lease, kind="INVOICE")[0]
    # 10,317.08 at 6 % is 619.02; 464.27 is charged.
    assert [(one["tax"], one["number"]) for one in extra["corrects"]] == [(Decimal("154.75"), extra["number"] - 1)]
    assert report(lease)["FL", Decimal(6)] == (Decimal("10317.08"), Decimal("619.02"))


def test_an_index_adjustment_is_taxed_at_the_rates_of_its_months(calendar, call, owner):
    rates = [RATES[0], {"from": "2028-12-01", "percent": Decimal("4.5")}]
    assert code(calendar.world, call, owner, rates=rates).status == 200
    lease = lease_of(calendar, owner, months=24, escalation=INDEX)
    calendar.set("2028-12-05T08:00:00Z")
    calendar.run(issue_invoices)
    publish(owner, value("2028-10-15", "110.5"))
    calendar.run(follow_indexes)

    [added] = [one for one in lease.rows() if one["installment_number"] is None]
    [invoice] = [one for one in invoices(lease) if one["payment_id"] == str(added["id"])]
    assert [(line["period_start"], line["amount"], line["tax_amount"]) for line in invoice["lines"]] == [
        ("2028-11-01", Decimal("459.06"), Decimal("25.25")),
        ("2028-12-01", Decimal("459.06"), Decimal("20.66")),
    ]
    assert [(part["percent"], part["net"], part["tax"]) for part in invoice["taxes"]] == [
        (Decimal("5.5"), Decimal("459.06"), Decimal("25.25")),
        (Decimal("4.5"), Decimal("459.06"), Decimal("20.66")),
    ]
    assert (invoice["tax_amount"], added["tax_amount"]) == (Decimal("45.91"), Decimal("45.91"))
    pdf = text_of(lease.call(download_invoice, as_=lease.client, path={"payment_id": added["id"]}))
    assert "Rent, index adjustment 1 December 2028 – 31 December 2028 20.66 459.06" in pdf
    assert "FL 4.5 % of 459.06 20.66" in pdf


def test_months_after_the_last_day_are_taxed_too(calendar, owner):
    lease = lease_of(calendar, owner)
    calendar.set("2027-11-01T08:00:00Z")
    calendar.run()
    calendar.set("2028-10-15T08:00:00Z")
    assert hold_over(lease, 150).status == 200
    assert [(one["amount"], one["tax_amount"]) for one in lease.payments()[12:]] == [(15000, 300)]


def written_off(lease, payment, **body):
    path, body = {"payment_id": payment["id"]}, {"reason": "Insolvent", "relieve_tax": True} | body
    answer = lease.call(write_off_payment, as_=lease.owner, path=path, body=body)
    assert answer.status == 200, answer.json


def booked_tax(lease, **query):
    """The tax that is owed by the books."""
    days = {"from": "2000-01-01", "to": "2099-12-31"} | query
    found = lease.call(show_journal, as_=lease.owner, query=days | {"limit": 1000}).json["data"]
    return sum(Decimal(str(one["credit"])) - Decimal(str(one["debit"])) for one in found if one["account"] == "TAX")


def reported_tax(lease, **query):
    return sum((Decimal(str(tax)) for _, tax in report(lease, **query).values()), Decimal(0))


@pytest.mark.parametrize("terms", [{}, {"tax_codes": None, "tax_percent": Decimal("7.7")}])
def test_tax_that_a_write_off_relieves_is_in_the_report_as_in_the_books(calendar, owner, terms):
    lease = lease_of(calendar, owner, start=date(2027, 11, 15), **terms)
    calendar.set("2027-11-10T12:00:00Z")
    calendar.run(issue_invoices)
    rent = next(one for one in lease.payments() if one["charge"] == "RENT")
    before = report(lease)

    calendar.set("2027-12-05T12:00:00Z")
    written_off(lease, rent, amount=Decimal("3333.33"))

    assert reported_tax(lease) == booked_tax(lease) < sum(Decimal(str(tax)) for _, tax in before.values())
    of_december = {"from": "2027-12-01", "to": "2027-12-31"}
    assert reported_tax(lease, **of_december) == booked_tax(lease, **of_december) < 0
    written_off(lease, rent)
    assert reported_tax(lease) == booked_tax(lease) == 0
    assert report(lease) == {}
    for _ in range(2):
        path, body = {"payment_id": rent["id"]}, {"reason": "The money came"}
        assert lease.call(reverse_write_off, as_=lease.owner, path=path, body=body).status == 200
    assert report(lease) == before
    assert reported_tax(lease) == booked_tax(lease)


def test_a_lease_without_codes_has_one_part_of_its_percent(calendar, owner):
    lease = lease_of(calendar, owner, tax_codes=None, tax_percent=20)
    calendar.set("2027-11-01T08:00:00Z")
    calendar.run(issue_invoices)
    [part] = lease.payments()[0]["taxes"]
    assert (part["code"], part["percent"], part["net"], part["tax"]) == (None, 20, 10000, 2000)
    assert report(lease) == {(None, Decimal(20)): (10000, 2000)}
    assert report(lease, to="2027-10-31") == {}


def test_an_invoice_without_tax_says_why(calendar, call, owner):
    assert code(calendar.world, call, owner, name="EX", category="EXEMPT", rates=[]).status == 200
    lease = lease_of(calendar, owner, tax_codes={"RENT": "EX"})
    calendar.set("2027-11-01T08:00:00Z")
    calendar.run(issue_invoices)
    [invoice] = invoices(lease)
    assert [(part["category"], part["tax"], part["reason"]) for part in invoice["taxes"]] == [
        ("EXEMPT", 0, "Exempt from tax")
    ]
    pdf = text_of(lease.call(download_invoice, as_=lease.client, path={"payment_id": invoice["payment_id"]}))
    assert "EX 0 % of 10,000.00, exempt" in pdf
    assert "Exempt from tax." in pdf
    assert report(lease) == {("EX", Decimal(0)): (10000, 0)}


def test_an_offer_names_codes_that_the_owner_has(calendar, call, owner):
    world = calendar.world
    space = world.space(owner)
    body = {"space_id": space, "bid_amount": 10000, "start_date": "2027-11-01"}
    unknown = call(place_bid, as_=world.client(), body=body | {"tax_codes": {"RENT": "NOWHERE"}})
    assert (unknown.status, unknown.fields) == (400, ["tax_codes"])
    both = call(place_bid, as_=world.client(), body=body | {"tax_codes": {"RENT": "FL"}, "tax_percent": 5})
    assert (both.status, both.fields) == (422, ["tax_codes"])
    deposit = call(place_bid, as_=world.client(), body=body | {"tax_codes": {"DEPOSIT": "FL"}})
    assert deposit.fields == ["tax_codes.DEPOSIT"]
    bid = call(place_bid, as_=world.client(), body=body | {"tax_codes": {"RENT": "FL"}})
    assert (bid.status, bid.json["tax_codes"]["RENT"]) == (201, "FL")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"category": "STANDARD", "rates": []}, "rates"),
        ({"category": "STANDARD"}, "rates"),
        ({"category": "EXEMPT", "rates": [{"from": "2027-01-01", "percent": 1}]}, "rates"),
        ({"category": "STANDARD", "rates": [RATES[1], RATES[0]]}, "rates"),
        ({"category": "STANDARD", "rates": [RATES[0], RATES[0]]}, "rates"),
        ({"category": "STANDARD", "rates": [{"from": "2027-01-01", "percent": 101}]}, "rates.0.percent"),
        ({"category": "OTHER", "rates": RATES}, "category"),
    ],
)
def test_a_code_that_makes_no_sense_is_refused(world, call, body, field):
    reply = call(change_tax_code, as_=world.owner(), path={"code": "X"}, body=body)
    assert (reply.status, reply.fields) == (400, [field])


def test_who_keeps_tax_codes(world, call):
    owner = world.owner()
    assert code(world, call, world.client()).status == 403
    assert code(world, call, owner, name="a b").fields == ["code"]
    assert code(world, call, world.colleague(owner, Role.FINANCIAL_OFFICER)).status == 200
    listed = call(list_tax_codes, as_=owner).json["data"]
    assert [(one["code"], len(one["rates"])) for one in listed] == [("FL", 3)]
    assert call(list_tax_codes, as_=world.owner()).json["data"] == []
    assert call(show_tax, as_=world.client(), query={}).status == 403
    assert call(show_tax, as_=owner, query={"from": "2027-02-02", "to": "2027-02-01"}).fields == ["to"]
