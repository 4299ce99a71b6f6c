"""What signing in needs: sessions, tokens, second factors, identities elsewhere, and limits that outlive the cache."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, INET

from shared.schema.tables.columns import key, metadata, moment, now, number, one_of, sha256, text, uuid

# One row is one refresh family: the newest token, and its direct predecessor for the 10 s in
# which a lost answer may be asked for again (spec 6).
sessions = Table(
    "sessions",
    metadata,
    key(),
    uuid("user_id", "users.id"),
    text("refresh_hash"),
    text("previous_hash", nullable=True),
    moment("rotated_at"),
    moment("expires_at", nullable=False),
    moment("revoked_at"),
    text("revoked_reason", nullable=True),
    Column("ip_address", INET),
    text("user_agent", nullable=True),
    now("created_at"),
    UniqueConstraint("refresh_hash"),
    Index(None, "user_id", "created_at"),
)

user_tokens = Table(
    "user_tokens",
    metadata,
    key(),
    uuid("user_id", "users.id"),
    text("purpose"),
    text("token_hash"),
    moment("expires_at", nullable=False),
    moment("spent_at"),
    now("created_at"),
    # Whose socket a ticket opens.
    uuid("session_id", nullable=True),
    number("attempts", default="0"),
    one_of("purpose", "EMAIL_VERIFICATION", "PASSWORD_RESET", "SECOND_FACTOR", "SOCKET", "OAUTH"),
    UniqueConstraint("token_hash"),
    Index(None, "user_id", "purpose"),
)

# Recovery codes for users who have lost their phone: ten codes, each of which works once.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    uuid("user_id", "users.id"),
    text("code_hash"),
    moment("spent_at"),
    now("created_at"),
    PrimaryKeyConstraint("user_id", "code_hash"),
    sha256("code_hash"),
)

# Who somebody is elsewhere: `subject` is the provider's own name for the person, and never changes.
oauth_identities = Table(
    "oauth_identities",
    metadata,
    text("provider"),
    text("subject"),
    uuid("user_id", "users.id"),
    now("created_at"),
    PrimaryKeyConstraint("provider", "subject"),
    UniqueConstraint("user_id", "provider"),
    one_of("provider", "google", "linkedin"),
)

# Counted per submitted address, known or not, so that both lock alike (spec 10).
login_attempts = Table(
    "login_attempts",
    metadata,
    Column("email_hash", Text, primary_key=True),
    number("failed_attempts", default="0"),
    moment("locked_until"),
    now("updated_at"),
)

# The hashes of the passwords before the present one, newest first: none of the last five comes again.
password_history = Table(
    "password_history",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), primary_key=True),
    Column("password_hashes", ARRAY(Text), nullable=False),
    now("updated_at"),
)

# Requests for mail by an address, and logins by an IP while Valkey was down: the sliding windows that must hold
# whatever happens to the cache. The subject is a hash, as in login_attempts.
rate_windows = Table(
    "rate_windows",
    metadata,
    Column("subject_hash", Text, primary_key=True),
    Column("moments", ARRAY(DateTime(timezone=True)), nullable=False, server_default=sql("'{}'")),
    now("updated_at"),
    sha256("subject_hash"),
)
