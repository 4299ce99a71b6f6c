"""Webhooks, the events that organizations may know of, and their deliveries."""

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, Table, Text, Uuid
from sqlalchemy import text as sql

from shared.schema.tables.columns import json, key, line, metadata, moment, now, number, one_of, text, traces, uuid

webhooks = Table(
    "webhooks",
    metadata,
    key(),
    # Null: the platform's own, which hears of every organization.
    uuid("organization_id", "organizations.id", nullable=True),
    line("url", 2000),
    Column("events", ARRAY(Text), nullable=False),
    line("description", 500, nullable=True),
    text("status", default="ACTIVE"),
    text("disabled_reason", nullable=True),
    # Encrypted (shared/kit/sealed.py); the one before signs, too, for a day.
    text("secret"),
    text("old_secret", nullable=True),
    moment("rotated_at"),
    moment("failing_since"),
    *traces(),
    one_of("status", "ACTIVE", "DISABLED"),
    CheckConstraint("(status = 'DISABLED') = (disabled_reason IS NOT NULL)", name="disabled"),
    CheckConstraint("(old_secret IS NULL) = (rotated_at IS NULL)", name="rotated"),
    Index("webhooks_organization_id_idx", "organization_id", "id"),
)

public_events = Table(
    "public_events",
    metadata,
    key(),
    # Zeros stand for the platform itself: no foreign key.
    uuid("organization_id"),
    text("side"),
    # Of a broker's: the client whom they represent.
    uuid("client_organization_id", "organizations.id", nullable=True),
    # Of a test's: the only webhook that it goes to.
    Column("webhook_id", Uuid, ForeignKey("webhooks.id", ondelete="CASCADE")),
    text("name"),
    # As it is sent, but for the signature: compact JSON, never changed.
    text("payload"),
    # The transaction that wrote it. Readers go on after (transaction, seq), and no further than the oldest transaction
    # that has not ended: one that commits late is not skipped.
    Column("transaction", BigInteger, nullable=False, server_default=sql("(pg_current_xact_id()::text)::bigint")),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    now(),
    one_of("side", "OWNER", "CLIENT", "BROKER", "MEMBER", "PLATFORM"),
    CheckConstraint("(side = 'BROKER') = (client_organization_id IS NOT NULL)", name="client"),
    Index("public_events_changes_idx", "organization_id", "transaction", "seq"),
    Index("public_events_created_at_idx", "created_at"),
    Index("public_events_webhook_id_idx", "webhook_id", postgresql_where=sql("webhook_id IS NOT NULL")),
    Index(
        "public_events_client_organization_id_idx",
        "client_organization_id",
        postgresql_where=sql("client_organization_id IS NOT NULL"),
    ),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    key(),
    Column("webhook_id", Uuid, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Uuid, ForeignKey("public_events.id", ondelete="CASCADE"), nullable=False),
    text("status", default="PENDING"),
    # [{at, status_code, duration_ms, response, error}], the newest last.
    json("attempts", nullable=False, default="[]"),
    # How many attempts of the current series have failed.
    number("failures", default="0"),
    moment("next_attempt_at"),
    # What an attempt that is on its way is recognized by, and until when it may take.
    uuid("claim", nullable=True),
    moment("claimed_until"),
    now(),
    one_of("status", "PENDING", "SUCCEEDED", "FAILED", "PARKED"),
    CheckConstraint("(claim IS NULL) = (claimed_until IS NULL)", name="claim"),
    CheckConstraint("(status IN ('PENDING', 'FAILED')) = (next_attempt_at IS NOT NULL)", name="next"),
    Index("webhook_deliveries_page_idx", "webhook_id", "created_at", "id"),
    Index("webhook_deliveries_event_id_idx", "event_id"),
    Index("webhook_deliveries_claimed_idx", "webhook_id", postgresql_where=sql("claim IS NOT NULL")),
    Index(
        "webhook_deliveries_due_idx",
        "webhook_id",
        "next_attempt_at",
        "id",
        postgresql_where=sql("next_attempt_at IS NOT NULL"),
    ),
)
