"""How an organization keeps its books: which months are closed, and what its accounts are called."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Uuid

from shared.schema.tables.columns import day, json, metadata, traces

books = Table(
    "books",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="RESTRICT"), primary_key=True),
    # Every month before this day is closed; none is where there is no day.
    day("open_from", nullable=True),
    # {role: {code, name}}: the accounts that are called otherwise than by their role.
    json("accounts", nullable=False, default="{}"),
    *traces(),
    CheckConstraint("extract(day FROM open_from) = 1", name="open_from"),
)
