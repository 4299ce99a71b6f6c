"""Invoice and receipt as a reader finds them: text taken out of the PDF again."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from pypdf import PdfReader

from shared.kit.pdf import Party
from shared.payments.document import Charge, Invoice, Receipt, render_invoice, render_receipt

D = Decimal

OWNER = Party("Harbor Holdings, LLC", "1 Wall Street\nNew York", "84-1234567")
CLIENT = Party("Łódź Analytics GmbH", "Straße 5\nKöln", "DE811907980")
RENT = Charge("RENT", date(2028, 2, 1), date(2028, 2, 29), D("18500.00"), 3, 25)
INVOICE = Invoice(
    id=UUID("0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"),
    number="INV-000042",
    issued_on=date(2028, 1, 22),
    due_date=date(2028, 2, 1),
    issuer=OWNER,
    recipient=CLIENT,
    contract_reference="LEASE-0193A1B2",
    premises="Suite 7B, Exchange Tower",
    currency="USD",
    charges=(RENT,),
    tax_percent=D("8.8750"),
    tax=D("1641.88"),
    total=D("20141.88"),
    paid=D("141.88"),
)
RECEIPT = Receipt(
    id=UUID("0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1c"),
    number="RCP-000017",
    issued_on=date(2028, 2, 3),
    paid_date=date(2028, 2, 2),
    issuer=OWNER,
    recipient=CLIENT,
    invoice_number="INV-000042",
    contract_reference="LEASE-0193A1B2",
    premises="Suite 7B, Exchange Tower",
    currency="USD",
    charges=(RENT,),
    tax_percent=D("8.8750"),
    tax=D("1641.88"),
    total=D("20141.88"),
    received=D("10000.00"),
    paid=D("15000.00"),
    payment_method="bank_transfer",
    transaction_reference="TXN123456",
)


def text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_an_invoice_states_parties_amount_charge_and_due_date() -> None:
    invoice = text(render_invoice(INVOICE))

    for fact in (
        "Invoice INV-000042",
        "Harbor Holdings, LLC 1 Wall Street New York Tax ID 84-1234567",
        "Łódź Analytics GmbH Straße 5 Köln Tax ID DE811907980",
        "Issued 22 January 2028",
        "Due 1 February 2028",
        "LEASE-0193A1B2",
        "Suite 7B, Exchange Tower",
        "Rent, installment 3 of 25 1 February 2028 – 29 February 2028 18,500.00",
        "Net 18,500.00",
        "Tax 8.875 % 1,641.88",
        "Total 20,141.88",
        "Amount paid 141.88",
        "Balance 20,000.00",
        "Due by 1 February 2028 USD 20,000.00",
        "Document 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b Page 1 of 1",
    ):
        assert fact in invoice


def test_a_receipt_states_amount_method_and_outstanding_balance() -> None:
    receipt = text(render_receipt(RECEIPT))

    for fact in (
        "Receipt RCP-000017",
        "Harbor Holdings, LLC",
        "Łódź Analytics GmbH",
        "Received on 2 February 2028 USD 10,000.00",
        "Payment method Bank transfer",
        "Payment reference TXN123456",
        "For invoice INV-000042",
        "Total 20,141.88",
        "Paid earlier 5,000.00",
        "Received with this payment 10,000.00",
        "Balance 5,141.88",
        "Page 1 of 1",
    ):
        assert fact in receipt


def test_a_receipt_of_an_overpayment_states_the_full_amount_and_the_credit() -> None:
    receipt = text(render_receipt(replace(RECEIPT, received=D("10100.00"), paid=D("20141.88"), credit=D("100.00"))))

    assert "Received on 2 February 2028 USD 10,100.00" in receipt
    assert "Paid earlier 10,141.88 Received with this payment 10,100.00 Kept as credit 100.00 Balance 0.00" in receipt
    assert "credit" not in text(render_receipt(RECEIPT))


def test_a_receipt_takes_what_was_credited_and_written_off_out_of_the_balance() -> None:
    figures = {"total": D("3966.66"), "received": D("2762.35"), "paid": D("3847.66")}
    credited = text(render_receipt(replace(RECEIPT, **figures, credited=D("119.00"))))
    written_off = text(render_receipt(replace(RECEIPT, **figures, credited=D("34.00"), written_off=D("85.00"))))

    received = "Paid earlier 1,085.31 Received with this payment 2,762.35 Balance 0.00"
    assert f"Total 3,966.66 Credited 119.00 {received}" in credited
    assert f"Total 3,966.66 Credited 34.00 Written off 85.00 {received}" in written_off


@pytest.mark.parametrize(
    ("charge", "line"),
    [
        (
            Charge("DEPOSIT", date(2028, 2, 1), None, D("37000.00")),
            "Security deposit From 1 February 2028 37,000.00",
        ),
        (
            Charge("LATE_FEE", date(2028, 2, 1), None, D("250.00")),
            "Late fee From 1 February 2028 250.00",
        ),
        (
            Charge("INTEREST", date(2028, 2, 1), date(2028, 3, 2), D("73.97")),
            "Interest on overdue rent 1 February 2028 – 2 March 2028 73.97",
        ),
        (
            Charge("INTEREST", date(2028, 3, 2), None, D("73.97")),
            "Interest on overdue rent As of 2 March 2028 73.97",
        ),
        (
            Charge("RENT", date(2028, 3, 2), None, D("132.00")),
            "Rent, index adjustment As of 2 March 2028 132.00",
        ),
        (
            Charge("RENT", date(2028, 3, 2), None, D("900000.00"), 1, 1),
            "Rent, installment 1 of 1 From 2 March 2028 900,000.00",
        ),
    ],
)
def test_an_invoice_names_each_kind_of_charge(charge: Charge, line: str) -> None:
    document = replace(INVOICE, charges=(charge,), tax_percent=D(0), tax=D(0), total=charge.amount)

    assert line in text(render_invoice(document))
    assert "Tax 0 % 0.00" in text(render_invoice(document))


def test_an_invoice_with_a_negative_balance_asks_for_no_payment() -> None:
    charge = Charge("RENT", date(2028, 3, 2), None, D("-27.00"))
    document = replace(INVOICE, charges=(charge,), tax=D("-2.40"), total=D("-29.40"), paid=D(0))
    invoice = text(render_invoice(document))

    assert "Balance -29.40 In your favour USD 29.40 Nothing is due" in invoice
    assert "Due by" not in invoice
    assert "Please state" not in invoice
    assert "Please state INV-000042 as the reference of your payment." in text(render_invoice(INVOICE))


def test_an_invoice_that_is_settled_when_it_is_issued_asks_for_no_payment() -> None:
    account = {"holder": None, "bank": "Bank", "iban": None, "bic": None, "routing_number": None}
    settled = replace(INVOICE, paid=INVOICE.total, accounts=(account | {"account_number": "1", "currency": None},))
    invoice = text(render_invoice(settled))

    assert "Balance 0.00 Settled USD 0.00 Nothing is due" in invoice
    assert "Due by" not in invoice
    assert "Where to pay" not in invoice
    assert "Where to pay" in text(render_invoice(replace(settled, paid=D("0"))))


def test_a_receipt_says_which_details_were_not_stated() -> None:
    receipt = text(render_receipt(replace(RECEIPT, payment_method=None, transaction_reference=None)))

    assert "Payment method Not stated Payment reference Not stated" in receipt


def test_the_same_document_gives_the_same_bytes() -> None:
    assert render_invoice(INVOICE) == render_invoice(replace(INVOICE))
    assert render_receipt(RECEIPT) == render_receipt(replace(RECEIPT))
    assert render_receipt(RECEIPT) != render_receipt(replace(RECEIPT, received=D("9999.99")))


@pytest.mark.parametrize(
    "name", ["", "株式会社", "شركة العقارات", "W" * 255, "Ж" * 255, "long name " * 25, "a\x00b\u202e\nc", "{nb}"]
)
def test_invoices_and_receipts_can_print_names_in_any_script(name: str) -> None:
    party = Party(name, name, name)

    for pdf in (
        render_invoice(replace(INVOICE, issuer=party, recipient=party, premises=name)),
        render_receipt(replace(RECEIPT, issuer=party, recipient=party, transaction_reference=name)),
    ):
        assert "20,141.88" in text(pdf)


def test_a_line_after_one_in_another_script_keeps_its_font() -> None:
    party = Party("נכסים", "דרך יפו 12", "84-1234567")

    assert "Tax ID 84-1234567" in text(render_invoice(replace(INVOICE, issuer=party)))


def test_an_invoice_says_where_to_pay_and_under_which_reference() -> None:
    nothing = dict.fromkeys(("holder", "bank", "iban", "bic", "routing_number", "account_number", "currency"))
    iban = nothing | {"iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}
    routed = nothing | {"routing_number": "111000025", "account_number": "000123456789", "holder": "Stone Trust"}

    shown = text(render_invoice(replace(INVOICE, accounts=(iban, routed))))

    assert f"Account holder {OWNER.legal_name} IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX" in shown
    assert "Account holder Stone Trust Routing number 111000025 Account number 000123456789" in shown
    assert "Payment reference INV-000042" in shown
    assert "Supply period 1 February 2028 – 29 February 2028" in shown


def test_bold_text_of_other_scripts_is_drawn_with_its_outlines() -> None:
    # No bold font of these scripts is in the layer: 2 Tr fills and strokes.
    plain, bold = (
        PdfReader(io.BytesIO(render_invoice(replace(INVOICE, issuer=Party(name, "", "")))))
        .pages[0]
        .get_contents()
        .get_data()
        for name in ("Harbor Holdings, LLC", "株式会社")
    )

    assert (plain.count(b" 2 Tr "), bold.count(b" 2 Tr ")) == (0, 1)
