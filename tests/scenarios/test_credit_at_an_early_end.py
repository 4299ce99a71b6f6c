"""What an early end makes of a contract's credit, as its preview shows it before: it stays, is to be refunded, or
settles what is open on other contracts of the same two sides."""

from datetime import date
from decimal import Decimal

import pytest

from functions.contracts.get_contract import get_contract
from functions.contracts.get_schedule import get_schedule
from functions.notifications.compose_mail import compose_mail
from functions.notifications.notify_people import notify_people
from functions.payments.download_credit_note import download_credit_note
from tests import invariants
from tests.auth.mailbox import mails_to
from tests.payments.lease import books, credit, invoices, text_of
from tests.payments.test_refund_credit import refund


@pytest.fixture
def lease(calendar):
    """5,000 a month for a year from 2027-02-01."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12)
    calendar.set("2027-02-01T08:00:00Z")
    calendar.run()
    return lease


def other_of(calendar, lease, **terms):
    """Another lease of the same two sides."""
    return calendar.lease(owner=lease.owner, client=lease.client, **{"start": date(2027, 2, 1), "months": 3} | terms)


def pay(lease, months):
    for payment in lease.payments()[:months]:
        assert lease.pay(payment).json["status"] == "PAID"


def as_it_is(lease):
    """What a preview shows, read from what the act has made."""
    contract = lease.call(get_contract, as_=lease.owner, path={"contract_id": lease.contract}).json
    schedule = lease.call(get_schedule, as_=lease.owner, path={"contract_id": lease.contract}).json["data"]
    owed = {str(row["id"]): row["owed"] for row in lease.rows() + lease.rows("DEPOSIT")}
    notes = invoices(lease, kind="CREDIT_NOTE")
    sent = lease.world.sql(
        """SELECT other_contract_id AS contract_id, amount FROM payment_transactions
           WHERE contract_id = %(id)s AND kind = 'TRANSFER_OUT'""",
        id=lease.contract,
    )
    return {
        "notes": sorted(
            (one["credits_invoice_id"], one["net_amount"], one["tax_amount"], one["reason"]) for one in notes
        ),
        "payments": sorted(
            (one["id"], one["amount"], one["credited_amount"], one["paid_amount"], one["status"]) for one in schedule
        ),
        "open": {one["id"]: owed[one["id"]] - one["paid_amount"] for one in schedule},
        "credit": books(lease)[1],
        "refund_due": contract["refund_due"],
        "balance": lease.ledger()[1],
        "offsets": sorted((str(one["contract_id"]), one["amount"]) for one in sent),
    }


def as_shown(preview):
    """The same of a preview."""
    return {
        "notes": sorted(
            (one["credits_invoice_id"], one["net_amount"], one["tax_amount"], one["reason"])
            for one in preview["credit_notes"]
        ),
        "payments": sorted(
            (one["id"], one["amount"], one["credited_amount"], one["paid_amount"], one["status"])
            for one in preview["payments"]
        ),
        "open": {one["id"]: one["open_amount"] for one in preview["payments"]},
        "credit": preview["unapplied_credit"],
        "refund_due": preview["refund_due"],
        "balance": preview["balance"],
        "offsets": sorted((one["contract_id"], one["amount"]) for one in preview["offsets"]),
    }


CASES = {
    "arrears": ({}, 0, "2027-03-16", "2027-03-20", {}),
    "a part month paid": ({}, 2, "2027-03-16", "2027-03-10", {}),
    "paid ahead": ({}, 6, "2027-04-11", "2027-04-02", {}),
    "paid ahead, to be refunded": ({}, 6, "2027-04-11", "2027-04-02", {"credit": "REFUND_DUE"}),
    "paid ahead, to be offset": ({}, 6, "2027-04-11", "2027-04-02", {"credit": "OFFSET"}),
    "tax": ({"tax_percent": Decimal("8.875")}, 4, "2027-03-16", "2027-03-10", {"credit": "REFUND_DUE"}),
    "a deposit": ({"deposit_months": 2}, 1, "2027-03-16", "2027-03-10", {}),
    "by days of the year": ({"proration": "ACTUAL_365"}, 3, "2027-03-31", "2027-03-10", {}),
    "before the start": ({"start": date(2027, 6, 1)}, 2, "2027-05-15", "2027-03-10", {"credit": "OFFSET"}),
    "nothing invoiced yet": ({"start": date(2027, 6, 1)}, 0, "2027-08-15", "2027-03-10", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_a_preview_shows_what_the_act_makes(calendar, name):
    terms, months, day, today, said = CASES[name]
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(**{"start": date(2027, 2, 1), "months": 12} | terms)
    other = other_of(calendar, lease)
    calendar.set(f"{min(day, today)}T08:00:00Z")
    calendar.run()
    pay(lease, months)
    before = (lease.rows(), lease.ledger(), books(other))

    shown = lease.preview(day, **said)

    assert shown.status == 200
    assert (lease.rows(), lease.ledger(), books(other)) == before
    assert lease.row()["terminates_on"] is None
    assert lease.terminate(day, **said).status == 200
    assert as_shown(shown.json) == as_it_is(lease)
    assert shown.json["open_amount"] == sum(one["open_amount"] for one in shown.json["payments"])
    assert invariants.untied(lease.world.database_url, [lease.contract, other.contract]) == {}


def test_credit_that_is_kept_settles_what_is_open_and_the_rest_stays(calendar, lease):
    pay(lease, 4)
    calendar.set("2027-03-10T08:00:00Z")
    calendar.run()

    shown = lease.preview("2027-04-16").json
    lease.terminate("2027-04-16")

    # Half of April, and May.
    assert (shown["unapplied_credit"], shown["refund_due"], shown["offsets"]) == (7500, 0, [])
    contract = lease.call(get_contract, as_=lease.client, path={"contract_id": lease.contract}).json
    assert (contract["end_credit"], contract["refund_due"]) == ("KEEP", 0)
    assert books(lease)[1] == 7500


def test_credit_that_is_to_be_refunded_is_shown_and_told_until_it_is(calendar, lease, invoke):
    pay(lease, 4)
    calendar.set("2027-03-10T08:00:00Z")
    calendar.run()
    assert lease.preview("2027-04-16", user=lease.client, credit="REFUND_DUE").json["refund_due"] == 7500

    lease.terminate("2027-04-16", user=lease.client, credit="REFUND_DUE")

    def due():
        path = {"contract_id": lease.contract}
        return lease.call(get_contract, as_=lease.owner, path=path).json["refund_due"]

    assert due() == 7500
    [told] = [one for one in lease.world.event_details(lease.contract) if one["name"] == "contract.refund_due"]
    assert invoke(notify_people, told) == invoke(compose_mail, told) == []
    rows = lease.world.sql("SELECT user_id, message FROM notifications WHERE title = 'Refund Due'")
    messages = {row["user_id"]: row["message"] for row in rows}
    assert messages[lease.owner.id].startswith("A credit of $7,500.00 for")
    [mail] = [one for one in mails_to(lease.owner.email) if "Refund due" in one["subject"]]
    assert "$7,500.00" in mail["text"]
    assert f"/contracts/{lease.contract}" in mail["text"]
    assert refund(lease, 2500, paid_date="2027-03-10").status == 201
    assert due() == 5000
    assert refund(lease, 5000, paid_date="2027-03-10").status == 201
    assert due() == 0


def test_credit_is_offset_against_the_oldest_that_is_open_elsewhere(calendar, lease):
    first, second = other_of(calendar, lease, bid_amount=3000), other_of(calendar, lease, start=date(2027, 3, 1))
    stranger = calendar.lease(start=date(2027, 2, 1), owner=lease.owner)
    pay(lease, 4)
    calendar.set("2027-03-10T08:00:00Z")
    calendar.run()

    # 7,500 are left: February and March of the first, and of the second what is left for March.
    assert lease.preview("2027-04-16", credit="OFFSET").json["offsets"] == [
        {"contract_id": first.contract, "amount": 6000},
        {"contract_id": second.contract, "amount": 1500},
    ]
    assert lease.terminate("2027-04-16", credit="OFFSET").status == 200

    assert books(lease)[1] == 0
    assert [paid for paid, _, _ in books(first)[0]] == [3000, 3000, 0]
    assert [paid for paid, _, _ in books(second)[0]] == [1500, 0, 0]
    assert {paid for paid, _, _ in books(stranger)[0]} == {0}
    assert [kind for _, kind, _ in lease.ledger()[0]].count("TRANSFER_OUT") == 2
    contracts = [lease.contract, first.contract, second.contract, stranger.contract]
    assert invariants.untied(lease.world.database_url, contracts) == {}


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("KEEP", "is applied to other open installments, the oldest first."),
        ("REFUND_DUE", "settles what is open on this lease, the oldest first. The rest is paid back."),
        ("OFFSET", "The rest is applied to open installments of other leases between the same parties."),
    ],
)
def test_a_credit_note_is_for_the_days_without_the_lease(calendar, lease, choice, words):
    pay(lease, 3)
    calendar.set("2027-03-10T08:00:00Z")
    calendar.run()
    manual = credit(lease, invoices(lease, kind="INVOICE")[-1], amount=1).json
    assert lease.terminate("2027-03-16", credit=choice).status == 200

    notes = sorted(invoices(lease, kind="CREDIT_NOTE"), key=lambda note: note["total_amount"])
    [_, march, april] = notes
    assert [(note["lines"][0]["period_start"], note["lines"][0]["period_end"]) for note in (march, april)] == [
        ("2027-03-16", "2027-03-31"),
        ("2027-04-01", "2027-04-30"),
    ]

    def shown(note):
        path = {"credit_note_id": note["id"]}
        return text_of(lease.call(download_credit_note, as_=lease.client, path=path))

    assert "Effective date 16 March 2027 Supply period 16 March 2027 – 31 March 2027" in shown(march)
    assert "Effective date 16 March 2027 Supply period 1 April 2027 – 30 April 2027" in shown(april)
    assert words in shown(march)
    assert "Effective date" not in shown(manual)


def test_only_the_owners_side_offsets_credit(lease):
    shown = lease.preview("2027-04-16", user=lease.client, credit="OFFSET")
    done = lease.terminate("2027-04-16", user=lease.client, credit="OFFSET")

    assert [(reply.status, reply.code, reply.fields) for reply in (shown, done)] == [
        (403, "OWNERS_OFFSET", ["credit"])
    ] * 2
    assert lease.row()["terminates_on"] is None
    assert lease.preview("2027-04-16", user=lease.client, credit="KEEP").status == 200
    assert lease.preview("2027-04-16", credit="BURN").fields == ["credit"]


def test_a_preview_is_refused_where_the_act_would_be(calendar, lease):
    assert lease.preview("2027-01-31").fields == ["effective_date"]
    assert lease.preview("2027-04-16", user=lease.world.owner()).status == 404
    lease.terminate("2027-04-16")
    assert lease.preview("2027-04-17").code == "ENDS_ALREADY"


def test_the_credit_of_a_part_month_is_never_below_zero(calendar):
    """By days of 30 a month, 30 days of March are the whole month: nothing of it is credited, nor more asked for."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 3, 1), months=12, proration="THIRTY_360")
    calendar.set("2027-03-01T08:00:00Z")
    calendar.run()

    shown = lease.preview("2027-03-31").json
    lease.terminate("2027-03-31")

    assert [note["total_amount"] for note in shown["credit_notes"]] == []
    assert lease.rows()[0]["credited_amount"] == 0
    assert lease.ledger()[1] == 5000
