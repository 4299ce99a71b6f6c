"""Credit notes, and where the credit that they and over-payments leave goes."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from functions.contracts.download_statement import download_statement
from functions.payments.credit_invoice import credit_invoice
from functions.payments.download_invoice import download_invoice
from functions.payments.download_receipt import download_receipt
from functions.payments.issue_invoices import issue_invoices
from functions.payments.list_invoices import list_invoices
from functions.payments.list_payments import list_payments
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.payments.conftest import Lease
from tests.payments.test_reverse_payment import reverse


@pytest.fixture
def lease(world, call):
    """5,000 a month for a year."""
    return Lease(world, call)


def invoices(lease, user=None, **query):
    return lease.call(
        list_invoices, as_=user or lease.owner, query={"contract_id": lease.contract, "limit": 100} | query
    ).json["data"]


def credit(lease, invoice, user=None, key=None, **body):
    path = {"invoice_id": invoice["id"]}
    body = {"reason": "The lift was out of order"} | body
    return lease.call(credit_invoice, as_=user or lease.owner, path=path, body=body, key=key)


def books(lease):
    """`(paid, credited, status)` of each installment, and the credit that is left."""
    rows = [(row["paid_amount"], row["credited_amount"], row["status"]) for row in lease.rows()]
    [left] = lease.world.sql(
        """SELECT coalesce(sum(CASE t.kind WHEN 'APPLIED' THEN -t.amount ELSE t.amount END), 0) AS credit
           FROM payment_transactions t
           WHERE t.contract_id = %(id)s AND t.kind IN ('CREDIT', 'FREED', 'APPLIED', 'DEPOSIT_APPLIED')
             AND NOT EXISTS (SELECT FROM payment_transactions r WHERE r.reverses_id = t.id)""",
        id=lease.contract,
    )
    return rows, left["credit"]


def text_of(reply):
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(reply.body)).pages)


def test_over_payment_settles_the_next_installments_the_oldest_first(lease):
    payments = lease.payments()

    lease.pay(payments[3], amount=Decimal("11000.50"))

    rows, left = books(lease)
    assert [paid for paid, _, _ in rows[:5]] == [5000, Decimal("1000.50"), 0, 5000, 0]
    assert [status for _, _, status in rows[:4]] == ["PAID", "SCHEDULED", "SCHEDULED", "PAID"]
    assert left == 0
    assert lease.payments()[0]["paid_date"] == "2020-01-01"
    assert lease.world.events(payments[0]["id"]) == ["payment.credit_applied"]
    # The account knows what came, and nothing of where it moved.
    assert [kind for _, kind, _ in lease.ledger()[0]] == ["PAYMENT", "CREDIT", "INVOICE"]


def test_the_next_invoice_shows_what_credit_has_settled(calendar):
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


def test_what_credit_alone_settled_has_no_receipt(lease):
    first, second = lease.payments()[:2]
    lease.pay(first, amount=10000)

    after = lease.payments()[1]
    assert (after["status"], after["receipt_url"]) == ("PAID", None)
    assert lease.call(download_receipt, as_=lease.owner, path={"payment_id": second["id"]}).code == "RECEIPT_MISSING"


def test_a_reversal_takes_back_what_its_credit_settled_elsewhere(lease):
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


def test_a_credit_note_takes_a_part_off_and_the_rest_settles_the_payment(lease):
    first = lease.payments()[0]
    lease.pay(first, amount=1000)
    [invoice] = invoices(lease)

    note = credit(lease, invoice, amount=Decimal("1500.50"))

    assert note.status == 201
    assert (note.json["kind"], note.json["number"], note.json["reference"]) == ("CREDIT_NOTE", 2, "CN-000002")
    assert (note.json["credits_invoice_id"], note.json["total_amount"]) == (invoice["id"], Decimal("1500.50"))
    assert invoices(lease, kind="INVOICE")[0]["credited_amount"] == Decimal("1500.50")
    assert lease.ledger()[1] == Decimal("2499.50")
    assert lease.pay(first).json["status"] == "PAID"
    assert lease.payments()[0]["paid_amount"] == Decimal("3499.50")
    assert lease.ledger()[1] == 0
    assert lease.world.events(first["id"])[1] == "payment.credited"
    assert lease.world.audits(first["id"])[1]["after"]["credited_amount"] == Decimal("1500.5")


def test_what_was_paid_of_a_credited_invoice_settles_the_next(lease):
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


def test_money_that_did_not_come_frees_nothing(lease):
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


def test_never_more_is_credited_than_stands(lease):
    lease.pay(lease.payments()[0], amount=1)
    [invoice] = invoices(lease)

    assert credit(lease, invoice, amount=Decimal("5000.01")).code == "MORE_THAN_INVOICED"
    assert credit(lease, invoice, amount=3000).status == 201
    assert credit(lease, invoice, amount=Decimal("2000.01")).code == "MORE_THAN_INVOICED"
    assert credit(lease, invoice, amount=2000).status == 201
    assert (credit(lease, invoice).status, credit(lease, invoice).code) == (409, "MORE_THAN_INVOICED")
    note = invoices(lease, kind="CREDIT_NOTE")[0]
    assert credit(lease, note).status == 404


def test_of_many_credit_notes_at_once_only_what_stands_is_credited(lease):
    lease.pay(lease.payments()[0])
    [invoice] = invoices(lease)

    replies = together([lambda: credit(lease, invoice, amount=1000)] * 8)

    assert sorted(reply.status for reply in replies) == [201] * 5 + [409] * 3
    numbers = sorted(one["number"] for one in invoices(lease))
    assert numbers == list(range(1, 7))
    lease.pay(lease.payments()[3])
    other = invoices(lease, kind="INVOICE")[0]
    once, twice = (credit(lease, other, key="note", amount=1) for _ in range(2))
    assert once.status == 201
    assert once.body == twice.body


def test_tax_is_credited_with_its_part(world, call):
    lease = Lease(world, call, tax_percent=Decimal("8.875"), months=1)
    lease.pay(lease.payments()[0], amount=1)
    [invoice] = invoices(lease)

    half = credit(lease, invoice, amount=Decimal("2721.88")).json
    rest = credit(lease, invoice).json

    assert (half["net_amount"], half["tax_amount"]) == (Decimal("2500.00"), Decimal("221.88"))
    assert (rest["net_amount"], rest["tax_amount"]) == (Decimal("2500.00"), Decimal("221.87"))
    assert lease.ledger()[1] == -1


def test_a_currency_without_decimals_is_credited_in_whole_units(world, call):
    lease = Lease(world, call, currency="JPY", tax_percent=10, months=1)
    lease.pay(lease.payments()[0], amount=1)
    [invoice] = invoices(lease)

    assert credit(lease, invoice, amount=Decimal("1.5")).fields == ["amount"]
    note = credit(lease, invoice, amount=333).json
    assert (note["net_amount"], note["tax_amount"]) == (303, 30)


def test_an_invoice_and_its_number_stay_as_they_are(lease):
    lease.pay(lease.payments()[0])
    [before] = lease.world.sql("SELECT * FROM invoices WHERE contract_id = %(id)s", id=lease.contract)
    credit(lease, {"id": before["id"]}, amount=100)

    [after] = lease.world.sql("SELECT * FROM invoices WHERE id = %(id)s", id=before["id"])
    assert after == before


def test_who_may_credit_and_who_may_look(lease, world, call):
    lease.pay(lease.payments()[0])
    [invoice] = invoices(lease)
    officer = world.colleague(lease.owner, Role.FINANCIAL_OFFICER)

    assert credit(lease, invoice, lease.client).status == 403
    assert credit(lease, invoice, world.owner()).status == 404
    assert credit(lease, invoice, world.colleague(lease.client, Role.FINANCIAL_OFFICER)).status == 404
    assert credit(lease, {"id": other_id()}).status == 404
    assert credit(lease, invoice, reason="").fields == ["reason"]
    assert credit(lease, invoice, amount=0).fields == ["amount"]
    assert credit(lease, invoice, officer, amount=1).status == 201
    assert len(invoices(lease, officer)) == len(invoices(lease, lease.client)) == 2
    assert call(list_invoices, as_=world.owner()).json["data"] == []
    assert call(list_payments, as_=world.owner()).json["data"] == []


def test_the_statement_says_line_by_line_what_the_ledger_says(lease, world, call):
    first, second = lease.payments()[:2]
    lease.pay(first, amount=6000, transaction_reference="TXN-9")
    lease.pay(second, amount=100)
    credit(lease, invoices(lease)[0], amount=250)

    reply = call(download_statement, as_=lease.client, path={"contract_id": lease.contract})
    again = call(download_statement, as_=lease.owner, path={"contract_id": lease.contract})

    assert reply.headers["content-type"] == "application/pdf"
    assert reply.body == again.body
    pdf = text_of(reply)
    for words in ("Statement of Account", "Rent INV-", "Overpayment TXN-9 1,000.00", "Credit note CN-", "250.00"):
        assert words in pdf
    balance = lease.ledger()[1]
    assert f"{balance:,.2f}" in pdf
    assert call(download_statement, as_=world.client(), path={"contract_id": lease.contract}).status == 404
