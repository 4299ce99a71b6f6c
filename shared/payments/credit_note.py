"""The credit note: what it takes off which invoices, for both sides' books.

Rendered from rows that never change once written, and the same rows give the same bytes.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.contracts.document import located
from shared.contracts.lease import lease_reference, party_of
from shared.contracts.models import CreditChoice
from shared.kit.db import Row
from shared.kit.pdf import WIDTH, Column, Paper, Party, Pdf, Total, paper_of
from shared.kit.written import written_day, written_money
from shared.maths.currencies import exponent_of
from shared.maths.tax import TaxPart
from shared.payments.document import block, print_reasons, taxes_of
from shared.payments.names import CHARGES, named
from shared.taxes.rules import parts_of


@dataclass(frozen=True, slots=True)
class Correction:
    """What is taken off one invoice, without tax, and the period that is credited, both ends inside it."""

    invoice_number: str
    invoiced_on: date
    charge: str
    period_start: date
    period_end: date | None
    net: Decimal


@dataclass(frozen=True, slots=True)
class CreditNote:
    """Takes amounts off invoices that were issued. Amounts in major units of `currency`, with `exponent` decimals."""

    id: UUID
    number: str
    issued_on: date
    issuer: Party
    recipient: Party
    reason: str
    contract_reference: str
    premises: str
    currency: str
    corrections: tuple[Correction, ...]
    tax_percent: Decimal
    tax: Decimal
    total: Decimal
    effective_date: date | None = None
    """The first day without the lease, where its early end is credited."""
    end_credit: CreditChoice | None = None
    taxes: tuple[TaxPart, ...] = ()
    """The parts of the tax, where its lease names a tax code."""
    paper: Paper = "A4"
    exponent: int = 2


def credit_note_of(row: Row) -> CreditNote:
    """The credit note as `archive.select_credit_note` returns it."""
    premises = row["premises"]
    return CreditNote(
        id=row["id"],
        number=credit_note_number(row),
        issued_on=row["issued_on"],
        issuer=party_of(row["owner_party"]),
        recipient=party_of(row["client_party"]),
        reason=row["reason"] or "",
        contract_reference=lease_reference({"id": row["contract_id"], "issued_on": row["contract_issued_on"]}),
        premises=located(premises["space"]["name"], premises["floor_number"], premises["building"]["name"]),
        currency=row["currency"],
        corrections=tuple(_correction(*pair) for pair in zip(row["credits"], row["lines"], strict=True)),
        tax_percent=row["tax_percent"],
        tax=row["tax_amount"],
        taxes=parts_of(row["taxes"]),
        total=row["total_amount"],
        effective_date=row["effective_date"],
        end_credit=row["end_credit"],
        paper=paper_of(premises["building"]["address"].get("country")),
        exponent=exponent_of(row["currency"]),
    )


def credit_note_number(row: Row) -> str:
    """The credit note's number, in a series of its own in the owner's organization."""
    return f"CN-{row['number']:06d}"


def credit_note_key(row: Row) -> str:
    """Where the credit note's PDF is kept in the documents bucket."""
    return f"credit-notes/{row['id']}.pdf"


def render_credit_note(note: CreditNote, logo: bytes | None = None) -> bytes:
    """The credit note as a PDF, with the issuer's logo. Equal credit notes give identical bytes."""
    pdf = Pdf(
        kind="Credit Note",
        reference=note.number,
        document_id=str(note.id),
        issued_on=note.issued_on,
        author=note.issuer.legal_name,
        paper=note.paper,
    )
    pdf.title("Credit Note", note.number, logo)
    pdf.columns(("From", block(note.issuer)), ("Credit to", block(note.recipient)))
    pdf.facts(
        [
            ("Issued", written_day(note.issued_on)),
            ("Reason", note.reason),
            *([("Effective date", written_day(note.effective_date))] if note.effective_date else []),
            ("Supply period", _supplied(note.corrections)),
            ("Lease", note.contract_reference),
            ("Premises", note.premises),
            ("Reference", note.number),
        ]
    )
    pdf.space(5)

    def figure(amount: Decimal) -> str:
        return f"{amount:,.{note.exponent}f}"

    net = sum((one.net for one in note.corrections), Decimal(0))
    pdf.table(
        _COLUMNS[:-1] + (Column(f"Amount ({note.currency})", _COLUMNS[-1].width, "R"),),
        [(_cited(one), named(one.charge, _CHARGES), _period(one), figure(one.net)) for one in note.corrections],
        totals=[
            Total(("Net", "", "", figure(net)), strong=False),
            *(
                Total((label, "", "", figure(tax)), strong=False)
                for label, tax in taxes_of(note.taxes, note.tax_percent, note.tax, figure)
            ),
            Total(("Total", "", "", figure(note.total))),
        ],
    )
    print_reasons(pdf, note.taxes)
    pdf.space(3)
    pdf.amount_due("Credited", written_money(note.currency, note.total, note.exponent))
    pdf.paragraph(f"Nothing is due. What was paid of this amount {_GOES[note.end_credit or 'KEEP']}")
    return pdf.finish()


_COLUMNS = (Column("Corrects", 50.5), Column("Charge", 27.5), Column("Period", 62), Column("Amount", WIDTH - 140, "R"))
_GOES: dict[CreditChoice, str] = {
    "KEEP": "is applied to other open installments, the oldest first.",
    "REFUND_DUE": "settles what is open on this lease, the oldest first. The rest is paid back.",
    "OFFSET": "settles what is open on this lease, the oldest first. The rest is applied to open installments of other "
    "leases between the same parties.",
}
_CHARGES = CHARGES | {"INTEREST": "Interest"}


def _correction(credited: dict[str, Any], line: dict[str, Any]) -> Correction:
    return Correction(
        invoice_number=f"INV-{credited['number']:06d}",
        invoiced_on=date.fromisoformat(credited["issued_on"]),
        charge=line["charge"],
        period_start=date.fromisoformat(line["period_start"]),
        period_end=date.fromisoformat(line["period_end"]) if line["period_end"] else None,
        net=Decimal(credited["net"]),
    )


def _cited(one: Correction) -> str:
    return f"{one.invoice_number}, {written_day(one.invoiced_on)}"


def _period(one: Correction) -> str:
    first = written_day(one.period_start)
    return f"{first} – {written_day(one.period_end)}" if one.period_end else first


def _supplied(corrections: tuple[Correction, ...]) -> str:
    """From the first to the last day of what is corrected."""
    first = min(one.period_start for one in corrections)
    last = max(one.period_end or one.period_start for one in corrections)
    return written_day(first) if first == last else f"{written_day(first)} – {written_day(last)}"
