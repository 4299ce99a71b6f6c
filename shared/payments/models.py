"""What a payment looks like: one instalment of a contract's schedule."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from shared.kit.fields import AskedDay, AskedId, Body, Day, PositiveMoney, Text, View, refuse
from shared.kit.paging import Paged, PageMeta

PaymentStatus = Literal["SCHEDULED", "DUE", "PAID", "OVERDUE", "CANCELLED"]
Charge = Literal["RENT", "DEPOSIT", "LATE_FEE", "INTEREST"]
Method = Literal["bank_transfer", "cheque", "external_gateway"]


class Recording(Body):
    """Money that has come in; without an amount, all that is still open."""

    paid_date: Day
    payment_method: Method
    transaction_reference: Annotated[Text, Field(min_length=1, max_length=255)] | None = None
    amount: PositiveMoney | None = None
    currency: Annotated[Text, Field(pattern="^[A-Z]{3}$")] | None = None


class Reversing(Body):
    """Why money that was recorded does not count: a cheque bounced, the wrong instalment was named."""

    reason: Annotated[Text, Field(min_length=1, max_length=500)]


class PaymentFilter(Paged):
    """Which payments to list, by due date."""

    contract_id: AskedId | None = None
    status: PaymentStatus | None = None
    due_date_from: AskedDay | None = None
    due_date_to: AskedDay | None = None

    @field_validator("due_date_to")
    @classmethod
    def _not_before_it_begins(cls, ends: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("due_date_from")
        if ends and begins and ends < begins:
            raise refuse("must not be before due_date_from")
        return ends


class Payment(View):
    """One instalment; `paid_amount` of `amount` and `tax_amount` together is settled."""

    id: UUID
    contract_id: UUID
    payer_id: UUID
    owner_organization_id: UUID
    client_organization_id: UUID
    charge: Charge
    amount: Decimal
    abatement: Decimal
    tax_amount: Decimal
    paid_amount: Decimal
    currency: str
    period_start: date
    period_end: date | None
    due_date: date
    paid_date: date | None
    status: PaymentStatus
    installment_number: int | None
    total_installments: int | None
    payment_method: str | None
    invoice_url: str | None
    receipt_url: str | None
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
        "paid_amount",
        "currency",
        "due_date",
        "paid_date",
    )


class PaymentList(View):
    """A page of payments."""

    data: list[Payment]
    meta: PageMeta


class ScheduleLine(View):
    """An instalment as the contract's schedule shows it."""

    id: UUID
    installment_number: int | None
    charge: Charge
    period_start: date
    period_end: date | None
    due_date: date
    amount: Decimal
    abatement: Decimal
    tax_amount: Decimal
    paid_amount: Decimal
    status: PaymentStatus


class ScheduleMeta(View):
    """What the schedule comes to: its rent without tax. The deposit is the payer's money and no part of it."""

    schedule_total: Decimal
    currency: str


class Schedule(View):
    """A contract's whole schedule."""

    data: list[ScheduleLine]
    meta: ScheduleMeta


class LedgerEntry(View):
    """One line of a contract's account; `balance` is what the client owes after it (below 0: is owed)."""

    date: Day
    type: Literal["INVOICE", "CREDIT_NOTE", "PAYMENT", "CREDIT", "REVERSAL"]
    reference: str | None
    debit: Decimal
    credit: Decimal
    balance: Decimal
    payment_id: UUID


class LedgerMeta(View):
    """What the client owes in all."""

    balance: Decimal
    currency: str


class Ledger(View):
    """A contract's account: what was invoiced, what came in, what was taken back."""

    data: list[LedgerEntry]
    meta: LedgerMeta
