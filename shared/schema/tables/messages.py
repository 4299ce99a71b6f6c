"""Conversations, who is in them, what they wrote, whom they block and what they report."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy import text as sql

from shared.schema.tables.columns import attachments, flag, key, line, metadata, moment, now, one_of, text, uuid

conversations = Table(
    "conversations",
    metadata,
    key(),
    # What it is about, with both sides of it; or, without a context, the two people in the order of their ids.
    text("context_type", nullable=True),
    # Of any table.
    uuid("context_id", nullable=True),
    uuid("owner_organization_id", "organizations.id", nullable=True),
    uuid("client_organization_id", "organizations.id", nullable=True),
    uuid("first_id", "users.id", nullable=True),
    uuid("second_id", "users.id", nullable=True),
    line("subject", nullable=True),
    # The number of its last message.
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    # An agent of the owner's organization who guides the client.
    uuid("guide_id", "users.id", nullable=True),
    uuid("created_by", "users.id"),
    now("created_at"),
    # The moment of its last message.
    now("updated_at"),
    one_of("context_type", "SPACE", "BID", "CONTRACT", "TICKET"),
    CheckConstraint(
        "num_nonnulls(context_type, context_id, owner_organization_id, client_organization_id) IN (0, 4)",
        name="context",
    ),
    CheckConstraint(
        "num_nonnulls(first_id, second_id) = CASE WHEN context_type IS NULL THEN 2 ELSE 0 END AND first_id < second_id",
        name="pair",
    ),
    UniqueConstraint("first_id", "second_id"),
    UniqueConstraint("context_type", "context_id", "client_organization_id", name="conversations_context_key"),
    Index(None, "second_id"),
    Index(None, "owner_organization_id"),
    Index(None, "client_organization_id"),
    Index(None, "guide_id"),
    Index(None, "created_by", "created_at"),
    # Which conversations somebody may have to be reminded of.
    Index(None, "updated_at"),
)

conversation_participants = Table(
    "conversation_participants",
    metadata,
    uuid("conversation_id", "conversations.id"),
    uuid("user_id", "users.id"),
    # The number of the last message that they have read.
    Column("read_seq", BigInteger, nullable=False, server_default="0"),
    moment("read_at"),
    # The number of the last message when they were last reminded of what they have not read.
    Column("mailed_seq", BigInteger, nullable=False, server_default="0"),
    moment("mailed_at"),
    now("joined_at"),
    PrimaryKeyConstraint("conversation_id", "user_id"),
    Index(None, "user_id"),
)

messages = Table(
    "messages",
    metadata,
    key(),
    uuid("conversation_id", "conversations.id"),
    Column("seq", BigInteger, nullable=False),
    uuid("sender_id", "users.id"),
    line("subject", nullable=True),
    # Null once its sender has taken it back.
    text("content", nullable=True),
    # None once its sender has taken it back.
    attachments(),
    flag("is_admin_intervention"),
    now("sent_at"),
    # When the last of its receivers read it.
    moment("read_at"),
    moment("taken_back_at"),
    CheckConstraint("(content IS NULL) = (taken_back_at IS NOT NULL)", name="content"),
    UniqueConstraint("conversation_id", "seq"),
    Index(None, "sender_id"),
    Index(None, "file_ids", postgresql_using="gin", postgresql_where=sql("file_ids <> '{}'")),
)

user_blocks = Table(
    "user_blocks",
    metadata,
    uuid("blocker_id", "users.id"),
    uuid("blocked_id", "users.id"),
    now(),
    CheckConstraint("blocker_id <> blocked_id", name="other"),
    PrimaryKeyConstraint("blocker_id", "blocked_id"),
    Index(None, "blocked_id"),
)

message_reports = Table(
    "message_reports",
    metadata,
    key(),
    uuid("message_id", "messages.id"),
    uuid("reporter_id", "users.id"),
    line("reason", 500),
    # As it was when it was reported.
    text("content"),
    now(),
    UniqueConstraint("message_id", "reporter_id"),
    Index(None, "reporter_id"),
    Index("message_reports_page_idx", sql("created_at DESC"), sql("id DESC")),
)
