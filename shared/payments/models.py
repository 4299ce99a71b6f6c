"""What a payment looks like: one installment of a contract's schedule."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from shared.kit.fields import (
    AskedDay,
    AskedId,
    Body,
    Day,
    Flag,
    Label,
    PositiveMoney,
    Query,
    Reason,
    Says,
    Text,
    View,
    refuse,
)
from shared.kit.paging import Paged, PageMeta
from shared.taxes.models import CorrectedInvoice, TaxedPart

PaymentStatus = Literal["SCHEDULED", "DUE", "PAID", "OVERDUE", "CANCELLED"]
Charge = Literal["RENT", "DEPOSIT", "LATE_FEE", "INTEREST", "OPENING_BALANCE", "RECLAIM"]
PaymentMethod = Literal["bank_transfer", "cheque", "external_gateway"]
InvoiceKind = Literal["INVOICE", "CREDIT_NOTE"]
LedgerEntryType = Literal[
    "INVOICE",
    "CREDIT_NOTE",
    "PAYMENT",
    "CREDIT",
    "REVERSAL",
    "DEPOSIT_APPLIED",
    "DEPOSIT_RETURNED",
    "DEPOSIT_TRANSFER_OUT",
    "DEPOSIT_TRANSFER_IN",
    "WRITE_OFF",
    "REFUND",
    "TRANSFER_OUT",
    "TRANSFER_IN",
    "OPENING_CHARGE",
    "OPENING_CREDIT",
    "OPENING_FREED",
]


class Recording(Body):
    """Money that was received. Without an amount, all that is still outstanding."""

    paid_date: Day
    """The day on which the money was received; not in the future."""
    payment_method: PaymentMethod
    transaction_reference: Label | None = None
    amount: PositiveMoney | None = None
    """Tax included. By default all that is outstanding; what exceeds it becomes credit."""
    currency: Annotated[Text, Field(pattern="^[A-Z]{3}$"), Says("must be an ISO 4217 code, such as USD")] | None = None
    """If given, it must be the contract's."""
    allow_credit: Flag = False
    """Whether more than the contract still asks for is accepted, as credit."""
    unique_reference: Flag = False
    """Whether a transaction reference that the contract has already is refused."""


class Reversing(Body):
    """Why recorded money does not count, for example a bounced cheque or the wrong installment."""

    reason: Reason


class Crediting(Body):
    """How much to credit on an invoice, tax included, and why. Without an amount, all that is left of it."""

    amount: PositiveMoney | None = None
    """Tax included. By default all that is left of the invoice."""
    reason: Reason
    """Both sides can read it."""


class StatementDays(Query):
    """The days that a statement covers, both included: from the first entry, to today."""

    basis: Literal["DOCUMENT", "POSTED"] = "DOCUMENT"
    """DOCUMENT: by the dates of documents and money. POSTED: by the days of posting."""

    begins: Annotated[AskedDay | None, Field(alias="from")] = None
    ends: Annotated[AskedDay | None, Field(alias="to")] = None

    @field_validator("ends")
    @classmethod
    def _not_before_it_begins(cls, ends: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("begins")
        if ends and begins and ends < begins:
            raise refuse("must not be before `from`")
        return ends


class InvoiceFilter(Paged):
    """Which invoices and credit notes to list, newest first."""

    contract_id: AskedId | None = None
    kind: InvoiceKind | None = None


class PaymentFilter(Paged):
    """Which payments to list, by due date."""

    contract_id: AskedId | None = None
    status: PaymentStatus | None = None
    due_date_from: AskedDay | None = None
    """Due on this day or later."""
    due_date_to: AskedDay | None = None
    """Due on this day or earlier."""

    @field_validator("due_date_to")
    @classmethod
    def _not_before_it_begins(cls, ends: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("due_date_from")
        if ends and begins and ends < begins:
            raise refuse("must not be before due_date_from")
        return ends


class Payment(View):
    """One installment. Of `amount` and `tax_amount` together, `paid_amount` is settled, and `credited_amount` is no
    longer owed because of credit notes, `written_off_amount` because it is not expected to come. Its days are those of
    `timezone`, the building's."""

    id: UUID
    contract_id: UUID
    payer_id: UUID | None
    owner_organization_id: UUID
    client_organization_id: UUID
    charge: Charge
    amount: Decimal
    """Without tax, after `abatement`."""
    abatement: Decimal
    tax_amount: Decimal
    taxes: list[TaxedPart]
    """The parts of `tax_amount`, by code and rate; several where a rate changes inside the period."""
    credited_amount: Decimal
    written_off_amount: Decimal
    paid_amount: Decimal
    currency: str
    period_start: date
    period_end: date | None
    due_date: date
    paid_date: date | None
    timezone: str
    status: PaymentStatus
    installment_number: int | None
    total_installments: int | None
    payment_method: PaymentMethod | None
    invoice_url: str | None
    receipt_url: str | None
    payment_plan_id: UUID | None
    """The plan by which it is paid; null where it is paid as it is due."""
    created_at: datetime
    updated_at: datetime

    accounted: ClassVar[tuple[str, ...]] = (
        "status",
        "contract_id",
        "payer_id",
        "owner_organization_id",
        "client_organization_id",
        "charge",
        "amount",
        "tax_amount",
        "credited_amount",
        "written_off_amount",
        "paid_amount",
        "currency",
        "due_date",
        "paid_date",
    )


class Recorded(Payment):
    """A payment after money was recorded: `applied` of it settled this payment, `credit` is the rest, which settles the
    contract's other payments or stays. `warnings` has REFERENCE_SEEN where the contract had its reference already."""

    applied: Decimal
    credit: Decimal
    warnings: list[Literal["REFERENCE_SEEN"]]


class PaymentList(View):
    """A page of payments."""

    data: list[Payment]
    meta: PageMeta


class InvoiceLine(View):
    """An amount that an invoice charges or a credit note takes off, without tax, and its tax."""

    charge: Charge
    period_start: date
    period_end: date | None
    amount: Decimal
    tax_amount: Decimal


class Credited(View):
    """What a credit note takes off an invoice, without tax and of the tax."""

    invoice_id: UUID
    number: int
    """The invoice's."""
    issued_on: date
    """The invoice's day."""
    net: Decimal
    tax: Decimal


class Invoice(View):
    """An invoice, or a credit note for one or several. Each kind has its own series of numbers, without gaps.

    `paid_amount` was already settled by credit when it was issued. `credited_amount` is what credit notes have taken
    off since.
    """

    id: UUID
    kind: InvoiceKind
    number: int
    """Counted from 1 for each owner's organization, without gaps."""
    reference: str
    """The number as it is printed."""
    contract_id: UUID
    payment_id: UUID
    owner_organization_id: UUID
    client_organization_id: UUID
    credits_invoice_id: UUID | None
    """The first of the invoices that a credit note is for; null for an invoice."""
    credits: list[Credited]
    """The invoices that a credit note corrects, and by how much; empty for an invoice."""
    reason: str | None
    net_amount: Decimal
    """Without tax."""
    tax_percent: Decimal | None
    """Null where several rates apply: `taxes` has them."""
    tax_amount: Decimal
    taxes: list[TaxedPart]
    corrects: list[CorrectedInvoice]
    """The invoices on which this one asks for more tax; empty otherwise."""
    total_amount: Decimal
    """Tax included."""
    paid_amount: Decimal
    """What credit had already settled when it was issued."""
    credited_amount: Decimal
    currency: str
    issued_on: date
    due_date: date | None
    """Null for a credit note: nothing is due."""
    lines: list[InvoiceLine]
    invoice_url: str | None
    credit_note_url: str | None
    created_at: datetime


class InvoiceList(View):
    """A page of invoices and credit notes."""

    data: list[Invoice]
    meta: PageMeta


class ExplainedStep(View):
    """`formula` applied to `inputs` gives `result`, unrounded until the step that rounds."""

    label: str
    formula: str
    inputs: dict[str, Decimal | int | str]
    result: Decimal


class Explained(View):
    """How an amount, without tax, was calculated. The result of the last step is the amount."""

    amount: Decimal
    steps: list[ExplainedStep]


class ScheduleLine(View):
    """An installment, as shown in the contract's schedule."""

    id: UUID
    installment_number: int | None
    charge: Charge
    period_start: date
    period_end: date | None
    due_date: date
    amount: Decimal
    """Without tax, after `abatement`."""
    abatement: Decimal
    tax_amount: Decimal
    credited_amount: Decimal
    paid_amount: Decimal
    status: PaymentStatus


class ScheduleMeta(View):
    """The total rent of the schedule, without tax, less what was credited because an index fell or the lease ends
    early. The deposit is not included, because it belongs to the payer."""

    schedule_total: Decimal
    currency: str


class Schedule(View):
    """A contract's complete payment schedule."""

    data: list[ScheduleLine]
    meta: ScheduleMeta


class LedgerEntry(View):
    """One line of a contract's account. `balance` is what the client owes after it (if negative, what they are owed).
    `charge` is what its payment is for; a refund or a transfer of credit has no payment. `date` is the document's,
    `posted_on` the books', and `entered_at` the moment it was entered."""

    id: UUID
    date: Day
    posted_on: Day
    entered_at: datetime
    type: LedgerEntryType
    reference: str | None
    debit: Decimal
    """What the client owes more."""
    credit: Decimal
    """What the client owes less."""
    balance: Decimal
    payment_id: UUID | None
    charge: Charge | None
    reverses: LedgerEntryType | None
    """What a reversal takes back; null for every other entry."""
    other_contract_id: UUID | None
    """Where credit or a deposit moved to, or came from; null for what did not move."""
    reason: str | None
    """Why it was reversed, credited or written off; null where nobody said so."""


class LedgerMeta(View):
    """The total amount that the client owes."""

    balance: Decimal
    currency: str


class Ledger(View):
    """A contract's account: what was invoiced, received and reversed."""

    data: list[LedgerEntry]
    meta: LedgerMeta
