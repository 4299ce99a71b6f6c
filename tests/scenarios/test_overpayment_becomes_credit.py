"""Money beyond what is owed becomes credit, and credit settles the installments that follow, the oldest first."""

from datetime import date
from decimal import Decimal

import pytest

from functions.payments.download_invoice import download_invoice
from functions.payments.download_receipt import download_receipt
from functions.payments.issue_invoices import issue_invoices
from tests.payments.lease import Lease, books, credit, invoices, text_of
from tests.payments.test_reverse_payment import reverse


@pytest.fixture
def lease(world, call):
    """5,000 a month for a year."""
    return Lease(world, call)


def test_an_overpayment_settles_the_next_installments_the_oldest_first(lease):
    payments = lease.payments()

    lease.pay(payments[3], amount=Decimal("11000.50"))

    rows, left = books(lease)
    assert [paid for paid, _, _ in rows[:5]] == [5000, Decimal("1000.50"), 0, 5000, 0]
    assert [status for _, _, status in rows[:4]] == ["PAID", "SCHEDULED", "SCHEDULED", "PAID"]
    assert left == 0
    assert lease.payments()[0]["paid_date"] == "2026-01-15"
    assert lease.world.events(payments[0]["id"]) == ["payment.credit_applied"]
    # The account knows what came, and nothing of where it moved.
    assert [kind for _, kind, _ in lease.ledger()[0]] == ["PAYMENT", "CREDIT", "INVOICE"]


def test_the_next_invoice_shows_the_part_that_an_overpayment_has_settled(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=3)
    first, second, _ = lease.payments()
    lease.pay(first, amount=Decimal("5750.25"))
    calendar.set("2027-02-20T08:00:00Z")
    calendar.run(issue_invoices)

    invoice = invoices(lease)[0]
    assert (invoice["payment_id"], invoice["total_amount"], invoice["paid_amount"]) == (
        second["id"],
        5000,
        Decimal("750.25"),
    )
    pdf = text_of(lease.call(download_invoice, as_=lease.client, path={"payment_id": second["id"]}))
    assert "Amount paid 750.25 Balance 4,249.75" in pdf
    assert lease.pay(second).json["status"] == "PAID"
    receipt = text_of(lease.call(download_receipt, as_=lease.client, path={"payment_id": second["id"]}))
    assert "Paid earlier 750.25 Received with this payment 4,249.75 Balance 0.00" in receipt


def test_an_installment_settled_by_credit_alone_has_no_receipt(lease):
    first, second = lease.payments()[:2]
    lease.pay(first, amount=10000)

    after = lease.payments()[1]
    assert (after["status"], after["receipt_url"]) == ("PAID", None)
    assert lease.call(download_receipt, as_=lease.owner, path={"payment_id": second["id"]}).code == "RECEIPT_MISSING"


def test_reversing_an_overpayment_reopens_the_installments_that_its_credit_settled(lease):
    payments = lease.payments()
    lease.pay(payments[0], amount=12000)
    lease.pay(payments[5], amount=5500)
    assert [paid for paid, _, _ in books(lease)[0][:4]] == [5000, 5000, 2500, 0]

    reply = reverse(lease, payments[0])

    assert (reply.json["status"], reply.json["paid_amount"]) == ("SCHEDULED", 0)
    rows, left = books(lease)
    # The newest goes first; the 500 that are left stay where they are.
    assert [paid for paid, _, _ in rows[:6]] == [0, 500, 0, 0, 0, 5000]
    assert left == 0
    assert {status for _, _, status in rows[:5]} == {"SCHEDULED"}
    assert lease.ledger()[1] == 10000 - 5500


def test_what_was_paid_on_an_invoice_credited_afterwards_settles_the_next_installment(lease):
    payments = lease.payments()
    lease.pay(payments[0])
    [invoice] = invoices(lease)

    credit(lease, invoice, amount=2000)
    assert books(lease)[0][:2] == [(3000, 2000, "PAID"), (2000, 0, "SCHEDULED")]
    credit(lease, invoice)

    rows, left = books(lease)
    assert rows[:2] == [(0, 5000, "CANCELLED"), (5000, 0, "PAID")]
    assert left == 0
    assert lease.ledger()[1] == -5000
    assert lease.pay(payments[0]).code == "NOT_PAYABLE"


def test_reversing_payments_of_a_credited_invoice_leaves_no_credit_behind(lease):
    payments = lease.payments()
    lease.pay(payments[0], amount=3000)
    lease.pay(payments[0], amount=2000)
    credit(lease, invoices(lease)[0], amount=4000)
    assert [paid for paid, _, _ in books(lease)[0][:2]] == [1000, 4000]

    assert reverse(lease, payments[0]).json["paid_amount"] == 1000
    rows, left = books(lease)
    assert rows[:2] == [(1000, 4000, "PAID"), (2000, 0, "SCHEDULED")]
    assert reverse(lease, payments[0]).json["status"] == "SCHEDULED"
    assert [paid for paid, _, _ in books(lease)[0][:2]] == [0, 0]
    assert (left, lease.ledger()[1]) == (0, 1000)
