"""Users' favorite spaces."""

from sqlalchemy import Column, DateTime, Index, PrimaryKeyConstraint, Table
from sqlalchemy import text as sql

from shared.schema.tables.columns import metadata, uuid

favorites = Table(
    "favorites",
    metadata,
    uuid("user_id", "users.id"),
    uuid("space_id", "spaces.id"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=sql("clock_timestamp()")),
    PrimaryKeyConstraint("user_id", "space_id"),
    Index("favorites_page_idx", "user_id", sql("created_at DESC"), sql("space_id DESC")),
)
