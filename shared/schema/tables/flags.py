"""Feature flags."""

from sqlalchemy import ARRAY, CheckConstraint, Column, String, Table, Text, Uuid

from shared.schema.tables.columns import flag, line, metadata, number, traces

flags = Table(
    "flags",
    metadata,
    Column("name", String(63), primary_key=True),
    line("description", 1000),
    flag("enabled"),
    # Null limits nobody.
    Column("roles", ARRAY(Text)),
    Column("organization_ids", ARRAY(Uuid)),
    Column("user_ids", ARRAY(Uuid)),
    number("rollout_percent", nullable=True),
    *traces(),
    CheckConstraint("rollout_percent BETWEEN 0 AND 100", name="rollout_percent"),
)
