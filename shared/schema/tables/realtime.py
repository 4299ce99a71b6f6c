"""Open sockets."""

from sqlalchemy import Column, Index, Table, Text

from shared.schema.tables.columns import metadata, moment, now, text, uuid

connections = Table(
    "connections",
    metadata,
    Column("connection_id", Text, primary_key=True),
    uuid("user_id", "users.id", nullable=True),
    uuid("organization_id", "organizations.id", nullable=True),
    uuid("session_id", "sessions.id", nullable=True),
    text("role", nullable=True),
    now("connected_at"),
    moment("authenticated_at"),
    moment("expires_at", nullable=False),
    Index(None, "user_id"),
    Index(None, "session_id"),
    Index(None, "expires_at"),
)
