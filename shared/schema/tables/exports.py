"""Exports of an organization's data, and which one is made every day."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint, Uuid
from sqlalchemy import text as sql

from shared.schema.tables.columns import (
    day,
    flag,
    json,
    key,
    line,
    metadata,
    moment,
    now,
    number,
    one_of,
    sha256,
    text,
    traces,
    uuid,
)

FORMATS = ("CSV", "JSON", "JSONL", "XLSX")

exports = Table(
    "exports",
    metadata,
    key(),
    uuid("organization_id", "organizations.id"),
    uuid("user_id", "users.id"),
    # As whom they asked, and whose rows they get: a SUPER_ADMIN names an organization.
    text("role"),
    text("acts_as"),
    text("kind"),
    text("format"),
    flag("bom"),
    day("begins", nullable=True),
    day("ends", nullable=True),
    uuid("building_id", "buildings.id", nullable=True),
    text("status", default="QUEUED"),
    # How often it was tried, and what went wrong the last time.
    number("attempt", default="1"),
    text("reason", nullable=True),
    moment("retry_at"),
    Column("rows", BigInteger),
    Column("size_bytes", BigInteger),
    text("sha256", nullable=True),
    line("object_key", 1024, nullable=True),
    # Set where the schedule asked for it.
    day("scheduled_on", nullable=True),
    json("destination"),
    now("created_at"),
    now("updated_at"),
    moment("finished_at"),
    one_of("format", *FORMATS),
    one_of("status", "QUEUED", "RUNNING", "COMPLETED", "FAILED"),
    sha256("sha256"),
    CheckConstraint("(status IN ('COMPLETED', 'FAILED')) = (finished_at IS NOT NULL)", name="finished"),
    CheckConstraint("status <> 'COMPLETED' OR object_key IS NOT NULL", name="completed"),
    CheckConstraint("(object_key IS NULL) = (sha256 IS NULL)", name="written"),
    UniqueConstraint("organization_id", "scheduled_on"),
    Index(None, "organization_id", "created_at", "id"),
    Index(None, "user_id"),
    Index(None, "building_id"),
    Index("exports_unfinished_idx", "created_at", postgresql_where=sql("status IN ('QUEUED', 'RUNNING')")),
    Index("exports_finished_idx", "finished_at", postgresql_where=sql("finished_at IS NOT NULL")),
)

# One an organization; the destination's password or private key is in Secrets Manager.
export_schedules = Table(
    "export_schedules",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="RESTRICT"), primary_key=True),
    flag("enabled"),
    text("kind"),
    text("format"),
    json("destination", nullable=False),
    *traces(),
    one_of("format", *FORMATS),
)
