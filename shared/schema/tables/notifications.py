"""Notifications to users."""

from sqlalchemy import Index, Table, UniqueConstraint
from sqlalchemy import text as sql

from shared.schema.tables.columns import flag, json, key, line, metadata, moment, now, text, uuid

notifications = Table(
    "notifications",
    metadata,
    key(),
    uuid("user_id", "users.id"),
    uuid("event_id", nullable=True),
    line("type", 50),
    line("title"),
    text("message"),
    # What a program reads of it: the event, what it is about, who caused it, and what the message says.
    line("event", 100, nullable=True),
    line("subject_type", 50, nullable=True),
    # Of any table.
    uuid("subject_id", nullable=True),
    json("actor"),
    json("params", nullable=False, default="{}"),
    json("metadata", nullable=False, default="{}"),
    flag("is_read"),
    moment("read_at"),
    now("created_at"),
    UniqueConstraint("user_id", "event_id", "type", name="notifications_one_per_event"),
    Index("notifications_page_idx", "user_id", "id"),
    Index("notifications_unread_idx", "user_id", "id", postgresql_where=sql("NOT is_read")),
)
