"""The people behind every role."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Table
from sqlalchemy import text as sql

from shared.schema.tables.columns import flag, json, key, line, metadata, moment, number, one_of, text, traces, uuid

ROLES = ("SUPER_ADMIN", "OWNER", "CLIENT", "BROKER", "AGENT", "FINANCIAL_OFFICER", "CONTRACTOR", "SUPPORT")
LANGUAGES = ("en", "de", "fr", "es")

users = Table(
    "users",
    metadata,
    key(),
    uuid("organization_id", "organizations.id"),
    text("email"),
    line("password_hash"),
    line("name"),
    line("phone", 32, nullable=True),
    line("company", nullable=True),
    line("title", nullable=True),
    text("role"),
    text("status", default="ACTIVE"),
    flag("email_verified"),
    flag("two_factor_enabled"),
    line("two_factor_secret", 500, nullable=True),
    # The 30 seconds of the last code that was taken: none is taken twice.
    Column("two_factor_step", BigInteger),
    number("token_version", default="1"),
    json("preferences", nullable=False, default="{}"),
    text("language", default="en"),
    text("bio", nullable=True),
    line("website", 500, nullable=True),
    line("linkedin", 500, nullable=True),
    line("avatar_url", 500, nullable=True),
    json("skills", nullable=False, default="[]"),
    json("certifications", nullable=False, default="[]"),
    moment("terms_accepted_at"),
    moment("last_login_at"),
    *traces(),
    moment("deleted_at"),
    one_of("role", *ROLES),
    one_of("language", *LANGUAGES),
    one_of("status", "ACTIVE", "SUSPENDED"),
    CheckConstraint("char_length(email) <= 255", name="email"),
    # An address belongs to one account at a time: who was removed may come back, with a new one.
    Index("users_email_key", sql("lower(email)"), unique=True, postgresql_where=sql("deleted_at IS NULL")),
    Index(None, "organization_id"),
)
