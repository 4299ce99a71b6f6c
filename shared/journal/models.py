"""Months that are open or closed, what the accounts are called, and the journal's entries."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from shared.kit.fields import AskedCount, AskedDay, AskedId, Body, Day, Label, Query, View, refuse

PeriodStatus = Literal["OPEN", "CLOSED"]
AccountRole = Literal[
    "BANK",
    "RECEIVABLE",
    "TENANT_CREDIT",
    "DEPOSITS_ASKED",
    "DEPOSITS_HELD",
    "RENT",
    "LATE_INCOME",
    "TAX",
    "BAD_DEBT",
    "OPENING_BALANCE",
]
Source = Literal[
    "INVOICE",
    "CREDIT_NOTE",
    "PAYMENT",
    "CREDIT",
    "APPLIED",
    "FREED",
    "REVERSAL",
    "DEPOSIT_APPLIED",
    "DEPOSIT_RETURNED",
    "WRITE_OFF",
    "REFUND",
    "TRANSFER_OUT",
    "DEPOSIT_TRANSFER_OUT",
    "OPENING_BALANCE",
    "OPENING_CHARGE",
    "OPENING_CREDIT",
    "OPENING_FREED",
    "RECLAIM",
]


class PeriodChange(Body):
    """Whether the month takes postings."""

    status: PeriodStatus
    """CLOSED closes all months before it too; OPEN opens all after it too."""


class Period(View):
    """A month of the organization's books. What belongs in a closed one is posted on `posts_on`."""

    period: str
    """As YYYY-MM."""
    status: PeriodStatus
    posts_on: date | None
    """The first day of the first open month; null while the month itself is open."""
    organization_id: UUID

    accounted: ClassVar[tuple[str, ...]] = ("period", "status", "organization_id")


class PeriodMeta(View):
    """The first day that takes postings (null: every day does), and who said so when."""

    open_from: date | None
    changed_at: datetime | None
    changed_by: UUID | None


class PeriodList(View):
    """The months of the organization's books, the latest first, from the first with a posting to the current one."""

    data: list[Period]
    meta: PeriodMeta


class NamedAccount(Body):
    """What the chart calls the account of a role."""

    role: AccountRole
    code: Annotated[Label, Field(max_length=64)]
    """Its number or code, as the journal shows it."""
    name: Annotated[Label, Field(max_length=255)]


class ChartChange(Body):
    """The accounts of the organization's chart. A role that is left out is called by its own name."""

    accounts: Annotated[list[NamedAccount], Field(max_length=20)]
    """Each role at most once. Roles may share an account: the same code, with the same name."""

    @field_validator("accounts")
    @classmethod
    def _each_role_once(cls, accounts: list[NamedAccount]) -> list[NamedAccount]:
        if len({one.role for one in accounts}) < len(accounts):
            raise refuse("must not repeat a role")
        if len({(one.code, one.name) for one in accounts}) > len({one.code for one in accounts}):
            raise refuse("must not call one code by two names")
        return accounts


class Account(View):
    """An account of the chart. Without a code of its own it is called by its role."""

    role: AccountRole
    code: str
    name: str


class Chart(View):
    """An organization's accounts, one for each role."""

    organization_id: UUID
    accounts: list[Account]

    accounted: ClassVar[tuple[str, ...]] = ("organization_id", "accounts")


class JournalFilter(Query):
    """Which entries to show, in the order in which they were entered."""

    begins: Annotated[AskedDay | None, Field(alias="from")] = None
    """Lines posted on this day or later."""
    ends: Annotated[AskedDay | None, Field(alias="to")] = None
    """Lines posted on this day or earlier."""
    after: AskedId | None = None
    """The last `entry_id` of the page before; entries after it follow."""
    limit: Annotated[AskedCount, Field(ge=1, le=1000)] = 100
    """How many entries an answer has at most; none is cut."""

    @field_validator("ends")
    @classmethod
    def _not_before_it_begins(cls, ends: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("begins")
        if ends and begins and ends < begins:
            raise refuse("must not be before `from`")
        return ends


class JournalLine(View):
    """A line of an entry. The lines of an entry balance on each day on which it has some."""

    entry_id: UUID
    """That of the invoice, the credit note or the transaction."""
    posted_on: Day
    document_date: Day
    account: str
    """The code of the account in the organization's chart, or its role."""
    debit: Decimal
    credit: Decimal
    currency: str
    contract_id: UUID
    building_id: UUID
    source: Source
    """What the entry is for; APPLIED is credit that settles an invoice, FREED is money that a credit note has freed."""
    reference: str | None
    """The number of the invoice or credit note, or the reference of the money."""


class JournalMeta(View):
    """Whether entries follow."""

    has_more: bool


class Journal(View):
    """Entries in the order in which they were entered, each with all of its lines in the days asked for."""

    data: list[JournalLine]
    meta: JournalMeta
