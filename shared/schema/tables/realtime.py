"""Open sockets, and the channels that they follow."""

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

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

channel_subscriptions = Table(
    "channel_subscriptions",
    metadata,
    # Ends with its socket.
    Column("connection_id", Text, ForeignKey("connections.connection_id", ondelete="CASCADE"), nullable=False),
    # As clients write it: `space.0190…`.
    text("channel"),
    now("created_at"),
    PrimaryKeyConstraint("connection_id", "channel"),
    Index(None, "channel"),
)
