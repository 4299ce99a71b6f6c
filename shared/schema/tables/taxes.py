"""The tax codes of an owner's organization."""

from sqlalchemy import CheckConstraint, Table, UniqueConstraint

from shared.schema.tables.columns import json, key, line, metadata, number, one_of, text, traces, uuid

tax_codes = Table(
    "tax_codes",
    metadata,
    key(),
    uuid("organization_id", "organizations.id"),
    line("code", 32),
    text("category"),
    text("reason", nullable=True),
    # [{from, percent}], in ascending order.
    json("rates", nullable=False),
    # A change makes the next version: the payments of a contract say which one they follow.
    number("version", default="1"),
    *traces(),
    one_of("category", "STANDARD", "ZERO", "EXEMPT", "REVERSE"),
    CheckConstraint("version > 0", name="version"),
    UniqueConstraint("organization_id", "code", name="tax_codes_code_key"),
)
