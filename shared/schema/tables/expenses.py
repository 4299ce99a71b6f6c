"""What an owner spends on a building."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Table
from sqlalchemy import text as sql

from shared.schema.tables.columns import (
    currency,
    day,
    flag,
    key,
    line,
    metadata,
    moment,
    money,
    number,
    one_of,
    text,
    traces,
    uuid,
)

CATEGORIES = (
    *("UTILITIES", "CLEANING", "SECURITY", "REPAIRS", "INSURANCE", "PROPERTY_TAX", "MANAGEMENT", "LANDSCAPING"),
    *("CAPITAL", "OTHER"),
)

expenses = Table(
    "expenses",
    metadata,
    key(),
    uuid("owner_organization_id"),
    uuid("building_id"),
    uuid("space_id", nullable=True),
    # The maintenance that it paid for.
    uuid("ticket_id", nullable=True),
    # Whose people wrote it down: the owner's, or the contractor's who did the work.
    uuid("organization_id", "organizations.id"),
    text("category"),
    line("supplier"),
    line("invoice_number", 100, nullable=True),
    day("spent_on"),
    # Set by a trigger: its day, or the first one of the first open month.
    day("posted_on"),
    # Net of tax.
    money("amount"),
    money("tax_amount", default="0"),
    currency(),
    flag("recoverable"),
    uuid("receipt_id", "files.id", nullable=True),
    text("notes", nullable=True),
    number("version", default="1"),
    *traces(),
    moment("deleted_at"),
    one_of("category", *CATEGORIES),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("tax_amount >= 0", name="tax_amount"),
    ForeignKeyConstraint(
        ["building_id", "owner_organization_id"],
        ["buildings.id", "buildings.owner_organization_id"],
        ondelete="RESTRICT",
    ),
    ForeignKeyConstraint(
        ["space_id", "building_id", "owner_organization_id"],
        ["spaces.id", "spaces.building_id", "spaces.owner_organization_id"],
        ondelete="RESTRICT",
    ),
    ForeignKeyConstraint(
        ["ticket_id", "owner_organization_id"], ["tickets.id", "tickets.owner_organization_id"], ondelete="RESTRICT"
    ),
    Index("expenses_owner_page_idx", "owner_organization_id", sql("spent_on DESC"), sql("id DESC")),
    Index(None, "building_id", "posted_on"),
    Index(None, "space_id"),
    Index(None, "ticket_id"),
    Index(None, "organization_id"),
    Index(None, "receipt_id"),
)
