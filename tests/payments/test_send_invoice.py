"""Every installment has its invoice, settled before or not, and the owner's side may send it at once."""

from datetime import date
from decimal import Decimal

import pytest

from functions.notifications.compose_mail import compose_mail
from functions.payments.download_invoice import download_invoice
from functions.payments.issue_invoices import issue_invoices
from functions.payments.send_invoice import send_invoice
from shared.kit.catalog import Role
from tests.auth.mailbox import mails_to
from tests.call import other_id, together
from tests.payments.lease import invoices, text_of


def send(lease, payment, user=None):
    return lease.call(send_invoice, as_=user or lease.owner, path={"payment_id": payment["id"]})


@pytest.fixture
def prepaid(calendar):
    """Two years of 500 and 20 % tax; 2,400, four months of both, came with the first."""
    calendar.set("2027-01-25T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=24, bid_amount=500, tax_percent=20)
    assert lease.pay(lease.payments()[0], amount=2400).status == 200
    return lease


def test_what_credit_settled_ahead_is_invoiced_on_its_day(calendar, prepaid):
    for moment in ("2027-02-20T08:00:00Z", "2027-03-25T08:00:00Z", "2027-04-25T08:00:00Z", "2027-08-01T08:00:00Z"):
        calendar.set(moment)
        calendar.run()

    issued = sorted((one["due_date"], one["issued_on"], one["paid_amount"]) for one in invoices(prepaid))
    assert issued == [
        ("2027-02-01", "2027-01-25", 0),
        ("2027-03-01", "2027-02-20", 600),
        ("2027-04-01", "2027-03-25", 600),
        ("2027-05-01", "2027-04-25", 600),
        ("2027-06-01", "2027-08-01", 0),
        ("2027-07-01", "2027-08-01", 0),
        ("2027-08-01", "2027-08-01", 0),
    ]
    # Three months are open, by the ledger as by what is open of the invoices.
    assert prepaid.ledger()[1] == 1800


def test_an_invoice_that_credit_paid_says_so(calendar, prepaid, invoke):
    calendar.set("2027-02-20T08:00:00Z")
    calendar.run(issue_invoices)
    second = prepaid.payments()[1]
    assert (second["status"], second["invoice_url"] is not None) == ("PAID", True)

    pdf = text_of(prepaid.call(download_invoice, as_=prepaid.client, path={"payment_id": second["id"]}))
    assert "Amount paid 600.00 Balance 0.00" in pdf
    [issued] = [one for one in prepaid.world.event_details(second["id"]) if one["name"] == "payment.invoiced"]
    assert invoke(compose_mail, issued) == []
    [mail] = [one for one in mails_to(prepaid.client.email) if one["subject"].startswith("Invoice")]
    assert "- Paid by Credit: $600.00" in mail["text"]
    assert "- Balance: $0.00" in mail["text"]


def test_what_was_settled_before_this_release_is_invoiced_on_the_day_of_the_next_run(calendar, prepaid):
    """docs/decisions/0032-books-that-tie-out.md: dated the day of the job, an invoice names its period."""
    calendar.set("2027-06-15T08:00:00Z")
    calendar.run(issue_invoices)
    calendar.run(issue_invoices)

    april = [one for one in invoices(prepaid) if one["due_date"] == "2027-04-01"]
    assert [(one["issued_on"], one["total_amount"]) for one in april] == [("2027-06-15", 600)]
    assert april[0]["lines"] == [
        {"charge": "RENT", "period_start": "2027-04-01", "period_end": "2027-04-30", "amount": 500, "tax_amount": 100}
    ]


def test_a_month_that_is_free_of_rent_has_no_invoice(calendar):
    calendar.set("2027-01-25T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=2, free_rent={"months": [1]})
    calendar.set("2027-03-01T08:00:00Z")
    calendar.run()

    assert [one["due_date"] for one in invoices(lease)] == ["2027-03-01"]
    assert send(lease, lease.payments()[0]).code == "NOT_PAYABLE"


def test_an_invoice_may_be_sent_before_its_day_and_again(calendar, invoke):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=2)
    payment = lease.payments()[1]

    first = send(lease, payment)
    assert (first.status, first.json["invoice_url"] is not None, first.json["status"]) == (200, True, "SCHEDULED")
    assert send(lease, payment).status == 200
    [invoice] = invoices(lease)
    assert (invoice["issued_on"], invoice["due_date"]) == ("2027-01-05", "2027-07-01")
    events = [one for one in lease.world.event_details(payment["id"]) if one["name"].startswith("payment.invoice")]
    assert [one["name"] for one in events] == ["payment.invoiced", "payment.invoice_sent"]
    assert invoke(compose_mail, *events) == []
    mails = [one for one in mails_to(lease.client.email) if one["subject"].startswith("Invoice")]
    assert [invoice["reference"] in one["subject"] for one in mails] == [True, True]
    calendar.set("2027-07-01T08:00:00Z")
    calendar.run(issue_invoices)
    assert len(invoices(lease)) == 2


def test_of_many_who_send_at_once_one_issues(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=1)
    [payment] = lease.payments()

    replies = together([lambda: send(lease, payment)] * 6)

    assert {reply.status for reply in replies} == {200}
    assert len(invoices(lease)) == 1


def test_who_may_send_an_invoice_of_what(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=2)
    payment = lease.payments()[0]

    assert send(lease, payment, user=lease.client).status == 403
    assert send(lease, payment, user=lease.world.owner()).status == 404
    assert send(lease, {"id": other_id()}).status == 404
    assert send(lease, payment, user=lease.world.colleague(lease.owner, Role.FINANCIAL_OFFICER)).status == 200
    lease.terminate("2027-02-01")
    assert lease.rows()[1]["status"] == "CANCELLED"
    assert send(lease, {"id": lease.rows()[1]["id"]}).code == "NOT_PAYABLE"


def test_an_index_changes_what_credit_settled_ahead(calendar):
    calendar.set("2027-01-25T08:00:00Z")
    index = {"name": "CPI", "base_value": 100, "factor": 1}
    lease = calendar.lease(
        start=date(2027, 2, 1), months=14, escalation={"kind": "INDEX", "every_months": 12, "index": index}
    )
    lease.pay(lease.payments()[0], amount=Decimal(5000) * 14)
    lease.world.sql(
        """INSERT INTO index_values (id, organization_id, name, day, version, value)
           SELECT gen_random_uuid(), owner_organization_id, 'CPI', '2027-12-01', 1, 110 FROM contracts
           WHERE id = %(id)s""",
        id=lease.contract,
    )
    calendar.run()

    rows = lease.rows()
    assert [(row["owed"], row["paid_amount"], row["status"]) for row in rows[12:]] == [
        (5500, 5000, "SCHEDULED"),
        (5500, 5000, "SCHEDULED"),
    ]
