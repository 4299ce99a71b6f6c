"""Uploaded files, what shows them, and what the malware scanner found."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql

from shared.schema.tables.columns import key, line, metadata, now, number, one_of, sha256, text, uuid

files = Table(
    "files",
    metadata,
    key(),
    uuid("user_id", "users.id"),
    uuid("organization_id", "organizations.id"),
    text("purpose"),
    text("audience"),
    text("status", default="PENDING"),
    line("file_name"),
    text("content_type"),
    number("size_bytes"),
    # The version in S3 that was checked.
    line("version_id", 1024, nullable=True),
    text("sha256", nullable=True),
    number("width", nullable=True),
    number("height", nullable=True),
    number("pages", nullable=True),
    text("scan"),
    text("rejected", nullable=True),
    now("created_at"),
    now("updated_at"),
    one_of("audience", "PUBLIC", "ORGANIZATION", "PERSON"),
    one_of("status", "PENDING", "SCANNING", "READY", "REJECTED"),
    one_of("scan", "not_configured", "pending", "clean", "infected"),
    sha256("sha256"),
    CheckConstraint("size_bytes > 0", name="size_bytes"),
    CheckConstraint("(status = 'READY') = (sha256 IS NOT NULL)", name="ready"),
    CheckConstraint("(status = 'REJECTED') = (rejected IS NOT NULL)", name="rejected"),
    CheckConstraint("status <> 'READY' OR scan IN ('not_configured', 'clean')", name="clean"),
    UniqueConstraint("id", "organization_id"),
    Index(None, "user_id"),
    Index(None, "organization_id"),
    Index("files_unfinished_idx", "created_at", postgresql_where=sql("status IN ('PENDING', 'SCANNING')")),
)

# A file that something shows cannot be deleted, and both belong to the same organization.
file_uses = Table(
    "file_uses",
    metadata,
    uuid("file_id"),
    uuid("organization_id"),
    text("subject_type"),
    # Of any table.
    uuid("subject_id"),
    PrimaryKeyConstraint("subject_type", "subject_id", "file_id"),
    ForeignKeyConstraint(["file_id", "organization_id"], ["files.id", "files.organization_id"], ondelete="RESTRICT"),
    Index(None, "file_id"),
)

# The scanner may be faster than whoever completes the upload.
file_scans = Table(
    "file_scans",
    metadata,
    Column("file_id", Uuid, ForeignKey("files.id", ondelete="CASCADE"), nullable=False),
    line("version_id", 1024),
    text("result"),
    now("created_at"),
    PrimaryKeyConstraint("file_id", "version_id"),
)
