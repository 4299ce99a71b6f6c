"""Bookkeeping of the platform: events out and in, work that was done, requests that come twice, the clock."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import text as sql

from shared.schema.tables.columns import day, json, key, line, metadata, moment, now, number, text, uuid

outbox = Table(
    "outbox",
    metadata,
    key(),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    line("name", 100),
    line("object_type", 50),
    uuid("object_id", nullable=True),
    json("payload", nullable=False, default="{}"),
    line("correlation_id", 64, nullable=True),
    uuid("actor", nullable=True),
    uuid("organization_id", nullable=True),
    now("occurred_at"),
    moment("published_at"),
    Index("outbox_unpublished_idx", "seq", postgresql_where=sql("published_at IS NULL")),
    Index(None, "object_id", "seq"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
    now("handled_at"),
    PrimaryKeyConstraint("consumer", "event_id"),
)

# What the day jobs have done: `day` is the building's day on which the work fell due.
work_items = Table(
    "work_items",
    metadata,
    Column("job", Text, nullable=False),
    day("day"),
    uuid("entity_id"),
    now("done_at"),
    PrimaryKeyConstraint("entity_id", "job", "day"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), nullable=False),
    Column("key", String(255), nullable=False),
    line("operation", 100),
    text("request_hash"),
    number("status", nullable=True),
    text("body", nullable=True),
    json("headers"),
    now("created_at"),
    PrimaryKeyConstraint("user_id", "key"),
    Index(None, "created_at"),
)

# The business clock: days are shifted on the local platform only (POST /_local/clock).
clock = Table(
    "clock",
    metadata,
    Column("id", Boolean, primary_key=True, server_default=sql("true")),
    number("offset_days", default="0"),
    CheckConstraint("id", name="one_row"),
    schema="app",
)
