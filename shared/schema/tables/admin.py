"""The audit log with its seals, and what the platform's own people write about a user."""

from sqlalchemy import BigInteger, Column, Index, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import INET

from shared.schema.tables.columns import json, key, line, metadata, moment, now, number, sha256, text, uuid

audit_logs = Table(
    "audit_logs",
    metadata,
    key(),
    uuid("organization_id", "organizations.id", nullable=True),
    uuid("user_id", "users.id", nullable=True),
    uuid("on_behalf_of", "organizations.id", nullable=True),
    line("operation", 100),
    line("action", 100),
    line("resource_type", 50),
    uuid("resource_id", nullable=True),
    Column("ip_address", INET),
    text("user_agent", nullable=True),
    json("request_body"),
    number("response_status", nullable=True),
    json("before"),
    json("after"),
    line("correlation_id", 64, nullable=True),
    now("created_at"),
    Index("audit_logs_organization_idx", "organization_id", "created_at", "id"),
    Index("audit_logs_user_idx", "user_id", "created_at", "id"),
    Index("audit_logs_resource_idx", "resource_type", "resource_id", "created_at"),
    Index("audit_logs_newest_idx", "created_at", "id"),
    Index("audit_logs_action_idx", "action", "created_at", "id"),
)

# Each seal's hash is over the one before and every entry between their moments.
audit_seals = Table(
    "audit_seals",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    moment("sealed_until", nullable=False),
    Column("entries", BigInteger, nullable=False),
    text("hash"),
    now("created_at"),
    UniqueConstraint("sealed_until"),
    sha256("hash"),
)

# What the platform's own people wrote about a user, for one another.
support_notes = Table(
    "support_notes",
    metadata,
    key(),
    uuid("user_id", "users.id"),
    uuid("author_id", "users.id"),
    text("text"),
    now("created_at"),
    Index("support_notes_page_idx", "user_id", "id"),
)
