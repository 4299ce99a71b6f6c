"""The statement of a contract's account as a PDF: every line of its ledger, and the balance after each."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.contracts.document import located
from shared.contracts.lease import lease_reference, party_of
from shared.kit.db import Row
from shared.kit.pdf import WIDTH, Column, Paper, Party, Pdf, Total, paper_of
from shared.kit.written import short_day, written_day, written_money
from shared.maths.currencies import exponent_of
from shared.payments.document import block
from shared.payments.models import StatementDays
from shared.payments.names import CHARGES, named

ENTRIES = {
    "PAYMENT": "Payment",
    "CREDIT": "Overpayment",
    "DEPOSIT_APPLIED": "Deposit applied",
    "DEPOSIT_RETURNED": "Deposit returned",
    "DEPOSIT_TRANSFER_OUT": "Deposit to lease",
    "DEPOSIT_TRANSFER_IN": "Deposit from lease",
    "WRITE_OFF": "Write-off",
    "REFUND": "Credit refunded",
    "TRANSFER_OUT": "Credit to lease",
    "TRANSFER_IN": "Credit from lease",
    "OPENING_CHARGE": "Opening balance",
    "OPENING_CREDIT": "Opening credit",
    "OPENING_FREED": "Paid before, credited",
}
"""How each entry of the ledger is called; an invoice is called by what it charges, a credit note by what it takes off,
so that a fee that comes, goes and comes again can be followed. What moves to or from another lease
has that lease as its reference."""

REVERSALS = {
    "PAYMENT": "Payment reversed",
    "CREDIT": "Overpayment reversed",
    "WRITE_OFF": "Write-off reversed",
    "REFUND": "Refund reversed",
    "TRANSFER_OUT": "Transfer reversed",
    "TRANSFER_IN": "Transfer reversed",
}
"""How a reversal is called, by what it takes back."""


INVOICED = CHARGES | {"INTEREST": "Interest"}
"""What an invoice charges. Its reference shows that it is an invoice."""

CREDITED = {
    "RENT": "Credit note, rent",
    "DEPOSIT": "Credit note, deposit",
    "LATE_FEE": "Credit note, late fee",
    "INTEREST": "Credit note, interest",
}
"""What a credit note takes off."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the account, and the balance after it."""

    day: date
    name: str
    reference: str
    debit: Decimal
    credit: Decimal
    balance: Decimal
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """An account from one day to another. `opening` is what was owed before its first entry; `deposit_held` belongs to
    the client and is not part of the balance."""

    contract_id: UUID
    as_of: date
    issuer: Party
    recipient: Party
    contract_reference: str
    premises: str
    term: str
    currency: str
    entries: tuple[Entry, ...]
    deposit_held: Decimal
    begins: date | None = None
    ends: date | None = None
    opening: Decimal = Decimal(0)
    basis: Literal["DOCUMENT", "POSTED"] = "DOCUMENT"
    has_ended: bool = False
    """Whether no installment follows that credit could settle."""
    paper: Paper = "A4"
    exponent: int = 2

    @property
    def balance(self) -> Decimal:
        return self.entries[-1].balance if self.entries else self.opening


def statement_of(contract: Row, entries: list[Row], days: StatementDays) -> Statement:
    """The statement of a contract (`ledger.select_statement`) for those days."""
    first, last = days.begins or date.min, days.ends or date.max
    if days.basis == "POSTED":
        entries = by_posting(entries)
    before = [row for row in entries if row["date"] < first]
    premises = contract["premises"]
    ends = contract["end_date"]
    return Statement(
        contract_id=contract["id"],
        as_of=contract["today"],
        issuer=party_of(contract["owner_party"]),
        recipient=party_of(contract["client_party"]),
        contract_reference=lease_reference(contract),
        premises=located(premises["space"]["name"], premises["floor_number"], premises["building"]["name"]),
        term=f"{written_day(contract['start_date'])} – {written_day(ends)}"
        if ends
        else written_day(contract["start_date"]),
        currency=contract["currency"],
        entries=tuple(
            Entry(
                row["date"],
                _name(row),
                _reference(row),
                row["debit"],
                row["credit"],
                row["balance"],
                row["reason"],
            )
            for row in entries
            if first <= row["date"] <= last
        ),
        deposit_held=contract["deposit_held"],
        begins=days.begins,
        ends=days.ends,
        basis=days.basis,
        has_ended=contract["has_ended"],
        opening=before[-1]["balance"] if before else Decimal(0),
        paper=paper_of(premises["building"]["address"].get("country")),
        exponent=exponent_of(contract["currency"]),
    )


def _name(row: Row) -> str:
    if row["type"] == "REVERSAL":
        return REVERSALS[row["reverses"]]
    return ENTRIES.get(row["type"]) or named(row["charge"], INVOICED if row["type"] == "INVOICE" else CREDITED)


def _reference(row: Row) -> str:
    if row["other_contract_id"]:
        return lease_reference({"id": row["other_contract_id"], "issued_on": row["other_issued_on"]})
    return row["reference"] or ""


def by_posting(entries: list[Row]) -> list[Row]:
    """The account by the days of posting, with the balance after each entry."""
    found, balance = [], Decimal(0)
    for row in sorted(entries, key=lambda entry: entry["posted_on"]):
        balance += row["debit"] - row["credit"]
        found.append(row | {"date": row["posted_on"], "balance": balance})
    return found


def render_statement(statement: Statement, logo: bytes | None = None) -> bytes:
    """The statement as a PDF, with the issuer's logo. Equal statements give identical bytes."""
    pdf = Pdf(
        kind="Statement of Account",
        reference=statement.contract_reference,
        document_id=str(statement.contract_id),
        issued_on=statement.as_of,
        author=statement.issuer.legal_name,
        paper=statement.paper,
    )
    pdf.title("Statement of Account", f"{statement.contract_reference}, {_days(statement)}", logo)
    pdf.columns(("From", block(statement.issuer)), ("To", block(statement.recipient)))
    pdf.facts([("Premises", statement.premises), ("Term", statement.term), ("Dates", _DATES[statement.basis])])
    pdf.space(5)
    owed = abs(statement.balance)
    label = "In the lessee's favour" if statement.balance < 0 else "To be paid" if owed else "Settled"
    pdf.amount_due(label, written_money(statement.currency, owed, statement.exponent))
    opening = ("", "Opening balance", "", "", "", _figure(statement, statement.opening))
    rows = [opening, *(_row(statement, entry) for entry in statement.entries)]
    pdf.table(_COLUMNS, rows, totals=[_total(statement)])
    pdf.space(3)
    applied = _WHEN_ENDED if statement.has_ended else "A negative balance is applied to the lessee's next installments."
    pdf.paragraph(f"All amounts in {statement.currency}. {applied}")
    reasons = [(_said_of(entry), entry.reason) for entry in statement.entries if entry.reason]
    if reasons:
        pdf.together("Reasons", reasons, label_width=80)
    if statement.deposit_held:
        held = written_money(statement.currency, statement.deposit_held, statement.exponent)
        pdf.paragraph(f"In addition to this account, the lessor holds a security deposit of {held}.")
    return pdf.finish()


_DATES = {"DOCUMENT": "The days of invoices and money", "POSTED": "The days of posting"}
_WHEN_ENDED = (
    "No installment follows: a negative balance is owed to the lessee, to be refunded or to be transferred to another "
    "lease of the same parties."
)
_COLUMNS = (
    Column("Date", 22),
    Column("Entry", 37),
    Column("Reference", 33),
    Column("Debit", 24, "R"),
    Column("Credit", 24, "R"),
    Column("Balance", WIDTH - 140, "R"),
)


def _row(statement: Statement, entry: Entry) -> tuple[str, ...]:
    def figure(amount: Decimal) -> str:
        return f"{amount:,.{statement.exponent}f}" if amount else ""

    balance = _figure(statement, entry.balance)
    return (short_day(entry.day), entry.name, entry.reference, figure(entry.debit), figure(entry.credit), balance)


def _said_of(entry: Entry) -> str:
    return ", ".join(part for part in (short_day(entry.day), entry.name, entry.reference) if part)


def _figure(statement: Statement, amount: Decimal) -> str:
    return f"{amount:,.{statement.exponent}f}"


def _days(statement: Statement) -> str:
    """“1 March 2027 to 31 March 2027”, or “as of” its last day where it begins with the account."""
    last = written_day(statement.ends or statement.as_of)
    return f"{written_day(statement.begins)} to {last}" if statement.begins else f"as of {last}"


def _total(statement: Statement) -> Total:
    debit = sum((entry.debit for entry in statement.entries), Decimal(0))
    credit = sum((entry.credit for entry in statement.entries), Decimal(0))
    figures = (_figure(statement, amount) for amount in (debit, credit, statement.balance))
    return Total(("", "Closing balance", "", *figures))
