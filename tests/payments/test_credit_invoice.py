"""Credit notes, and where the credit that they and over-payments leave goes."""

from decimal import Decimal

import pytest

from functions.contracts.download_statement import download_statement
from functions.notifications.compose_mail import compose_mail
from functions.payments.download_receipt import download_receipt
from functions.payments.list_invoices import list_invoices
from functions.payments.list_payments import list_payments
from functions.payments.write_off_payment import write_off_payment
from shared.kit.catalog import Role
from tests.auth.mailbox import mails
from tests.call import other_id, together
from tests.payments.lease import Lease, credit, invoices, text_of


@pytest.fixture
def lease(world, call):
    """5,000 a month for a year."""
    return Lease(world, call)


def test_a_credit_note_reduces_what_is_owed_and_the_rest_settles_the_payment(lease):
    first = lease.payments()[0]
    lease.pay(first, amount=1000)
    [invoice] = invoices(lease)

    note = credit(lease, invoice, amount=Decimal("1500.50"))

    assert note.status == 201
    assert (note.json["kind"], note.json["number"], note.json["reference"]) == ("CREDIT_NOTE", 1, "CN-000001")
    assert (note.json["credits_invoice_id"], note.json["total_amount"]) == (invoice["id"], Decimal("1500.50"))
    assert invoices(lease, kind="INVOICE")[0]["credited_amount"] == Decimal("1500.50")
    assert lease.ledger()[1] == Decimal("2499.50")
    assert lease.pay(first).json["status"] == "PAID"
    assert lease.payments()[0]["paid_amount"] == Decimal("3499.50")
    assert lease.ledger()[1] == 0
    assert lease.world.events(first["id"])[1] == "payment.credited"
    assert lease.world.audits(first["id"])[1]["after"]["credited_amount"] == Decimal("1500.5")


def test_a_receipt_and_its_mail_say_what_was_credited_and_written_off(lease, call, invoke):
    first = lease.payments()[0]
    lease.pay(first, amount=1000)
    credit(lease, invoices(lease)[0], amount=119)
    body = {"reason": "Settled", "amount": 85}
    assert call(write_off_payment, as_=lease.owner, path={"payment_id": first["id"]}, body=body).status == 200
    assert lease.pay(first).json["status"] == "PAID"

    receipt = text_of(call(download_receipt, as_=lease.client, path={"payment_id": first["id"]}))
    *_, event = (each for each in lease.world.event_details(first["id"]) if each["name"] == "payment.recorded")
    mails()
    assert invoke(compose_mail, event) == []

    assert "Total 5,000.00 Credited 119.00 Written off 85.00 Paid earlier 1,000.00" in receipt
    assert "Received with this payment 3,796.00 Balance 0.00" in receipt
    [told] = {each["text"] for each in mails()}
    facts = ("Paid So Far: $4,796.00", "Of: $5,000.00", "Credited: $119.00", "Written Off: $85.00")
    assert "\n".join(f"- {fact}" for fact in facts) in told
    assert "Outstanding" not in told


def test_a_credit_note_after_the_receipt_is_not_on_it(lease, call):
    first = lease.payments()[0]
    lease.pay(first, amount=1000)
    credit(lease, invoices(lease)[0], amount=119)

    receipt = text_of(call(download_receipt, as_=lease.client, path={"payment_id": first["id"]}))

    assert "Balance 4,000.00" in receipt
    assert "Credited" not in receipt


def test_no_more_than_the_invoiced_amount_can_be_credited(lease):
    lease.pay(lease.payments()[0], amount=1)
    [invoice] = invoices(lease)

    above = credit(lease, invoice, amount=Decimal("5000.01"))
    assert (above.status, above.code, above.fields) == (409, "MORE_THAN_INVOICED", ["amount"])
    assert "is 5000.01; 5000.00 USD is left of the invoice" in str(above.json)
    assert credit(lease, invoice, amount=3000).status == 201
    assert credit(lease, invoice, amount=Decimal("2000.01")).code == "MORE_THAN_INVOICED"
    assert credit(lease, invoice, amount=2000).status == 201
    assert credit(lease, invoice).code == "MORE_THAN_INVOICED"
    assert "'0.00 USD is left of the invoice'" in str(credit(lease, invoice).json)
    note = invoices(lease, kind="CREDIT_NOTE")[0]
    assert credit(lease, note).status == 404


def test_concurrent_credit_notes_never_exceed_the_invoiced_amount(lease):
    lease.pay(lease.payments()[0])
    [invoice] = invoices(lease)

    replies = together([lambda: credit(lease, invoice, amount=1000)] * 8)

    assert sorted(reply.status for reply in replies) == [201] * 5 + [409] * 3
    numbers = sorted(one["number"] for one in invoices(lease, kind="CREDIT_NOTE"))
    assert numbers == list(range(1, 6))
    lease.pay(lease.payments()[3])
    other = invoices(lease, kind="INVOICE")[0]
    once, twice = (credit(lease, other, key="note", amount=1) for _ in range(2))
    assert once.status == 201
    assert once.body == twice.body


def test_tax_is_credited_in_proportion(world, call):
    lease = Lease(world, call, tax_percent=Decimal("8.875"), months=1)
    lease.pay(lease.payments()[0], amount=1)
    [invoice] = invoices(lease)

    half = credit(lease, invoice, amount=Decimal("2721.88")).json
    rest = credit(lease, invoice).json

    assert (half["net_amount"], half["tax_amount"]) == (Decimal("2500.00"), Decimal("221.88"))
    assert (rest["net_amount"], rest["tax_amount"]) == (Decimal("2500.00"), Decimal("221.87"))
    assert lease.ledger()[1] == -1


def test_cents_are_refused_in_a_credit_note_in_a_currency_without_cents(world, call):
    lease = Lease(world, call, currency="JPY", tax_percent=10, months=1)
    lease.pay(lease.payments()[0], amount=1)
    [invoice] = invoices(lease)

    assert credit(lease, invoice, amount=Decimal("1.5")).fields == ["amount"]
    note = credit(lease, invoice, amount=333).json
    assert (note["net_amount"], note["tax_amount"]) == (303, 30)


def test_a_credit_note_changes_neither_the_invoice_nor_its_number(lease):
    lease.pay(lease.payments()[0])
    [before] = lease.world.sql("SELECT * FROM invoices WHERE contract_id = %(id)s", id=lease.contract)
    credit(lease, {"id": before["id"]}, amount=100)

    [after] = lease.world.sql("SELECT * FROM invoices WHERE id = %(id)s", id=before["id"])
    assert after == before


def test_only_those_who_record_payments_may_credit_an_invoice(lease, world, call):
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


def test_the_statement_has_the_same_lines_as_the_ledger(lease, world, call):
    first, second = lease.payments()[:2]
    lease.pay(first, amount=6000, transaction_reference="TXN-9")
    lease.pay(second, amount=100)
    credit(lease, invoices(lease)[0], amount=250)

    reply = call(download_statement, as_=lease.client, path={"contract_id": lease.contract})
    again = call(download_statement, as_=lease.owner, path={"contract_id": lease.contract})

    assert reply.headers["content-type"] == "application/pdf"
    assert reply.body == again.body
    pdf = text_of(reply)
    for words in ("Statement of Account", "Rent INV-", "Overpayment TXN-9 1,000.00", "Credit note, rent CN-", "250.00"):
        assert words in pdf
    balance = lease.ledger()[1]
    assert f"{balance:,.2f}" in pdf
    assert call(download_statement, as_=world.client(), path={"contract_id": lease.contract}).status == 404


def test_a_statement_of_some_days_opens_and_closes_with_what_was_owed(lease, call):
    first, second = lease.payments()[:2]
    lease.pay(first, amount=100)
    lease.pay(second, amount=200)
    lines, closing = lease.ledger()
    last = max(day for day, _, _ in lines)
    opening = sum(amount for day, _, amount in lines if day < last)

    def statement(**query):
        path = {"contract_id": lease.contract}
        return call(download_statement, as_=lease.client, path=path, query=query)

    whole = text_of(statement())
    assert "Opening balance 0.00" in whole
    assert f"{closing:,.2f}" in whole.partition("Closing balance")[2]

    part = text_of(statement(**{"from": last}))
    assert f"Opening balance {opening:,.2f}" in part
    assert f"{closing:,.2f}" in part.partition("Closing balance")[2]

    none = text_of(statement(**{"from": "1990-01-01", "to": "1990-12-31"}))
    assert "1 January 1990 to 31 December 1990" in none
    assert "Rent INV-" not in none
    assert "0.00" in none.partition("Closing balance")[2]
    assert statement(**{"from": last, "to": "1990-01-01"}).fields == ["to"]
