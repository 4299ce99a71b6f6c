"""Phones and devices, what was sent to them, and what their owners answered."""

from sqlalchemy import Column, Date, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint
from sqlalchemy import text as sql

from shared.schema.tables.columns import key, line, metadata, moment, now, number, one_of, sha256, text, uuid

# A number that somebody says is theirs. Until they enter the code that was sent to it, nothing else is.
phones = Table(
    "phones",
    metadata,
    key(),
    uuid("user_id", "users.id"),
    line("number", 20),
    number("attempts", default="0"),
    moment("expires_at", nullable=False),
    moment("confirmed_at"),
    now("created_at"),
    Index("phones_confirmed_key", "user_id", unique=True, postgresql_where=sql("confirmed_at IS NOT NULL")),
    Index("phones_pending_key", "user_id", unique=True, postgresql_where=sql("confirmed_at IS NULL")),
)

# What came from a number, by the provider's name for the message, so that one that comes again changes nothing.
phone_replies = Table(
    "phone_replies",
    metadata,
    Column("sid", Text, primary_key=True),
    line("number", 20),
    text("word"),
    now("created_at"),
    one_of("word", "STOP", "START"),
    Index(None, "number", "created_at"),
)

devices = Table(
    "devices",
    metadata,
    key(),
    uuid("user_id", "users.id"),
    text("platform"),
    text("token"),
    text("token_hash"),
    now("created_at"),
    one_of("platform", "ANDROID", "IOS", "WEB"),
    sha256("token_hash"),
    # A device is one person's at a time: whoever signed in on it last.
    UniqueConstraint("token_hash"),
    Index(None, "user_id", "created_at"),
)

# One person hears one thing once by each channel.
sent_notices = Table(
    "sent_notices",
    metadata,
    key(),
    uuid("user_id", "users.id"),
    # Of the outbox.
    uuid("event_id"),
    line("channel", 20),
    text("status", default="QUEUED"),
    line("sid", 64, nullable=True),
    line("error_code", 20, nullable=True),
    now("created_at"),
    now("updated_at"),
    one_of("channel", "sms", "whatsapp", "email", "push"),
    one_of("status", "QUEUED", "SENT", "DELIVERED", "FAILED"),
    UniqueConstraint("user_id", "event_id", "channel"),
    Index(None, "created_at"),
)

# How many messages the whole platform has sent by a channel on a day (UTC).
daily_sends = Table(
    "daily_sends",
    metadata,
    Column("day", Date, nullable=False),
    line("channel", 20),
    number("sent", default="0"),
    PrimaryKeyConstraint("day", "channel"),
)
