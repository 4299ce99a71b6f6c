"""Notifications to users."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy import text as sql

from shared.schema.tables.columns import flag, json, key, line, metadata, moment, now, one_of, text, uuid

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

# How somebody wants to be told of what (shared/users/preferences.py); who has not chosen has no row.
notification_choices = Table(
    "notification_choices",
    metadata,
    uuid("user_id", "users.id"),
    # Kind → channel → whether; what is missing is the profile's.
    json("kinds", nullable=False, default="{}"),
    json("quiet_hours"),
    text("digest", default="IMMEDIATE"),
    now("updated_at"),
    one_of("digest", "IMMEDIATE", "DAILY"),
    PrimaryKeyConstraint("user_id"),
)

# What waits for the end of somebody's quiet hours or for their digest. It is composed when it is sent, from the event.
held_notices = Table(
    "held_notices",
    metadata,
    uuid("user_id", "users.id"),
    # Of the outbox.
    uuid("event_id"),
    line("channel", 20),
    moment("due_at", nullable=False),
    now("created_at"),
    PrimaryKeyConstraint("user_id", "event_id", "channel"),
    Index(None, "due_at"),
)
