"""The shapes of what an owner spends on a building."""

import datetime as time
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from shared.kit.fields import Body, Day, Id, Label, Money, PositiveMoney, View
from shared.spaces.models import Currency

ExpenseCategory = Literal[
    "UTILITIES",
    "CLEANING",
    "SECURITY",
    "REPAIRS",
    "INSURANCE",
    "PROPERTY_TAX",
    "MANAGEMENT",
    "LANDSCAPING",
    "CAPITAL",
    "OTHER",
]


class NewCost(Body):
    """What the maintenance cost."""

    supplier: Label
    """Whose invoice it is."""
    amount: PositiveMoney
    """Without tax."""
    tax_amount: Money | None = None
    currency: Currency
    date: Day
    """The day of the supplier's invoice."""
    receipt_id: Id | None = None
    """An uploaded EXPENSE_RECEIPT."""


class Expense(View):
    """What was spent on a building."""

    id: UUID
    building_id: UUID
    space_id: UUID | None
    """Null if it is for the building."""
    ticket_id: UUID | None
    """The maintenance ticket that it paid for; null for other expenses."""
    category: ExpenseCategory
    supplier: str
    """Whose invoice it is."""
    invoice_number: str | None
    """The supplier's."""
    date: time.date
    """The day of the supplier's invoice."""
    posted_on: time.date
    """The day on which the books have it: `date`, or the first day of the first open month."""
    amount: Decimal
    """Without tax."""
    tax_amount: Decimal
    currency: str
    recoverable: bool
    """Whether tenants can be charged for it."""
    receipt_id: UUID | None
    """The uploaded receipt."""
    notes: str | None
    version: int
    """Counted from 1; each change makes a new one."""
    created_at: time.datetime
    updated_at: time.datetime

    accounted: ClassVar[tuple[str, ...]] = (
        "building_id",
        "space_id",
        "ticket_id",
        "category",
        "supplier",
        "date",
        "posted_on",
        "amount",
        "tax_amount",
        "currency",
        "recoverable",
    )
