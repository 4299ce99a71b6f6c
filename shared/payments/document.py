"""Invoice and receipt: the documents of one payment, for both sides' books.

Both are rendered from rows that never change once written, and the same rows give the same bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.kit.pdf import WIDTH, Column, Paper, Party, Pdf, Total
from shared.kit.written import written_day, written_money
from shared.maths.tax import TaxPart
from shared.payments.names import named


@dataclass(frozen=True, slots=True)
class Charge:
    """What a payment is for. `amount` is without tax; a period has both ends inside it."""

    charge: Literal["RENT", "DEPOSIT", "LATE_FEE", "INTEREST", "OPENING_BALANCE", "RECLAIM"]
    period_start: date
    period_end: date | None
    amount: Decimal
    installment_number: int | None = None
    total_installments: int | None = None
    tax: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Invoice:
    """Asks for one payment. Amounts in major units of `currency`, which has `exponent` decimals.

    `paid` is what had been paid on the day of issue; the balance is the total less that.
    """

    id: UUID
    number: str
    issued_on: date
    due_date: date
    issuer: Party
    recipient: Party
    contract_reference: str
    premises: str
    currency: str
    charges: tuple[Charge, ...]
    tax_percent: Decimal
    tax: Decimal
    total: Decimal
    paid: Decimal = Decimal(0)
    taxes: tuple[TaxPart, ...] = ()
    """The parts of the tax, where its lease names a tax code."""
    corrects: tuple[str, ...] = ()
    """The numbers of the invoices whose tax it corrects."""
    accounts: tuple[dict[str, str | None], ...] = ()
    """Where to pay, as the issuer's organization keeps them."""
    rents: tuple[str, ...] = ()
    """The invoices of the rent that a late fee or interest is for."""
    paper: Paper = "A4"
    exponent: int = 2


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proves one transaction: `received` by `issuer` on `paid_date`.

    `paid` is all that was paid towards the invoice's total up to and with this transaction; `credit` is what of
    `received` went beyond that. `credited` and `written_off` had been taken off the total before.
    """

    id: UUID
    number: str
    issued_on: date
    paid_date: date
    issuer: Party
    recipient: Party
    invoice_number: str | None
    """None where what is paid was invoiced before the lease was imported."""
    contract_reference: str
    premises: str
    currency: str
    charges: tuple[Charge, ...]
    tax_percent: Decimal
    tax: Decimal
    total: Decimal
    received: Decimal
    paid: Decimal
    credit: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)
    written_off: Decimal = Decimal(0)
    taxes: tuple[TaxPart, ...] = ()
    corrects: tuple[str, ...] = ()
    payment_method: str | None = None
    transaction_reference: str | None = None
    paper: Paper = "A4"
    exponent: int = 2


def render_invoice(invoice: Invoice, logo: bytes | None = None) -> bytes:
    """The invoice as a PDF, with the issuer's logo. Equal invoices give identical bytes."""
    pdf = Pdf(
        kind="Invoice",
        reference=invoice.number,
        document_id=str(invoice.id),
        issued_on=invoice.issued_on,
        author=invoice.issuer.legal_name,
        paper=invoice.paper,
    )
    pdf.title("Invoice", invoice.number, logo)
    pdf.columns(("From", block(invoice.issuer)), ("Bill to", block(invoice.recipient)))
    pdf.facts(
        [
            ("Issued", written_day(invoice.issued_on)),
            ("Due", written_day(invoice.due_date)),
            ("Supply period", _supplied(invoice.charges)),
            *([("For rent invoice", ", ".join(invoice.rents))] if invoice.rents else []),
            ("Lease", invoice.contract_reference),
            ("Premises", invoice.premises),
        ]
    )
    pdf.space(5)
    balance = invoice.total - invoice.paid
    _charges(
        pdf,
        invoice,
        balance,
        less=(("Amount paid", invoice.paid),),
    )
    if not balance:
        pdf.amount_due("Settled", written_money(invoice.currency, balance, invoice.exponent))
        pdf.paragraph("Nothing is due: this invoice was settled when it was issued.")
    elif balance < 0:
        pdf.amount_due("In your favour", written_money(invoice.currency, -balance, invoice.exponent))
        pdf.paragraph("Nothing is due: this amount is applied to other open installments, the oldest first.")
    else:
        pdf.amount_due(
            f"Due by {written_day(invoice.due_date)}", written_money(invoice.currency, balance, invoice.exponent)
        )
        _where_to_pay(pdf, invoice)
    return pdf.finish()


def render_receipt(receipt: Receipt, logo: bytes | None = None) -> bytes:
    """The receipt as a PDF, with the issuer's logo. Equal receipts give identical bytes."""
    pdf = Pdf(
        kind="Receipt",
        reference=receipt.number,
        document_id=str(receipt.id),
        issued_on=receipt.issued_on,
        author=receipt.issuer.legal_name,
        paper=receipt.paper,
    )
    pdf.title("Receipt", receipt.number, logo)
    pdf.columns(
        ("Received by", block(receipt.issuer)),
        ("Received from", block(receipt.recipient)),
    )
    pdf.amount_due(
        f"Received on {written_day(receipt.paid_date)}",
        written_money(receipt.currency, receipt.received, receipt.exponent),
    )
    pdf.facts(
        [
            ("Payment method", _method(receipt.payment_method)),
            ("Payment reference", receipt.transaction_reference or "Not stated"),
            ("For invoice", receipt.invoice_number or "Issued before the lease was imported"),
            ("Lease", receipt.contract_reference),
            ("Premises", receipt.premises),
            ("Issued", written_day(receipt.issued_on)),
        ]
    )
    pdf.space(5)
    _charges(
        pdf,
        receipt,
        receipt.total - receipt.credited - receipt.written_off - receipt.paid,
        less=(
            *([("Credited", receipt.credited)] if receipt.credited else []),
            *([("Written off", receipt.written_off)] if receipt.written_off else []),
            ("Paid earlier", receipt.paid + receipt.credit - receipt.received),
            ("Received with this payment", receipt.received),
            *([("Kept as credit", receipt.credit)] if receipt.credit else []),
        ),
    )
    return pdf.finish()


def _where_to_pay(pdf: Pdf, invoice: Invoice) -> None:
    if not invoice.accounts:
        pdf.paragraph(f"Please state {invoice.number} as the reference of your payment.")
        return
    pdf.heading("Where to pay")
    for account in invoice.accounts:
        iban = account["iban"] or ""
        told = [
            ("Account holder", account["holder"] or invoice.issuer.legal_name),
            ("Bank", account["bank"]),
            ("IBAN", " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))),
            ("BIC", account["bic"]),
            ("Routing number", account["routing_number"]),
            ("Account number", account["account_number"]),
        ]
        pdf.facts([(label, value) for label, value in told if value])
        pdf.space(2)
    pdf.facts([("Payment reference", invoice.number)])


def block(party: Party) -> list[str]:
    """A side's name, address and tax id, line by line."""
    lines = [party.legal_name]
    if party.address:
        lines += [line.strip() for line in party.address.splitlines() if line.strip()]
    if party.tax_id:
        lines.append(f"Tax ID {party.tax_id}")
    return lines


def _method(method: str | None) -> str:
    """bank_transfer → Bank transfer."""
    return method.replace("_", " ").capitalize() if method else "Not stated"


def _charges(pdf: Pdf, document: Invoice | Receipt, balance: Decimal, *, less: Sequence[tuple[str, Decimal]]) -> None:
    """The table of what is charged, its tax and total, what has been taken off or paid of it, and what is left."""
    # The tax of a single charge is the document's.
    is_split = len(document.charges) > 1
    columns = [
        Column("Description", 50 if is_split else 62),
        Column("Period", 64 if is_split else 70),
        *([Column("Tax", 22, "R")] if is_split else []),
        Column(f"Amount ({document.currency})", WIDTH - (136 if is_split else 132), "R"),
    ]

    def figure(amount: Decimal) -> str:
        return f"{amount:,.{document.exponent}f}"

    def total(label: str, amount: Decimal, *, strong: bool = False) -> Total:
        return Total((label, *[""] * (len(columns) - 2), figure(amount)), strong=strong)

    net = sum((charge.amount for charge in document.charges), Decimal(0))
    pdf.table(
        columns,
        [
            (
                _description(one, bool(document.corrects)),
                _period(one),
                *([figure(one.tax)] if is_split else []),
                figure(one.amount),
            )
            for one in document.charges
        ],
        totals=[
            total("Net", net),
            *(total(label, tax) for label, tax in taxes_of(document.taxes, document.tax_percent, document.tax, figure)),
            total("Total", document.total, strong=True),
            *(total(label, amount) for label, amount in less),
            total("Balance", balance, strong=True),
        ],
    )
    if document.corrects:
        pdf.paragraph(f"Corrects the tax of {', '.join(document.corrects)}, at a rate that became known later.")
    print_reasons(pdf, document.taxes)
    pdf.space(3)


def print_reasons(pdf: Pdf, taxes: Sequence[TaxPart]) -> None:
    """Why no tax is charged, each reason once."""
    for reason in dict.fromkeys(part.reason for part in taxes if part.reason):
        pdf.paragraph(f"{reason}.")


def taxes_of(
    taxes: Sequence[TaxPart], percent: Decimal, tax: Decimal, figure: Callable[[Decimal], str]
) -> Iterator[tuple[str, Decimal]]:
    """What each rate comes to, by code and category; one rate where the lease states a percent."""
    if not taxes:
        yield f"Tax {percent.normalize():f} %", tax
    for part in taxes:
        category = "" if part.category == "STANDARD" else f", {part.category.lower()}"
        yield f"{part.code} {part.percent.normalize():f} % of {figure(part.net)}{category}", part.tax


def _description(charge: Charge, corrects: bool) -> str:
    name = named(charge.charge)
    if corrects:
        return f"{name}, tax correction"
    if charge.installment_number:
        return f"{name}, installment {charge.installment_number} of {charge.total_installments}"
    return f"{name}, index adjustment" if charge.charge == "RENT" else name


def _supplied(charges: Sequence[Charge]) -> str:
    """From the first to the last day of what is charged."""
    ends = [charge.period_end or charge.period_start for charge in charges]
    first, last = min(charge.period_start for charge in charges), max(ends)
    return written_day(first) if first == last else f"{written_day(first)} – {written_day(last)}"


def _period(charge: Charge) -> str:
    if charge.period_end:
        return f"{written_day(charge.period_start)} – {written_day(charge.period_end)}"
    # What is recalculated on a day stands for no period that begins with it.
    is_calculated = charge.charge == "INTEREST" or (charge.charge == "RENT" and not charge.installment_number)
    return f"{'As of' if is_calculated else 'From'} {written_day(charge.period_start)}"
